"""The service and the browser of the other rooms: threats meet the real thing."""

from __future__ import annotations

import pytest

from tests.api.conftest import client, gate, postgres, postgres_url, serve, standing
from tests.e2e.conftest import chromium, reader, site, usual, visit

__all__ = [
    "chromium",
    "client",
    "gate",
    "postgres",
    "postgres_url",
    "reader",
    "serve",
    "site",
    "standing",
    "usual",
    "visit",
]


@pytest.fixture
def database_url(tmp_path):
    """A file; a row that is about databases says so itself."""
    return f"sqlite:///{tmp_path / 'ospo.sqlite'}"
