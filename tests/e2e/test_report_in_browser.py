"""The HTML reports in a real browser: what is seen, told and kept still, and what must never run."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ospo_core.report.compare_page import compare_html
from ospo_core.report.explain_page import explain_html
from ospo_core.report.notebook import notebook_html
from tests.core.report.documents import (
    ARABIC,
    CODE,
    HOSTILE,
    compare_document,
    explain_document,
    long_document,
    segmented,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
GROUP = (0.5, 0.42, 0.3, -0.1, 0.61)
WIDTHS = (1600, 1280, 1024, 760, 390, 320)
PLACES = "() => [...document.querySelectorAll('.tok')].map(t => [...t.getClientRects()].map(r => [r.left, r.top]))"
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"
LINES = """() => [...document.querySelectorAll('[data-map]')].filter(m => m.offsetParent).map(map => {
  const box = map.getBoundingClientRect();
  let line = 0, before = -Infinity;
  return [...map.querySelectorAll('.tok')].map(token => {
    const rect = token.getClientRects()[0];
    if (rect.left < before - 1) line += 1;
    before = rect.left;
    return [line, Math.round(64 * (rect.left - box.left))];
  });
})"""


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser, tmp_path):
    """Opens HTML from a file in a fresh context and watches for requests, messages and errors."""
    contexts = []

    def opened(html: str, width: int = 1280, **settings) -> Page:
        path = Path(tmp_path, f"report{len(contexts)}.html")
        path.write_text(html, encoding="utf-8", newline="")
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.noise = []
        page.on("request", lambda request: page.noise.append(request.url))
        page.on("console", lambda message: page.noise.append(message.text))
        page.on("pageerror", lambda error: page.noise.append(str(error)))
        page.on("dialog", lambda dialog: page.noise.append(dialog.message))
        page.goto(path.as_uri())
        page.noise.remove(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def own(page: Page, index: int):
    """A token of the last map, which shows our values."""
    return page.locator("[data-map]").last.locator(f".tok[data-i='{index}']")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_the_colours_of_its_scheme(show, scheme, tmp_path):
    """Background, ink and the strongest blame are the stops of the reader's scheme, and a picture can be taken."""
    page = show(explain_html(explain_document(rewards=GROUP)), color_scheme=scheme)

    colours = page.evaluate("""() => [getComputedStyle(document.documentElement).backgroundColor,
        getComputedStyle(document.body).color, getComputedStyle(document.querySelector('.tok.n5')).backgroundColor]""")
    page.screenshot(path=tmp_path / "report.png", full_page=True)

    assert (
        colours
        == {
            "light": ["rgb(252, 251, 248)", "rgb(23, 25, 28)", "rgb(221, 124, 49)"],
            "dark": ["rgb(20, 22, 26)", "rgb(236, 234, 229)", "rgb(151, 76, 25)"],
        }[scheme]
    )
    assert (tmp_path / "report.png").stat().st_size > 50_000
    assert page.noise == []


@pytest.mark.parametrize("text", [HOSTILE, ARABIC, CODE], ids=["hostile", "arabic", "code"])
def test_maps_show_exactly_the_response(show, text):
    """The DOM text of every map is the response, carriage returns and separators included."""
    document = explain_document(segmented(text), rewards=GROUP)

    page = show(explain_html(document))

    assert page.locator("[data-map]").evaluate_all("maps => maps.map(m => m.textContent)") == [document["response"]] * 2


@pytest.mark.parametrize("kind", ["explain", "compare", "notebook"])
def test_no_script_of_a_text_runs_and_nothing_is_fetched(show, kind):
    """Scripts, handlers and styles in prompt and response stay text: no flag, no request, no policy report."""
    explain = explain_document(segmented(HOSTILE), prompt=HOSTILE, rewards=GROUP)
    compare = compare_document(prompt=HOSTILE)
    compare["responses"] = [
        row
        | {name: explain[name] for name in ("response", "tokens", "tree")}
        | {"token_advantages": explain["group"]["token_advantages"]}
        for row in compare["responses"]
    ]
    html = {"explain": explain_html, "compare": compare_html, "notebook": notebook_html}[kind]
    frame = {"notebook": 1}.get(kind, 0)

    page = show(html(compare if kind == "compare" else explain))
    inside = page.frames[frame]
    inside.locator(".tok:visible").nth(5).hover()
    inside.locator(".tok:visible").nth(6).click()

    assert inside.evaluate("typeof window.owned") == "undefined"
    assert page.evaluate("typeof window.owned") == "undefined"
    assert inside.locator("#tip").is_visible()
    assert [noise for noise in page.noise if noise != "about:srcdoc"] == []


def test_hover_and_focus_both_show_the_numbers(show):
    """The tooltip gives text, credit, interval and advantage to the mouse and to the keyboard, in words to a reader."""
    document = explain_document(rewards=GROUP)
    page = show(explain_html(document))
    index = next(place for place, token in enumerate(document["tokens"]) if token["text"] == "400")
    expected = "credit −0.159 ± 0.007, advantage −34.6"

    own(page, index).hover()
    expect(page.locator("#tip")).to_contain_text(expected)
    page.mouse.move(5, 5)
    expect(page.locator("#tip")).to_be_hidden()
    page.locator("[data-map]").last.locator(".tok.pin").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    expect(page.locator("#tip")).to_be_visible()
    expect(page.locator("#tip")).to_contain_text(expected)
    expect(own(page, index)).to_be_focused()
    expect(own(page, index)).to_have_accessible_name(f"400: {expected}")


def test_hover_lights_the_token_in_both_maps(show):
    """The same token is outlined in GRPO's map and in ours."""
    page = show(explain_html(explain_document(rewards=GROUP)))

    own(page, 20).hover()

    assert page.locator(".tok.hov").evaluate_all("tokens => tokens.map(t => t.dataset.i)") == ["20", "20"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["explain", "compare"])
def test_all_maps_break_alike_and_nothing_overflows(show, kind, width):
    """Every token stands on the same line and at the same place in all maps of a page; the page fits its width."""
    html = explain_html(explain_document(rewards=GROUP)) if kind == "explain" else compare_html(compare_document())

    page = show(html, width=width)

    first, *others = page.evaluate(LINES)
    assert others == [first] * len(others)
    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("width", [1280, 390])
def test_no_letter_moves(show, width):
    """Levels, hover, pin, focus and the strongest fill change no token's place, and a pin does not scroll."""
    page = show(explain_html(explain_document(rewards=GROUP)), width=width)
    before = page.evaluate(PLACES)

    for level in ("Word", "Phrase", "Clause", "Sentence", "Token"):
        page.get_by_role("radio", name=level).evaluate("button => button.click()")
        assert page.evaluate(PLACES) == before, level
    own(page, 0).evaluate("token => token.click()")
    assert page.evaluate(PLACES) == before
    page.evaluate("document.querySelectorAll('.tok').forEach(t => t.className = 'tok p5 clipm hov pin')")

    assert page.evaluate(PLACES) == before


def test_levels_colour_by_the_mean_of_the_node(show):
    """On the level of sentences all tokens of a sentence have one fill, and the tooltip gives the node's sum."""
    page = show(explain_html(explain_document(rewards=GROUP)))

    page.get_by_role("radio", name="Sentence").click()
    own(page, 30).hover()
    page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")

    fills = (
        page.locator("[data-map]")
        .last.locator(".se")
        .nth(1)
        .locator(".tok")
        .evaluate_all("tokens => [...new Set(tokens.map(t => getComputedStyle(t).backgroundColor))]")
    )
    assert fills == ["rgb(243, 182, 128)"]
    expect(page.locator("#tip")).to_contain_text("sentence 2, credit −0.766 ± 0.052, mean advantage")


def test_a_pin_fills_the_rail(show):
    """A click shows the token's number, credit, place and advantages; ] goes to the next largest credit."""
    document = explain_document(rewards=GROUP)
    page = show(explain_html(document))
    fever = next(place for place, token in enumerate(document["tokens"]) if token["text"] == " fever")

    own(page, fever).click()

    expect(page.locator("#pin-text")).to_have_text("fever")
    expect(page.locator("#pin-value")).to_have_text("+0.016")
    expect(page.locator("#pin-where")).to_have_text("in “for fever”, sentence 1")
    expect(page.locator("#ladder tr[data-kind=sentence] td.n")).to_have_text("+0.058")
    page.keyboard.press("]")
    expect(page.locator("#pin-number")).not_to_have_text(str(fever + 1))


def test_selecting_a_node_redraws_its_waterfall(show):
    """The waterfall drawn by the script for the node shown first is the one the file was written with."""
    page = show(explain_html(explain_document()))
    rows = "() => [...document.querySelectorAll('#fall tbody tr')].map(r => r.innerText)"
    bars = "() => [...document.querySelectorAll('#fall rect')].map(r => Math.round(r.x.baseVal.value))"
    first, places = page.evaluate(rows), page.evaluate(bars)
    cells = page.locator("#icicle g")

    cells.filter(has_text="3").first.click()
    expect(page.locator("#fall-title")).to_have_text("Sentence 3")
    assert page.evaluate(rows) != first
    page.locator("#icicle g[aria-selected=true]").focus()
    page.keyboard.press("ArrowLeft")

    expect(page.locator("#fall-title")).to_have_text("Sentence 2")
    assert page.evaluate(rows) == first
    assert page.evaluate(bars) == places


def test_one_response_of_a_group_is_open(show):
    """The most disputed response is open; a click or an arrow opens another in its place."""
    page = show(compare_html(compare_document()))
    expect(page.locator(".resp:visible h2").first).to_have_text("Response 4")

    page.locator("#group tr[data-r='1']").click()
    expect(page.locator(".resp:visible h2").first).to_have_text("Response 2")
    page.locator("#group tr[data-r='1']").focus()
    page.keyboard.press("ArrowDown")

    expect(page.locator(".resp:visible h2").first).to_have_text("Response 3")
    assert page.locator(".resp:visible").count() == 1


@pytest.mark.parametrize(("width", "name"), [(1280, "disagreement"), (390, "disagree")])
def test_every_number_of_a_group_has_a_head(show, width, name):
    """Where the bar of disagreement gives way on a narrow screen, its number keeps a name."""
    page = show(compare_html(compare_document()), width=width)

    assert page.get_by_text(name, exact=True).first.is_visible()


def test_the_report_reads_without_its_script(show):
    """With scripts off the maps, the pinned token, the sums and every response are there."""
    page = show(explain_html(explain_document(rewards=GROUP)), java_script_enabled=False)
    expect(page.locator("h1")).to_contain_text("of the blame on 5 tokens")
    expect(page.locator("#pin-value")).to_have_text("−0.159")
    expect(page.locator("#fall-title")).to_have_text("Sentence 2")

    group = show(compare_html(compare_document()), java_script_enabled=False)

    expect(group.locator(".resp:visible")).to_have_count(6)


def test_a_long_response_loads_in_time(show):
    """Five thousand tokens are laid out and answer the script in under two seconds."""
    page = show(explain_html(long_document(2500)))

    assert page.evaluate("performance.now()") < 2000
    assert page.locator(".tok[data-i]").count() > 5000


def test_right_to_left_text_runs_right_to_left(show):
    """Arabic starts at the right edge of its map, and ArrowLeft goes to the next token."""
    page = show(explain_html(explain_document(segmented(ARABIC))))
    own(page, 0).click()

    own(page, 0).focus()
    page.keyboard.press("ArrowLeft")

    expect(own(page, 1)).to_be_focused()
    right = page.locator("[data-map]").evaluate("m => m.getBoundingClientRect().right")
    assert own(page, 0).evaluate("t => t.getBoundingClientRect().right") == pytest.approx(right, abs=2)
