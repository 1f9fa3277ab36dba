"""Signing in in a real browser: the token is on no page, in no address and in no storage, and leaves with the tab."""

import pytest

from backend.users.__main__ import main
from tests.e2e.conftest import Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def token(tmp_path, capsys):
    """Of a member, who is the only user."""
    main(["--file", str(tmp_path / "users"), "add", "max", "--role", "member"])
    return capsys.readouterr().out.strip()


@pytest.fixture
def site(tmp_path, token):
    """A service with one named user, and a screen that has him sign in."""
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder, OSPO_USERS_FILE=str(tmp_path / "users"), OSPO_SIGN_IN="1")
    yield site
    site.close()


def test_a_token_opens_the_screen_for_one_tab(visit, token):
    """Typed once, kept by the session alone: another tab, a reload, and whoever comes after are asked again."""
    first = visit("/history")
    page = first.page
    page.get_by_label("Token").fill(token)
    page.get_by_label("Token").press("Enter")
    page.get_by_text("max, member").wait_for()
    page.get_by_role("button", name="Open Explore").wait_for()

    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    seen = page.content() + page.url + stored
    second = first.context.new_page()
    second.goto(page.url)
    second.get_by_label("Token").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("not signed in").wait_for()

    assert token not in seen
    assert first.noise == []


def test_a_reload_asks_again(visit, token):
    """Nothing of the browser remembers it."""
    page = visit("/history").page
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("max, member").wait_for()

    page.reload()

    page.get_by_label("Token").wait_for()
    assert page.get_by_label("Token").input_value() == ""
