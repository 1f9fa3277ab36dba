"""One installation for the whole session, and the browser of tests/e2e before it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.compose.stack import Stack, why_not
from tests.e2e.conftest import chromium, reader, usual, visit

__all__ = ["chromium", "reader", "usual", "visit"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """Built, started and ready; OSPO_KEEP_STACK leaves it for a look."""
    stack = Stack(tmp_path_factory.mktemp("compose"), OSPO_FRONTEND_HOSTS="ospo.localhost")
    try:
        stack.compose("build")
        stack.up()
        yield stack
    finally:
        stack.api.close()
        if not os.environ.get("OSPO_KEEP_STACK"):
            stack.remove()


@pytest.fixture(scope="session")
def site(stack) -> SimpleNamespace:
    """What `visit` opens."""
    return SimpleNamespace(screen=SimpleNamespace(url=stack.screen))


@pytest.fixture(scope="session")
def backup(stack, tmp_path_factory) -> Path:
    """A whole one."""
    folder = tmp_path_factory.mktemp("backup") / "whole"
    stack.run("scripts/backup", folder)
    return folder


@pytest.fixture(autouse=True)
def patient():
    """Two processors, four containers."""
    expect.set_options(timeout=120_000)
    yield
    expect.set_options(timeout=5000)


def pytest_collection_modifyitems(items) -> None:
    """Nothing here runs where no engine answers, and the reason is said; with OSPO_REQUIRE_COMPOSE that is an error."""
    own = [item for item in items if item.path.parent.name == "compose"]
    reason = why_not() if own else None
    if reason is not None and os.environ.get("OSPO_REQUIRE_COMPOSE"):
        raise pytest.UsageError(f"OSPO_REQUIRE_COMPOSE is set, and tests/compose cannot run: {reason}")
    for item in own:
        item.add_marker(pytest.mark.compose)
        if reason is not None:
            item.add_marker(pytest.mark.skip(reason=reason))
