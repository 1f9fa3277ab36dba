"""The service on a real port, in a thread of the test's process."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import httpx
import psycopg
import pytest

from backend.app import create_app
from backend.server import DrainingServer
from backend.settings import Settings
from tests import postgres_server
from tests.api import fake_rewards

RUBRIC = {"kind": "rubric", "settings": {"facts": [{"name": "dose", "any_of": ["240 mg"]}]}}


@pytest.fixture(scope="session")
def postgres():
    """The folder of the socket of a PostgreSQL that runs until the session ends."""
    if (reason := postgres_server.why_not()) is not None:
        pytest.skip(reason)
    with postgres_server.running() as folder:
        yield folder


@pytest.fixture
def postgres_url(postgres):
    """An empty database of its own, removed after the test."""
    name = f"test_{time.monotonic_ns()}"
    with psycopg.connect(f"host={postgres} user=ospo dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://ospo@/{name}?host={postgres}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request, tmp_path):
    """The database that the services of a test share: a file, or a real PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ospo.sqlite'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def serve(tmp_path, monkeypatch, database_url):
    """A function from settings to a client of a service that runs with them; all are ended after the test."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    monkeypatch.syspath_prepend(str(fake_rewards.install(plugins)))
    with ExitStack() as stack:

        def start(**given) -> httpx.Client:
            usual = {"data_dir": tmp_path / "data", "database_url": database_url, "port": 0, "drain_seconds": 0.0}
            return _client_of(Settings(**(usual | given)), stack)

        yield start


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A client of a service with the default settings that all tests of a module share: they leave nothing behind."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("standing"), port=0, drain_seconds=0.0)
    with ExitStack() as stack:
        yield _client_of(settings, stack)


def _client_of(settings, stack):
    server = DrainingServer(create_app(settings), settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    stack.callback(thread.join)
    stack.callback(setattr, server, "should_exit", True)
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    return stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30))


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
