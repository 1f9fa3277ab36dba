"""Explore in a real browser, with the real service and the real screen: the main job from landing to comparison."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REFERENCE = "One dose is 240 mg, every six hours, and at most four doses a day."
RESPONSE = "Give her 240 mg every six hours. Never give more than four doses a day."
LONG = " ".join(
    f"Give her {n} mg every {n % 7 + 2} hours, and never more than {n % 5 + 1} doses in {n} days, whatever they say."
    for n in range(3, 11)
)
HOSTILE = "<img src=http://evil.example/x onerror=alert(1)> **b** $x$ <script>alert(2)</script> 240 mg."
RESULT = re.compile(r"/\?result=[0-9a-f-]{36}$")


def write(page: Page, response: str, prompt: str = "How much?") -> None:
    """Fill the form, with a reward that takes a real model."""
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("textbox", name="Response").fill(response)
    page.get_by_role("textbox", name="Reference").fill(REFERENCE)
    page.get_by_role("textbox", name="Reference").blur()
    # The price is told once the service has seen the request as it stands.
    expect(page.get_by_role("status").filter(has_text=re.compile("token|evaluation"))).to_be_visible()


def run(page: Page) -> None:
    """Press Run."""
    page.get_by_role("button", name="Run", exact=True).click()


def owen(page: Page):
    """The map of Owen credit."""
    return page.locator("[role=listbox]").last


def expect_credit(page: Page, response: str) -> None:
    """The finished credit of exactly this text."""
    expect(page.get_by_text(re.compile("Finished in|Answered from the store"))).to_be_visible()
    expect(owen(page)).to_have_text(response)


def test_landing_shows_a_finished_case(visit):
    """Sentence, both maps of one text, the pinned token; nothing from elsewhere. Timed in tests/benchmarks."""
    visited = visit("/")
    page = visited.page

    expect(page.get_by_role("heading", level=1)).to_contain_text("GRPO")

    maps = page.locator("[role=listbox]")
    expect(maps).to_have_count(2)
    assert len(set(maps.all_text_contents())) == 1
    expect(page.get_by_role("complementary", name="Pinned token")).to_be_visible()
    expect(page.get_by_text("service ready · queue 0 of 8")).to_be_visible()
    assert visited.noise == []


def test_a_pasted_response_becomes_credit_that_a_second_browser_finds(visit):
    """Paste, the price, Run, progress, credit checked by deletion; reload and another browser see the same."""
    visited = visit("/?case=text")
    page = visited.page

    write(page, RESPONSE)
    page.get_by_role("textbox", name="Reference").blur()
    expect(page.get_by_text(re.compile(r"tokens × 512 evaluations|evaluations: exact"))).to_be_visible()
    run(page)
    expect(page).to_have_url(RESULT)
    expect_credit(page, RESPONSE)
    rail = page.get_by_role("complementary", name="Pinned token")
    expect(rail.get_by_role("row", name=re.compile("^remove ")).first).not_to_contain_text("none")
    page.reload()
    expect_credit(page, RESPONSE)
    second = visit(page.url.removeprefix(page.url.split("/?")[0])).page

    expect_credit(second, RESPONSE)
    expect(second.get_by_text("“How much?”")).to_be_visible()
    assert visited.noise == []


def test_another_pin_is_measured(visit):
    """A click on a token asks what removing its word really does, and the answer stands beside the prediction."""
    page = visit("/?case=text").page
    write(page, RESPONSE)
    run(page)
    expect_credit(page, RESPONSE)
    rail = page.get_by_role("complementary", name="Pinned token")

    owen(page).get_by_role("option", name=re.compile("^six")).click()

    row = rail.get_by_role("row", name=re.compile("^remove “six”"))
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("none")


def test_edit_recompute_compare(visit):
    """The edited text is explained again and laid beside the one before."""
    page = visit("/?case=text").page
    write(page, RESPONSE)
    run(page)
    expect_credit(page, RESPONSE)
    edited = RESPONSE.replace("240", "2,400")

    page.get_by_role("button", name="Edit and recompute").click()
    expect(page.get_by_role("textbox", name="Response")).to_have_value(RESPONSE)
    page.get_by_role("textbox", name="Response").fill(edited)
    run(page)
    expect_credit(page, edited)
    # A click while the page is drawn once more, for the check by deletion, can be lost.
    rail = page.get_by_role("complementary", name="Pinned token")
    expect(rail.get_by_role("row", name=re.compile("^remove ")).first).not_to_contain_text("none")
    page.get_by_role("link", name="Compare with the one before").click()

    expect(page).to_have_url(re.compile(r"/compare\?left=[0-9a-f-]{36}&right=[0-9a-f-]{36}"))
    expect(page.locator("[role=listbox]").first).to_be_visible()


def test_the_back_button_goes_through_cases_form_and_result(visit):
    """Every step of a reader is an entry of the browser's history."""
    page = visit("/").page
    page.get_by_role("radio", name="One brilliant phrase").click()
    expect(page).to_have_url(re.compile(r"\?case=phrase$"))
    page.get_by_role("button", name="Edit and recompute").click()
    expect(page).to_have_url(re.compile(r"\?case=text&from=phrase$"))
    expect(page.get_by_role("textbox", name="Response")).not_to_be_empty()

    page.go_back()
    expect(page.get_by_role("radio", name="One brilliant phrase")).to_be_checked()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GRPO")
    page.go_back()
    expect(page.get_by_role("radio", name="One critical error")).to_be_checked()
    page.go_forward()

    expect(page.get_by_role("radio", name="One brilliant phrase")).to_be_checked()


def test_a_long_run_survives_a_reload_and_is_stopped_from_a_second_tab(visit):
    """The text at once, progress that a reload finds again; stopping keeps what there is."""
    visited = visit("/?case=text")
    page = visited.page
    write(page, LONG)
    page.get_by_text(re.compile("^Masking ")).click()
    run(page)
    expect(page.get_by_role("progressbar", name="evaluations")).to_be_visible()
    expect(page.get_by_text(LONG[:60]).first).to_be_visible()

    page.reload()
    expect(page.get_by_text(re.compile("median standard error"))).to_be_visible()
    tab = visited.context.new_page()
    tab.goto(page.url)
    tab.get_by_role("button", name="Stop and keep").click()

    for one in (tab, page):
        expect(one.get_by_text("Partial result")).to_be_visible()
        expect(owen(one)).to_have_text(LONG)
        expect(one.get_by_role("button", name=re.compile("^Run all "))).to_be_enabled()


def test_pressed_twice_it_is_one_run(visit, site):
    """A double click starts one computation."""
    page = visit("/?case=text").page
    write(page, "Give her 240 mg twice a day.", prompt="Pressed twice?")

    page.get_by_role("button", name="Run", exact=True).dblclick()
    expect_credit(page, "Give her 240 mg twice a day.")

    assert len(site.api.get("/v1/results", params={"q": "Pressed twice?"}).json()["items"]) == 1


def test_the_keyboard_is_enough(visit):
    """Choose, type, run, walk through the tokens and pin one, without a mouse."""
    page = visit("/").page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keyboard = page.keyboard

    page.get_by_role("radio", name="One critical error").focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"\?case=text$"))
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("")  # no longer the form with the case's prompt
    page.get_by_role("textbox", name="Prompt").focus()
    keyboard.type("How much?")
    keyboard.press("Tab")
    keyboard.type("Give her 240 mg at once.")
    keyboard.press("Tab")
    page.get_by_role("textbox", name="Reference").focus()
    keyboard.type("240 mg")
    page.get_by_role("button", name="Run", exact=True).focus()
    keyboard.press("Enter")
    expect_credit(page, "Give her 240 mg at once.")
    owen(page).locator("[tabindex='0']").focus()
    keyboard.press("Home")
    keyboard.press("Enter")

    rail = page.get_by_role("complementary", name="Pinned token")
    expect(rail).to_contain_text("Pinned token 1 of")
    expect(rail.get_by_role("row", name=re.compile("^remove “Give”"))).not_to_contain_text("none")


def test_the_service_may_be_killed_and_come_back(visit, site):
    """A banner that counts, what is shown stays, Run waits; when it is back the banner goes by itself."""
    visited = visit("/?case=text")
    page = visited.page
    write(page, RESPONSE)
    run(page)
    expect_credit(page, RESPONSE)

    site.service.kill()
    try:
        down = page.get_by_role("alert").filter(has_text="The service is not answering")
        expect(down).to_contain_text(re.compile(r"Trying again in \d+ s"))
        expect(owen(page)).to_have_text(RESPONSE)
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
        fresh = visit("/").page
        expect(fresh.get_by_role("heading", level=1)).to_contain_text("GRPO")
    finally:
        site.service.start()

    expect(down).to_be_hidden()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert visited.noise == []


def test_a_killed_run_is_reported(visit, site):
    """The service dies at work: the page says so when it is back, and offers to try again."""
    page = visit("/?case=text").page
    write(page, LONG, prompt="Will you be there?")
    run(page)
    expect(page.get_by_role("progressbar", name="evaluations")).to_be_visible()

    site.service.kill()
    site.service.start()

    expect(page.get_by_role("button", name=re.compile("^(Try again|Run all)"))).to_be_visible()


def test_hostile_text_stays_text(visit):
    """In prompt, response and reference: no script, no dialog, no request to anybody."""
    visited = visit("/?case=text")
    page = visited.page

    write(page, HOSTILE, prompt=HOSTILE)
    page.get_by_role("textbox", name="Reference").fill(HOSTILE)
    run(page)
    expect_credit(page, HOSTILE)

    expect(page.get_by_text(f"“{HOSTILE}”")).to_be_visible()
    assert visited.noise == []


def test_several_responses_open_compare(visit):
    """A line of dashes makes a group, which has its own page."""
    page = visit("/?case=text").page

    write(page, "Give her 240 mg.\n---\nNo idea.\n---\n2,400 mg at once.")
    run(page)

    expect(page).to_have_url(re.compile(r"/compare\?result=[0-9a-f-]{36}"))


def test_a_result_is_kept_as_files(visit):
    """Report, document and table come as downloads with names of their own."""
    page = visit("/?case=text").page
    write(page, RESPONSE)
    run(page)
    expect_credit(page, RESPONSE)

    names = []
    page.get_by_role("button", name="Keep").click()
    for label in ("Report, HTML", "Document, JSON", "Table, CSV"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        names.append(download.value.suggested_filename)

    assert [re.sub("[0-9a-f]{8}", "ID", name) for name in names] == ["ospo-ID.html", "ospo-ID.json", "ospo-ID.csv"]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_runs_over_the_edge(visit, width):
    """The page is as wide as the window, on a telephone too."""
    page = visit("/", width=width).page
    expect(page.get_by_role("heading", level=1)).to_contain_text("GRPO")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()

    wider = page.evaluate("""() => [...document.querySelectorAll('[data-testid=stMain], body')]
        .map(box => box.scrollWidth - box.clientWidth)""")

    assert max(wider) <= 0


PLACES_OF_LETTERS = """() => {
  const maps = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector("[data-map]"));
  const map = maps.find(Boolean);
  const texts = document.createTreeWalker(map, NodeFilter.SHOW_TEXT), places = [], range = document.createRange();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      range.setStart(node, at); range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      places.push([node.data[at], Math.round(box.top)]);
    }
  }
  return places;
}"""


@pytest.mark.parametrize(("width", "most"), [(1280, 0), (500, 40)])
def test_no_letter_moves_when_the_credit_comes(visit, site, tmp_path, width, most):
    """A run at work has its text where the credit will be, same breaks; narrow, a line above may come to be two."""
    response = f"Give her 240 mg now, {uuid.uuid4().hex[:8]}. Call a doctor, or two, if she gets no better at all soon."
    held = {"kind": "gate", "settings": {"folder": str(tmp_path)}}
    body = {"prompt": "How much?", "response": response, "reward": held, "options": {"budget": 200}}
    run = site.api.post("/v1/attributions", json=body).json()
    page = visit(f"/?result={run['id']}", width=width).page
    expect(page.get_by_text("not known yet")).to_be_visible()
    before = page.evaluate(PLACES_OF_LETTERS)

    (tmp_path / "open").touch()
    expect(page.get_by_text("Finished in")).to_be_visible()
    expect(page.locator("[role=option]").first).to_be_visible()

    assert "".join(letter for letter, _ in before) == response
    after = page.evaluate(PLACES_OF_LETTERS)
    assert [place - after[0][1] for _, place in after] == [place - before[0][1] for _, place in before]
    assert abs(after[0][1] - before[0][1]) <= most


def test_a_text_that_was_not_run_outlives_a_reload(visit):
    """Also what was typed last and not left, and the reward's settings; another tab and the address have none of it."""
    visited = visit("/?case=text")
    page = visited.page
    write(page, "Give her 240 mg, said nobody.", prompt="A question of mine")
    page.wait_for_function("text => JSON.stringify(sessionStorage).includes(text)", arg=REFERENCE)
    page.get_by_role("textbox", name="Response").press_sequentially(" And then")

    page.reload()

    expect(page.get_by_role("textbox", name="Response")).to_have_value("Give her 240 mg, said nobody. And then")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("A question of mine")
    expect(page.get_by_role("textbox", name="Reference")).to_have_value(REFERENCE)
    assert page.url.endswith("/?case=text")
    other = visited.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("Paste a response to explain.")).to_be_visible()
    expect(other.get_by_role("textbox", name="Response")).to_have_value("")


def test_a_text_that_was_run_is_not_kept(visit):
    """It is in the history; the form of a fresh page is empty."""
    page = visit("/?case=text").page
    write(page, "Give her 240 mg once a day.")
    run(page)
    expect_credit(page, "Give her 240 mg once a day.")

    page.goto(page.url.partition("?")[0] + "?case=text")

    expect(page.get_by_text("Paste a response to explain.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Response")).to_have_value("")


def test_the_result_comes_into_view(visit):
    """In a low window it stands above the form that began it. Once: who scrolls on is left there."""
    page = visit("/?case=text", height=480).page
    write(page, RESPONSE)
    run(page)
    expect(page).to_have_url(RESULT)

    sentence, form = page.get_by_role("heading", level=1), page.get_by_role("textbox", name="Response")
    expect(sentence).to_be_in_viewport()
    form.scroll_into_view_if_needed()
    expect_credit(page, RESPONSE)

    expect(form).to_be_in_viewport()
    expect(sentence).not_to_be_in_viewport()
