"""docker-compose.users.yml: named users in the place of the one token."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.compose.stack import COMPOSE_FILES, NAMED

ADD = ("run", "--rm", "-T", "--no-deps", "api", "python", "-m", "backend.users", "add")


@pytest.fixture
def named(stack):
    """The same installation with names, and Ada as its admin; afterwards as it was."""
    stack.read(NAMED)
    try:
        stack.ada = stack.compose(*ADD, "ada", "--role", "admin").splitlines()[0]
        stack.speak_for(stack.ada)
        stack.up()
        yield stack
    finally:
        stack.read(COMPOSE_FILES)
        stack.speak_for(stack.secret("OSPO_TOKEN"))
        stack.up()


def test_names_take_the_place_of_the_token(named, visit):
    """The one token opens nothing any more, a name does, her run is trained, and the screen asks who is there."""
    me = named.api.get("/v1/me").json()
    job = named.trained(named.train(steps=5))
    named.speak_for(named.secret("OSPO_TOKEN"))
    refused = named.api.get("/v1/me").status_code
    named.speak_for(named.ada)

    page = visit("/history").page

    assert (me["name"], me["role"]) == ("ada", "admin")
    assert (job["state"], job["made_by"]) == ("succeeded", "ada")
    assert refused == 401
    page.get_by_label("Token", exact=True).fill(named.ada)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("ada, admin")).to_be_visible()
