"""Where the service has named users everybody signs in on the screen, and sees what he may do."""

import pytest
from streamlit.testing.v1 import AppTest

from backend.users.__main__ import main
from frontend.permission import ADMINS, VIEWER
from tests.screen.page_app import SECONDS, button, explained, markup, reach
from tests.screen.team_app import ROUTER, as_user, sign_in
from tests.screen.test_history import rows, select


@pytest.mark.slow
def test_before_somebody_signs_in_there_is_nothing_but_the_field(team, door):
    """No page, no result; what is typed is not shown."""
    at = door(team.api)

    assert not at.exception
    assert [(field.label, field.proto.type) for field in at.text_input] == [("Token", 1)]
    assert [one.label for one in at.button] == ["Sign in"]
    assert "not signed in" in markup(at)


@pytest.mark.slow
def test_a_wrong_token_is_told_and_not_kept(team, door):
    """In one line; and the screen does not lend its own."""
    at = sign_in(door(team.api), "wrong")

    assert "The service knows no such token" in markup(at)
    assert "token" not in at.session_state
    assert "wrong" not in markup(at)


@pytest.mark.slow
def test_whoever_signs_in_sees_the_page_his_name_and_his_role(team, door):
    """And his token nowhere: neither on the page, nor in the address."""
    at = sign_in(door(team.api), team.tokens["vera"])

    assert not at.exception
    assert not [field for field in at.text_input if field.label == "Token"]
    assert "vera, viewer · service ready" in markup(at)
    assert team.tokens["vera"] not in markup(at)
    assert not at.query_params


@pytest.mark.slow
def test_whoever_signs_out_leaves_nothing(team, door):
    """Neither his token nor what was on his screen."""
    at = sign_in(door(team.api), team.tokens["vera"])

    button(at, "Sign out").click().run()

    assert [field.label for field in at.text_input] == ["Token"]
    assert "token" not in at.session_state
    assert "me" not in at.session_state


@pytest.mark.slow
def test_a_user_who_is_removed_is_shown_out(team, door):
    """With the next look at the service, and told so."""
    at = sign_in(door(team.api), team.tokens["vera"])
    main(["--file", str(team.users), "remove", "vera"])

    at.run()

    assert [field.label for field in at.text_input] == ["Token"]
    assert "The service does not know your token any more" in markup(at)


@pytest.mark.slow
def test_a_service_that_asks_nobody_is_not_opened_by_any_token(serve, door):
    """The screen may be reached from elsewhere; whatever was typed would do."""
    at = sign_in(door(serve()), "anything")

    assert "the service behind it asks nobody" in markup(at)
    assert [field.label for field in at.text_input] == ["Token"]


@pytest.mark.slow
def test_a_screen_without_a_token_asks_for_one_where_the_service_does(team, door, monkeypatch):
    """Also where nobody told it that it must."""
    monkeypatch.delenv("OSPO_SIGN_IN", raising=False)
    reach(monkeypatch, team.api)
    at = AppTest.from_file(ROUTER, default_timeout=SECONDS).run()

    at.run()

    assert [field.label for field in at.text_input] == ["Token"]


@pytest.mark.slow
def test_a_viewer_may_press_nothing_that_runs(team, screen):
    """The button says why, and so does the line beside it."""
    at = as_user(screen("explore", team.api, case="text"), "vera", "viewer", team.tokens["vera"])

    assert (button(at, "Run").disabled, button(at, "Run").help) == (True, VIEWER)
    assert VIEWER in markup(at)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "role", "disabled", "why"),
    [
        ("vera", "viewer", True, ADMINS),
        ("max", "member", True, ADMINS),
        ("ada", "admin", False, ""),
    ],
)
def test_what_was_made_is_an_admins_to_delete(team, screen, name, role, disabled, why):
    """Others are told so, its maker too."""
    made = explained(team.max)["id"]
    at = as_user(screen("history", team.api), name, role, team.tokens[name])

    select(at, made)

    assert "by max" in markup(at)
    assert (button(at, "Delete").disabled, button(at, "Delete").help) == (disabled, why)


@pytest.mark.slow
def test_what_the_service_forbids_is_one_plain_line(team, screen):
    """Where the screen did not know better: nothing is lost, and the page stands."""
    made = explained(team.max)["id"]
    at = as_user(screen("history", team.api), "mia", "admin", team.tokens["mia"])
    select(at, made)
    button(at, "Delete").click().run()

    at.button(key="delete_for_good").click().run()

    assert not at.exception
    assert "Not allowed" in markup(at)
    assert "This needs the role admin" in markup(at)
    assert len(rows(at)) == 1
