"""One page of the screen under Streamlit's AppTest, against a real service on a real port."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend.app import create_app
from backend.server import DrainingServer
from backend.settings import Settings
from tests.api.conftest import body, gate, serve, until

__all__ = ["HOSTILE", "database_url", "gate", "library", "screen", "serve", "until"]

PAGES = Path(__file__).resolve().parents[2] / "frontend" / "app_pages"
SCRIPT = """
from pathlib import Path
import streamlit as st
names = ("explore", "compare", "tree", "train", "runs", "history", "health", "audit")
pages = [st.Page(Path({folder!r}) / f"{{name}}.py", url_path=name, default=name == {page!r}) for name in names]
st.navigation(pages, position="hidden").run()
"""
HOSTILE = (
    "<script>window.owned=1</script> **bold** $x^2$ :red[red] [a](http://evil.example) ![i](http://evil.example/i)"
)
LONG = "One two three four five six seven eight nine ten. " * 4
NOWHERE = "http://127.0.0.1:9"
SECONDS = 30


@dataclass(frozen=True)
class Library:
    """A service that is only read from, with one explanation, one group under two rules, and a hostile one."""

    api: httpx.Client
    explanation: dict[str, Any]
    group: dict[str, Any]
    hostile: dict[str, Any]


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> Iterator[Library]:
    """Started once."""
    folder = tmp_path_factory.mktemp("library")
    with _service(data_dir=folder, database_url=f"sqlite:///{folder / 'ospo.sqlite'}") as api:
        yield Library(
            api=api,
            explanation=explained(api, tags=["dose"]),
            group=compared(api, rules=["signed", "proportional"]),
            hostile=explained(api, prompt=HOSTILE, response=f"{HOSTILE} 240 mg", tags=["<b>t</b>"]),
        )


@contextmanager
def _service(**given: Any) -> Iterator[httpx.Client]:
    settings = Settings(port=0, drain_seconds=0.0, **given)
    server = DrainingServer(create_app(settings), settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
        yield client
    server.should_exit = True
    thread.join()


@pytest.fixture
def database_url(tmp_path) -> str:
    """A file: what the store promises on other databases is tested with the store."""
    return f"sqlite:///{tmp_path / 'ospo.sqlite'}"


@pytest.fixture
def screen(monkeypatch):
    """A function from a page's name, a client of its service and an address to the page, run once.

    Without a client nobody answers.
    """

    def opened(page: str, api: httpx.Client | None = None, **address: str) -> AppTest:
        at = AppTest.from_string(SCRIPT.format(folder=str(PAGES), page=page), default_timeout=SECONDS)
        reach(monkeypatch, api)
        monkeypatch.delenv("OSPO_TOKEN", raising=False)
        at.query_params.update(address)
        return at.run()

    yield opened
    st.cache_resource.clear()  # closes the connections


def reach(monkeypatch, api: httpx.Client | None) -> None:
    """From the next run on the pages speak to this service, or to nobody."""
    monkeypatch.setenv("OSPO_API_URL", NOWHERE if api is None else str(api.base_url).rstrip("/"))


def explained(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    """A finished attribution."""
    return finished(client, "attributions", body(**fields))


def compared(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    """A finished group of two responses."""
    return finished(client, "groups", group_body(**fields))


def group_body(**fields: Any) -> dict[str, Any]:
    """A request that compares two responses."""
    request = body(responses=["Give her 240 mg now.", "I do not know."], **fields)
    del request["response"]
    return request


def finished(client: httpx.Client, route: str, request: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The run of a request, when it is over."""
    answer = client.post(f"/v1/{route}", json=request, headers=headers)
    assert answer.status_code in (200, 202), answer.text
    path = f"/v1/{route}/{answer.json()['id']}"
    end = time.monotonic() + SECONDS
    while (run := client.get(path).json())["state"] not in ("succeeded", "failed", "cancelled", "interrupted"):
        assert time.monotonic() < end, run["state"]
        time.sleep(0.01)
    return run


def stopped(client: httpx.Client, gate: Any, route: str, request: dict[str, Any]) -> dict[str, Any]:
    """A run that was stopped early and kept what it had."""
    options = {"segmenter": "unicode", "method": "permutation", "budget": 600}
    asked = {**request, "reward": gate.reward(free_calls=4), "options": options}
    run = client.post(f"/v1/{route}", json=asked).json()
    gate.reached(5)
    client.delete(f"/v1/{route}/{run['id']}")
    gate.open()
    until(lambda: client.get(f"/v1/{route}/{run['id']}").json()["state"] == "cancelled")
    return client.get(f"/v1/{route}/{run['id']}").json()


def markup(at: AppTest) -> str:
    """Everything of st.html on the page but styles."""
    bodies = (element.proto.body for element in at.get("html"))
    return "\n".join(text for text in bodies if not text.startswith("<style>"))


def drawn(at: AppTest, name: str) -> dict[str, Any]:
    """The data of the first component of that name."""
    return next(
        json.loads(one.proto.json) for one in at.get("bidi_component") if one.proto.component_name.endswith(name)
    )


def labels(at: AppTest) -> list[str]:
    """What the links of the page say."""
    return [link.proto.label for link in at.get("page_link")]


def button(at: AppTest, label: str):
    """The button with that label."""
    return next(one for one in at.button if one.label == label)
