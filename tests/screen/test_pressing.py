"""Presses that a drawing cut short would take with it."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    """A page with one button. Cut short, it ends before the button, as it does where another drawing is asked for."""
    import streamlit as st

    from frontend.pressing import forget_press, pressed

    if st.session_state.pop("cut", False):
        st.stop()
    if not st.session_state.get("gone") and pressed("Start", key="start", disabled=st.session_state.get("off", False)):
        st.session_state["starts"] = st.session_state.get("starts", 0) + 1
    forget_press()


@pytest.fixture
def at():
    """The page, drawn once."""
    return AppTest.from_function(page).run()


def press(at, *, cut):
    """Press Start; cut: the drawing that follows does not get as far as the button."""
    at.session_state["cut"] = cut
    return at.button(key="start").click().run()


def starts(at):
    """How often the page was started."""
    return at.session_state["starts"] if "starts" in at.session_state else 0  # noqa: SIM401  it has no get


@pytest.mark.parametrize("cut", [False, True])
def test_a_press_acts_once(at, cut):
    """Also where the drawing that was to read it was cut short."""
    press(at, cut=cut)

    at.run()
    at.run()

    assert starts(at) == 1


@pytest.mark.parametrize("why", ["gone", "off"])
def test_a_press_of_what_is_not_there_any_more_is_forgotten(at, why):
    """A button that came back, or was enabled again, was not pressed."""
    press(at, cut=True)
    at.session_state[why] = True
    at.run()

    at.session_state[why] = False
    at.run()

    assert starts(at) == 0
