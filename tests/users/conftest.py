"""A service with four named users, and a client for each of them."""

from types import SimpleNamespace

import httpx
import pytest

from backend.users.__main__ import main
from tests.api.conftest import database_url, gate, postgres, postgres_url, serve

__all__ = ["database_url", "gate", "postgres", "postgres_url", "serve"]

ROLES = {"vera": "viewer", "max": "member", "mia": "member", "ada": "admin"}


@pytest.fixture
def users_file(tmp_path):
    """Where the users of a test are kept."""
    return tmp_path / "users"


@pytest.fixture
def add(users_file, capsys):
    """A function that adds a user as an administrator does; his token, as it was printed."""

    def one(name, role="member"):
        assert main(["--file", str(users_file), "add", name, "--role", role]) == 0
        return capsys.readouterr().out.strip()

    return one


@pytest.fixture
def team_with(add, users_file, serve):
    """Makes clients of one service: `vera` a viewer, `max` and `mia` members, `ada` an admin, `nobody` no one."""
    clients = []

    def team(**settings):
        tokens = {name: add(name, role) for name, role in ROLES.items()}
        nobody = serve(users_file=users_file, **settings)
        members = {name: _as(nobody, token) for name, token in tokens.items()}
        clients.extend(members.values())
        return SimpleNamespace(**members, nobody=nobody, tokens=tokens)

    yield team
    for client in clients:
        client.close()


@pytest.fixture
def team(team_with):
    """They, with the settings as they are."""
    return team_with()


def _as(client, token):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=client.base_url, headers=headers, timeout=30)
