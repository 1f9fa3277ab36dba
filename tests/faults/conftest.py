"""Services that can be killed, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.api.conftest import database_url, postgres, postgres_url
from tests.faults.service_process import Process

__all__ = ["database_url", "postgres", "postgres_url"]


@pytest.fixture
def start(tmp_path, database_url):
    """A function from settings to a process; all are ended after the test, on one data folder and one database."""
    started: list[Process] = []

    def one(**settings) -> Process:
        started.append(Process(tmp_path, **({"database_url": database_url} | settings)))
        return started[-1]

    yield one
    for process in started:
        process.end()
