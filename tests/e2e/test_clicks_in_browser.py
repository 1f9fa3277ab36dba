"""Clicks at any moment: while the page is drawn anew, while an edit is measured, between two looks at a run.

The reward sleeps, so that the page is being drawn for most of the time in which it is clicked.
"""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SLOW = {"kind": "slow", "settings": {"seconds": 0.4}}
PATIENCE = 20_000
MOMENTS = range(0, 1500, 600)
"""Milliseconds after the thing to click is there: within one drawing, at its end, and in the next."""


def explained(site, response: str) -> str:
    """The id of a small finished run."""
    body = {"prompt": "Which one?", "response": response, "reward": SLOW, "options": {"method": "exact"}}
    answer = site.api.post("/v1/attributions", json=body, headers={"Prefer": "wait"})
    assert answer.json()["state"] == "succeeded", answer.text
    return answer.json()["id"]


@pytest.fixture(scope="module")
def pair(site):
    """Two results."""
    return explained(site, "Give one."), explained(site, "Give two.")


WATCH = """() => {
  window.pressed = []
  addEventListener("mousedown", event => window.pressed.push(event.target), true)
}"""
HIT = "wanted => window.pressed.some(on => wanted.contains(on))"
AIMS = 5


def click_after(page: Page, there: str, wanted: Locator, moment: int) -> None:
    """Press where `wanted` stands, so many milliseconds after the selector `there` is first on the page.

    Aims again where the page moved between the look and the press: what was not pressed cannot be lost.
    """
    page.wait_for_function("selector => document.querySelector(selector)", arg=there, polling="raf")
    page.wait_for_timeout(moment)
    page.evaluate(WATCH)
    for _ in range(AIMS):
        wanted.scroll_into_view_if_needed()  # the page may stand where Run was pressed
        target, box = wanted.element_handle(), wanted.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        hit = page.evaluate(HIT, target)
        page.wait_for_timeout(60)
        page.mouse.up()
        if hit:
            return
    raise AssertionError(f"never hit in {AIMS} aims: {wanted}")


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_click_on_a_link_is_lost(visit, site, pair, moment):
    """At any moment of a page that draws itself, "Compare with the one before" leads to the comparison."""
    before, now = pair
    page = visit(f"/?result={now}&before={before}").page

    click_after(page, "a[href*=compare][href*=left]", page.get_by_role("link", name="Compare with the one"), moment)

    expect(page).to_have_url(re.compile(rf"/compare\?left={before}&right={now}"), timeout=PATIENCE)


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_click_on_the_link_of_a_new_result_is_lost(visit, pair, moment):
    """The same at the end of a run that the reader watched: what was under way is over, and is measured."""
    page = visit(f"/?result={pair[0]}").page
    page.get_by_role("textbox", name="Response").fill(f"Give {uuid.uuid4().hex[:8]}.")
    page.get_by_role("button", name="Run", exact=True).click()

    click_after(page, "a[href*=compare][href*=left]", page.get_by_role("link", name="Compare with the one"), moment)

    expect(page).to_have_url(re.compile(rf"/compare\?left={pair[0]}&right="), timeout=PATIENCE)


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_press_of_run_is_lost(visit, pair, moment):
    """At any moment of a page that draws itself, Run starts what was typed and shows it."""
    page = visit(f"/?result={pair[0]}").page
    text = f"Give {uuid.uuid4().hex[:8]}."
    page.get_by_role("textbox", name="Response").fill(text)
    run = page.get_by_role("button", name="Run", exact=True)
    run.scroll_into_view_if_needed()

    click_after(page, ".st-key-run button:enabled", run, moment)

    expect(page).to_have_url(re.compile(rf"&before={pair[0]}$"), timeout=PATIENCE)
    expect(page.locator("[role=listbox]").last).to_have_text(text, timeout=PATIENCE)
