"""The service on a real port, in a thread of the test's process."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from backend.app import create_app
from backend.server import DrainingServer
from backend.settings import Settings
from tests.api import fake_rewards

RUBRIC = {"kind": "rubric", "settings": {"facts": [{"name": "dose", "any_of": ["240 mg"]}]}}


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """A function from settings to a client of a service that runs with them; all are ended after the test."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    monkeypatch.syspath_prepend(str(fake_rewards.install(plugins)))
    with ExitStack() as stack:

        def start(**given) -> httpx.Client:
            settings = Settings(**{"data_dir": tmp_path / "data", "port": 0, "drain_seconds": 0.0, **given})
            server = DrainingServer(create_app(settings), settings)
            thread = threading.Thread(target=server.run)
            thread.start()
            stack.callback(thread.join)
            stack.callback(setattr, server, "should_exit", True)
            while not server.started:
                time.sleep(0.005)
            port = server.servers[0].sockets[0].getsockname()[1]
            return stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30))

        yield start


@pytest.fixture
def client(serve):
    """A client of a service with the default settings."""
    return serve()


@pytest.fixture
def gate(tmp_path):
    """A reward that waits, and the folder with which it is opened; at the latest after the test."""
    gate = Gate(tmp_path)
    yield gate
    gate.open()


class Gate:
    """The `gate` reward of one test."""

    def __init__(self, folder):
        self.folder = folder / "gate"
        self.folder.mkdir()

    def reward(self, free_calls=0):
        return {"kind": "gate", "settings": {"folder": str(self.folder), "free_calls": free_calls}}

    def open(self):
        (self.folder / "open").touch()

    def reached(self, call=1):
        """Wait until the reward was called so many times."""
        until(lambda: (self.folder / f"call-{call}").exists())


def until(holds, seconds=20.0):
    """Wait for a condition; fail where it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def body(reward=None, **other):
    """An attribution request."""
    return {
        "prompt": "How much?",
        "response": "Give her 240 mg now.",
        "reward": reward or RUBRIC,
        "options": {"segmenter": "unicode"},
        **other,
    }
