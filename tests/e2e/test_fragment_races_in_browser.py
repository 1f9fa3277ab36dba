"""A part of a page that is drawn alone: nothing is lost where the whole was drawn just before, or another page is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.component_server import serving

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TRIES = 6
"""On a machine so slow that the page is whole before the text is typed nothing is lost."""
LEAVES = 3
"""Without the remedy half of them or so show no page, on a machine with little else to do."""
PAGE = Path(__file__).with_name("fragment_races_page.py")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The page, served."""
    with serving(PAGE, tmp_path_factory.mktemp("fragment_races")) as address:
        yield address


def texts_after_typing(chromium: Browser, address: str) -> tuple[str, str]:
    """What stands in both fields after text was typed into one while the whole page was drawn."""
    page = chromium.new_page()
    page.goto(address)
    expect(page.get_by_text("drawn 0")).to_be_visible()
    note, text = (page.get_by_role("textbox", name=name) for name in ("Note", "Text"))
    expect(note).to_have_value("filled in")
    page.get_by_role("button", name="Draw all").click()
    text.fill("typed")
    text.press("Tab")
    expect(page.get_by_text("drawn 1")).to_be_visible()
    page.wait_for_timeout(1000)
    held = note.input_value(), text.input_value()
    page.close()
    return held


def is_there_after_leaving(chromium: Browser, address: str) -> bool:
    """Whether the other page is on screen a while after the reader was led to it."""
    page = chromium.new_page()
    page.goto(address)
    expect(page.get_by_text("watched")).to_be_visible()
    page.get_by_role("button", name="Leave").click()
    page.wait_for_timeout(2000)
    there = page.get_by_text("the other page").is_visible()
    page.close()
    return there


def test_what_was_typed_while_the_page_was_drawn_stays(chromium, address):
    """And what the form was filled with."""
    assert texts_after_typing(chromium, f"{address}/?race=form&mended=yes") == ("filled in", "typed")


def test_a_page_stays_though_the_clock_of_the_one_that_was_left_asks(chromium, address):
    """Every time."""
    assert all(is_there_after_leaving(chromium, f"{address}/?race=clock&mended=yes") for _ in range(LEAVES))


def test_streamlit_alone_loses_what_was_typed(chromium, address):
    """When this fails, Streamlit has mended it: delete that remedy."""
    assert any(texts_after_typing(chromium, f"{address}/?race=form") == ("", "") for _ in range(TRIES))
