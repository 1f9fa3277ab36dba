"""A service with four named users, and the whole screen before it, where everybody signs in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from backend.users.__main__ import main
from frontend.client.bodies import Me
from tests.screen.page_app import SECONDS, button, reach

ROUTER = str(Path(__file__).resolve().parents[2] / "frontend" / "streamlit_app.py")


@pytest.fixture
def team(tmp_path, serve, capsys):
    """A service with users, their tokens, and a client that speaks for each of them."""
    users = tmp_path / "users"
    tokens = {}
    for name, role in {"vera": "viewer", "max": "member", "mia": "member", "ada": "admin"}.items():
        main(["--file", str(users), "add", name, "--role", role])
        tokens[name] = capsys.readouterr().out.strip()
    api = serve(users_file=users)
    members = {name: _as(api, token) for name, token in tokens.items()}
    yield SimpleNamespace(api=api, tokens=tokens, users=users, **members)
    for client in members.values():
        client.close()


def _as(api, token):
    return httpx.Client(base_url=api.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.fixture
def door(monkeypatch):
    """A function from a client of a service to the whole screen, which has everybody sign in."""

    def opened(api) -> AppTest:
        reach(monkeypatch, api)
        monkeypatch.setenv("OSPO_SIGN_IN", "1")
        monkeypatch.setenv("OSPO_TOKEN", "never-lent-0123456789-abcdefghijkl")
        return AppTest.from_file(ROUTER, default_timeout=SECONDS).run()

    return opened


def sign_in(at, token):
    """Type it and press the button."""
    at.text_input[0].set_value(token)
    return button(at, "Sign in").click().run()


def as_user(at, name, role, token):
    """Go on as somebody who has signed in."""
    at.session_state["token"], at.session_state["me"] = token, Me(name=name, role=role, access="users")
    return at.run()
