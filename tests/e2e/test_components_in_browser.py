"""The components in a real browser inside Streamlit: what is drawn and told, what keeps still, what must never run."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ospo_core.report.compare_view import compare_view
from ospo_core.report.explain_view import explain_view
from ospo_core.report.pair_view import pair_view
from tests.core.report.documents import (
    ARABIC,
    CODE,
    HOSTILE,
    compare_document,
    explain_document,
    long_document,
    segmented,
)
from tests.e2e.component_server import HOST, ROOT, serving
from tests.e2e.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

GROUP = (0.5, 0.42, 0.3, -0.1, 0.61)
WIDTHS = (1600, 1280, 1024, 760, 390, 320)
MIXED = "👩‍👩‍👧 好的：每次 240 毫克，四小时一次。\n\n\tनमस्ते é́ 🇩🇪 ok 👍🏽\u00a0\u2028end\r\nfin"
IN_VIEW = "[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].at(-1).shadowRoot"
PLACES = f"""() => {{
  const scrolled = document.querySelector('[data-testid=stMain]').scrollTop;
  return [...{IN_VIEW}.querySelectorAll('.tok')].map(t => [...t.getClientRects()].map(r => [r.left, r.top + scrolled]));
}}"""
SETTLED = f"""() => new Promise(settled => {{
  let before = '', alike = 0;
  const look = () => {{
    const now = JSON.stringify([...{IN_VIEW}.querySelectorAll('.tok')].slice(0, 9).map(t => t.getBoundingClientRect()));
    alike = now === before ? alike + 1 : 0;
    before = now;
    alike > 30 ? settled(true) : requestAnimationFrame(look);
  }};
  look();
}})"""
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
LINES = f"""() => [...{IN_VIEW}.querySelectorAll('[data-map]')].map(map => {{
  const box = map.getBoundingClientRect();
  let line = 0, before = -Infinity;
  return [...map.querySelectorAll('.tok')].map(token => {{
    const rect = token.getClientRects()[0];
    if (rect.left < before - 1) line += 1;
    before = rect.left;
    return [line, Math.round(64 * (rect.left - box.left))];
  }});
}})"""
OVERFLOW = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
PIXEL = f"() => [...{IN_VIEW}.querySelectorAll('canvas')[1].getContext('2d').getImageData(2, 2, 1, 1).data]"
MADE_OF_MARKUP = "script,img,iframe,object,embed,a,form,link,meta,base,video,audio,input"
SETTLED = f"() => Promise.all({IN_VIEW}.getAnimations().map(one => one.finished))"


def other_credit(word: str) -> float:
    """Values unlike those of the medical case, for the same text."""
    return 0.02 * (len(word.strip()) - 4)


def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two texts that share most of their words."""
    second = [
        [["Yes, ", "ibuprofen is ", "a suitable first choice "], ["for fever "]],
        [["Do not exceed ", "one dose "]],
    ]
    return explain_document(), explain_document(second)


VIEWS: dict[str, Callable[[], Any]] = {
    "medicine": lambda: explain_view(explain_document(rewards=GROUP)),
    "running": lambda: explain_view(explain_document(rewards=GROUP, credit=other_credit, error=0.2, partial=True)),
    "alone": lambda: explain_view(explain_document()),
    "hostile": lambda: explain_view(explain_document(segmented(HOSTILE), prompt=HOSTILE, rewards=GROUP)),
    "arabic": lambda: explain_view(explain_document(segmented(ARABIC), rewards=GROUP)),
    "code": lambda: explain_view(explain_document(segmented(CODE), rewards=GROUP)),
    "mixed": lambda: explain_view(explain_document(segmented(MIXED), rewards=GROUP)),
    "long": lambda: explain_view(long_document(2500)),
    "group": lambda: compare_view(compare_document()),
    "group_other_rule": lambda: compare_view(compare_document(rule="uniform")),
    "group_long": lambda: long_group(),
    "pair": lambda: pair_view(*pair()),
    "pair_same": lambda: pair_view(explain_document(), explain_document(credit=other_credit)),
}


def long_group() -> Any:
    """A group with one response of more than 200 tokens."""
    document = compare_document()
    long = long_document(150)
    values = {"token_advantages": [0.1] * len(long["tokens"])}
    document["responses"][0] |= {name: long[name] for name in ("response", "tokens", "tree")} | values
    return compare_view(document)


def poisoned(value: Any, payloads: Iterator[str], spared: tuple[str, ...] = ()) -> Any:
    """The same view with a payload in the place of every string: texts, labels, class names, names of levels."""
    if isinstance(value, dict):
        return {name: poisoned(one, payloads, spared) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(one, payloads, spared) for one in value]
    return next(payloads) if isinstance(value, str) and value not in spared else value


STRUCTURE = ("token", "gap", "open", "close", "word", "phrase", "clause", "sentence", "response")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the views lie."""
    folder = tmp_path_factory.mktemp("views")
    for name, make in VIEWS.items():
        (folder / f"{name}.json").write_text(json.dumps(make()), encoding="utf-8")
    for name in ("medicine", "group", "pair"):
        view = poisoned(json.loads((folder / f"{name}.json").read_text("utf-8")), itertools.cycle(PAYLOADS), STRUCTURE)
        (folder / f"poisoned_{name}.json").write_text(json.dumps(view), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(folder) -> Iterator[str]:
    """A Streamlit server whose page mounts what the address asks for."""
    with serving(HOST, folder) as address:
        yield address


@pytest.fixture
def show(reader, address) -> Callable[..., Page]:
    """Opens views where nobody has been yet, and notes errors, dialogs, and requests to anybody else."""

    def opened(views: str, kind: str = "credit", *, width: int = 1280, options: str = "", **settings) -> Page:
        page = reader(address, **settings).new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.noise = []
        own = (address, address.replace("http", "ws"), "data:", "blob:")
        page.on("pageerror", lambda error: page.noise.append(str(error)))
        page.on("dialog", lambda dialog: (page.noise.append(dialog.message), dialog.dismiss()))
        page.on(
            "request",
            lambda request: None if request.url.startswith(own) else page.noise.append(request.url),
        )
        page.goto(f"{address}/?kind={kind}&views={views}{options}")
        page.locator(".tok[data-i]").first.wait_for()
        page.get_by_text("run 1,").wait_for()
        page.evaluate(SETTLED)  # Streamlit's own frame comes to rest after its content
        return page

    return opened


def token(page: Page, index: int, which: int = -1):
    """A token of one of the maps, of the last one unless said otherwise."""
    return page.locator("[data-map]").nth(which).locator(f".tok[data-i='{index}']")


def place_of(view: dict[str, Any], text: str) -> int:
    """The number of the first token with this text."""
    return view["tokens"]["text"].index(text)


def at_width(page: Page, width: int) -> tuple[list[Any], int]:
    """Lines and places of the tokens of every map, and by how much the page overflows."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page.evaluate(LINES), page.evaluate(OVERFLOW)


@pytest.mark.parametrize(
    ("kind", "view"),
    [("credit", "medicine"), ("credit", "mixed"), ("credit", "arabic"), ("group", "group"), ("pair", "pair_same")],
)
def test_all_maps_break_alike_and_nothing_overflows(show, kind, view):
    """At six widths every token has the same line and place in all maps of a view, and the view fits its column."""
    page = show(view, kind)

    seen = {width: at_width(page, width) for width in WIDTHS}

    assert all(len(first) > 10 for (first, *_), _ in seen.values())
    assert {width: [one == maps[0] for one in maps] for width, (maps, _) in seen.items()} == {
        width: [True] * len(maps) for width, (maps, _) in seen.items()
    }
    assert {width: max(0, overflow) for width, (_, overflow) in seen.items()} == dict.fromkeys(WIDTHS, 0)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_letter_moves(show, width):
    """Levels, hover, pin, focus, new values for the same text and the strongest fill change no token's place."""
    page = show("medicine,running", width=width)
    before = page.evaluate(PLACES)

    for level in ("Word", "Phrase", "Clause", "Sentence", "Token"):
        page.get_by_role("radio", name=level).evaluate("button => button.click()")
        assert page.evaluate(PLACES) == before, level
    token(page, 3).hover()
    assert page.evaluate(PLACES) == before
    scrolled = page.evaluate(SCROLLED)
    token(page, 0).evaluate("token => token.click()")
    page.get_by_text("pin 0").wait_for()
    assert page.evaluate(PLACES) == before
    assert page.evaluate(SCROLLED) == scrolled
    page.evaluate(f"{IN_VIEW}.querySelectorAll('.tok').forEach(t => t.className = 'tok p5 clipm hov pin')")

    assert page.evaluate(PLACES) == before


def test_hover_lights_the_token_in_both_maps_and_tells_its_numbers(show):
    """The pointer outlines the same token in GRPO's map and in ours; text and numbers stand in the tooltip."""
    page = show("medicine")

    token(page, 40).hover()

    assert page.locator(".tok.hov").evaluate_all("tokens => tokens.map(t => t.dataset.i)") == ["40", "40"]
    expect(page.locator("#tip")).to_have_text(re.compile(r"^400credit −0\.159 ± 0\.007, advantage −34\.6$"))
    page.mouse.move(5, 5)
    expect(page.locator("#tip")).to_be_hidden()
    expect(page.get_by_text("run 1,")).to_be_visible()


def test_a_click_fills_the_rail_and_reaches_python(show):
    """Number, credit, place, advantages and ladder follow the pin; Python hears which token it is."""
    page = show("medicine")
    fever = place_of(VIEWS["medicine"](), " fever")
    rows = page.locator("aside tr").count()

    token(page, fever).click()

    expect(page.locator(".pt")).to_have_text("fever")
    expect(page.locator(".pn")).to_have_text("+0.016 ± 0.005")
    expect(page.locator(".pl")).to_have_text("in “for fever”, sentence 1")
    expect(page.locator(".lad tr[data-kind=sentence] td.n")).to_have_text("+0.058")
    expect(page.get_by_text(f"pin {fever}")).to_be_visible()
    assert page.locator("aside tr").count() == rows
    assert page.locator(".tok.pin").count() == 2


def test_what_was_measured_for_the_pin_stands_in_its_row(show):
    """Rows of "none" until Python has measured; then its rows, for the pinned token alone, in as many rows."""
    page = show("medicine")
    rows = page.locator(".vd tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_have_text("remove “2,400”+0.318nonenone")

    token(page, 12).click()

    expect(rows.first).to_have_text("replace by “240”none+0.81+0.35")
    expect(rows).to_have_count(3)
    token(page, 12).click()
    expect(rows.first).to_have_text("replace by “240”none+0.81+0.35")
    token(page, 13).click()
    expect(page.get_by_text("pin 13")).to_be_visible()


def test_levels_colour_by_the_mean_of_the_node(show):
    """On the level of sentences all tokens of a sentence have one fill, and the tooltip gives the node's sum."""
    page = show("medicine")

    page.get_by_role("radio", name="Sentence").click()
    token(page, 30).hover()
    page.evaluate(SETTLED)

    fills = page.locator("[data-map]").last.locator(".se").nth(1).locator(".tok")
    colours = fills.evaluate_all("tokens => [...new Set(tokens.map(t => getComputedStyle(t).backgroundColor))]")
    assert colours == ["rgb(243, 182, 128)"]
    expect(page.locator("#tip")).to_contain_text("sentence 2, credit −0.766 ± 0.052, mean advantage")
    expect(page.get_by_text("run 1,")).to_be_visible()


def test_the_keyboard_reaches_every_token(show):
    """One tab stop a map; arrows, Home, End and the brackets move the pin and the focus, and Python hears the last."""
    page = show("medicine")
    view = VIEWS["medicine"]()
    assert page.locator(".tok[tabindex='0']").count() == 2
    token(page, view["pinned"]).focus()

    page.keyboard.press("Home")
    expect(token(page, 0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(token(page, 1)).to_be_focused()
    expect(token(page, 1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("pin 1")).to_be_visible()
    page.keyboard.press("End")
    last = len(view["tokens"]["text"]) - 1
    expect(token(page, last)).to_be_focused()
    page.keyboard.press("]")
    rank = view["order"].index(last)
    expect(token(page, view["order"][min(rank + 1, last)])).to_be_focused()
    page.keyboard.press("[")
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"pin {view['order'][min(rank + 1, last) - 1]}")).to_be_visible()


def test_a_token_has_a_name_and_a_role(show):
    """A screen reader hears a list box of options, each with its text and its numbers, and can open a table."""
    page = show("medicine")

    box = page.get_by_role("listbox", name="Owen credit")
    expect(box.get_by_role("option", name="400: credit −0.159 ± 0.007, advantage −34.6")).to_be_visible()
    page.get_by_text("tokens as a table").click()

    assert page.locator("table.all tbody tr").count() == len(VIEWS["medicine"]()["tokens"]["text"])


@pytest.mark.parametrize("key", ["r", "c"])
def test_keys_pressed_inside_do_not_reach_streamlit(show, key):
    """Streamlit's shortcuts rerun the page (r) and ask to clear the cache (c): not from a token."""
    page = show("medicine")
    token(page, 40).focus()

    page.keyboard.press(key)
    page.keyboard.press("ArrowRight")

    expect(token(page, 41)).to_be_focused()
    expect(page.get_by_text("run 2, pin 41")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_rerun_with_the_same_data_keeps_everything(show):
    """The elements, the level, the open table and the pin are the same ones after another run and in another theme."""
    page = show("medicine")
    page.get_by_role("radio", name="Phrase").click()
    page.get_by_text("tokens as a table").click()
    token(page, 20).evaluate("token => { window.kept = token; }")

    page.get_by_role("button", name="Rerun").click()
    page.get_by_text("run 2,").wait_for()
    page.get_by_role("button", name="Rerun").click()
    page.get_by_text("run 3,").wait_for()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"getComputedStyle({IN_VIEW}.querySelector('.view')).color === 'rgb(236, 234, 229)'")

    assert page.evaluate("window.kept.isConnected")
    expect(page.get_by_role("radio", name="Phrase")).to_be_checked()
    assert page.locator("details[open]").count() == 1
    token(page, 20).focus()
    page.keyboard.press("ArrowRight")
    expect(token(page, 21)).to_be_focused()


def test_new_values_for_the_same_text_recolour_it(show):
    """A running estimate becomes final: same elements, same focus, same pin; sentence, fills and numbers are new."""
    page = show("running,medicine")
    token(page, 40).click()
    page.get_by_text("pin 40").wait_for()
    token(page, 40).evaluate("token => { window.kept = token; }")
    sentence = page.locator("h1").inner_text()
    places = page.evaluate(LINES)

    page.get_by_role("button", name="Next").evaluate("button => button.click()")
    expect(page.locator(".pn")).to_have_text("−0.159 ± 0.007")

    assert page.locator("h1").inner_text() != sentence
    assert page.evaluate("window.kept.isConnected && window.kept.classList.contains('n5')")
    assert page.evaluate(LINES) == places
    expect(token(page, 40)).to_be_focused()
    expect(page.get_by_text("pin 40")).to_be_visible()


def test_another_text_starts_afresh(show):
    """The pin of one text means nothing on another: the view's own token is pinned and Python hears of none."""
    page = show("medicine,arabic")
    token(page, 3).click()
    page.get_by_text("pin 3").wait_for()

    page.get_by_role("button", name="Next").click()

    expect(page.get_by_text("pin None")).to_be_visible()
    expect(token(page, VIEWS["arabic"]()["pinned"])).to_have_class(re.compile("pin"))


@pytest.mark.parametrize("name", ["hostile", "arabic", "code", "mixed"])
def test_maps_show_exactly_the_response(show, name):
    """The text of every map is the response: carriage returns, separators, emoji and white space included."""
    page = show(name)

    texts = page.locator("[data-map]").evaluate_all("maps => maps.map(map => map.textContent)")

    assert texts == [VIEWS[name]()["response"]] * 2
    assert page.noise == []


@pytest.mark.parametrize(
    ("kind", "view"), [("credit", "medicine"), ("group", "group"), ("tree", "medicine"), ("pair", "pair")]
)
def test_a_hundred_payloads_stay_text(show, kind, view):
    """With a payload for every string of a view no script runs, nothing is fetched, and the payload can be read."""
    assert len(set(PAYLOADS)) >= 100
    page = show(f"poisoned_{view}", kind)

    tokens = page.locator(".tok[data-i]")
    for place in range(0, tokens.count(), max(1, tokens.count() // 20)):
        tokens.nth(place).dispatch_event("mouseover")
    tokens.nth(1).dispatch_event("click")
    for summary in page.locator("summary").all():
        summary.dispatch_event("click")
    page.evaluate(SETTLED)

    assert page.evaluate("typeof window.owned") == "undefined"
    assert page.locator("[data-map]").first.inner_text().count("owned") > 10
    made = page.evaluate(
        f"[...{IN_VIEW}.querySelectorAll('script,img,iframe,object,embed,a,form,link,svg script')].length"
    )
    assert made == 0
    assert page.noise == []


@pytest.mark.parametrize(("options", "scheme"), [("", "light"), ("", "dark"), ("&embed_options=dark_theme", "light")])
def test_colours_follow_streamlits_theme(show, options, scheme):
    """Ink and the strongest blame are the stops of the theme that Streamlit shows, whatever the system prefers."""
    page = show("medicine", options=options + ("&embed=true" if options else ""), color_scheme=scheme)

    ink, blame = page.evaluate(f"""() => [getComputedStyle({IN_VIEW}.querySelector('.view')).color,
        getComputedStyle({IN_VIEW}.querySelector('.tok.n5')).backgroundColor]""")

    light, dark = ("rgb(23, 25, 28)", "rgb(221, 124, 49)"), ("rgb(236, 234, 229)", "rgb(151, 76, 25)")
    assert (ink, blame) == (dark if options or scheme == "dark" else light)


def test_a_response_without_a_group_has_one_map_in_credit(show):
    """Without other responses there is no flat advantage to show: one map, in reward units."""
    page = show("alone")

    expect(page.locator("[data-map]")).to_have_count(1)
    expect(page.locator(".leg")).to_contain_text("credit per token, in reward units")
    expect(page.locator(".two")).to_have_count(0)


def test_right_to_left_text_runs_right_to_left(show):
    """Arabic starts at the right edge of its map, and ArrowLeft goes to the next token."""
    page = show("arabic")
    token(page, 0).click()

    token(page, 0).focus()
    page.keyboard.press("ArrowLeft")

    expect(token(page, 1)).to_be_focused()
    right = page.locator("[data-map]").last.evaluate("map => map.getBoundingClientRect().right")
    assert token(page, 0).evaluate("token => token.getBoundingClientRect().right") == pytest.approx(right, abs=2)


def test_white_space_is_seen_and_not_copied(show):
    """Tokens of white space alone show a sign that is no part of the text."""
    page = show("mixed")

    signs = page.locator(".tok[data-w]").evaluate_all(
        "tokens => tokens.map(t => getComputedStyle(t, '::before').content)"
    )

    assert len(signs) > 0
    assert all(sign not in ('""', "none") for sign in signs)


def test_five_thousand_tokens_are_drawn(show):
    """A long response is there in both colours and numbers, and its table is built when it is opened."""
    page = show("long")
    size = len(VIEWS["long"]()["tokens"]["text"])

    assert page.locator(".tok[data-i]").count() == size > 5000
    assert page.locator("table.all").count() == 0
    page.get_by_text("tokens as a table").click()
    expect(page.locator("table.all tbody tr")).to_have_count(size)


def test_one_response_of_a_group_is_open(show):
    """The most disputed response is open; a click or an arrow opens another in its place and tells Python."""
    page = show("group,group_other_rule", "group")
    expect(page.locator(".selh h2")).to_have_text("Response 4")

    page.locator(".grp tr[data-r='1']").click()
    expect(page.locator(".selh h2")).to_have_text("Response 2")
    expect(page.get_by_text("row 1")).to_be_visible()
    page.locator(".grp tr[data-r='1']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".selh h2")).to_have_text("Response 3")
    expect(page.get_by_text("row 2")).to_be_visible()
    places = page.evaluate(LINES)
    page.get_by_role("button", name="Next").evaluate("button => button.click()")
    expect(page.locator("h1")).to_contain_text("Uniform is GRPO")

    expect(page.locator(".selh h2")).to_have_text("Response 3")
    assert page.evaluate(LINES) == places


def test_barcodes_of_long_responses_are_painted(show):
    """Above 200 tokens a barcode is a canvas in the colours of the theme; below it is made of rectangles."""
    page = show("group_long", "group")

    expect(page.locator(".bc canvas")).to_have_count(6)
    light = page.evaluate(PIXEL)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"({PIXEL})()[0] < 100")

    assert light == pytest.approx([188, 221, 254, 255], abs=2)
    assert page.evaluate(PIXEL) == pytest.approx([24, 58, 91, 255], abs=2)
    assert show("group", "group").locator(".bc svg rect").count() > 100


def test_the_tree_selects_by_band_token_crumb_and_key(show):
    """Band, token, breadcrumb, arrow and page select a node: sentence, waterfall and Python follow."""
    page = show("medicine", "tree")
    parts = VIEWS["medicine"]()["parts"]
    title = page.locator(".fall h2")
    expect(title).to_have_text("Sentence 2")

    page.locator(".se").nth(2).evaluate("band => band.click()")
    expect(title).to_have_text("Sentence 3")
    expect(page.locator("h1")).to_contain_text("Sentence 3")
    expect(page.get_by_text(f"node {parts['title'].index('sentence 3')}")).to_be_visible()
    token(page, 2).click()
    expect(title).to_have_text("Phrase 2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(title).to_have_text("Clause 1")
    page.get_by_role("button", name="response", exact=True).click()
    expect(title).to_have_text("Response")
    expect(page.get_by_text("node 0")).to_be_visible()
    page.locator(".se").nth(1).evaluate("band => band.click()")
    expect(page.get_by_text(f"node {parts['title'].index('sentence 2')}")).to_be_visible()
    page.get_by_role("button", name="Select the response").click()

    expect(title).to_have_text("Response")
    expect(page.get_by_text("node 0")).to_be_visible()


@pytest.mark.parametrize(("level", "rows"), [("Clauses", 2), ("Phrases", 8), ("Words", 20)])
def test_the_waterfall_sums_to_its_node_at_every_level(show, level, rows):
    """Parts in reading order, each bar from where the last one ended, and the node in ink as the last row."""
    page = show("medicine", "tree")

    page.get_by_role("radio", name=level).click()

    expect(page.locator(".wft tr.tot")).to_have_text("sentence 2−0.766± 0.052")
    values = page.locator(".wft tbody tr:not(.tot) td:nth-child(3)").all_inner_texts()
    assert len(values) == rows
    assert sum(float(value.replace("−", "-")) for value in values) == pytest.approx(-0.766, abs=0.0006 * len(values))


def test_a_pair_of_texts_lights_what_was_aligned(show):
    """Hover finds the same word in the other text and in the difference; a word that one text lacks stands alone."""
    page = show("pair", "pair")
    view = VIEWS["pair"]()
    shared = next(place for place, other in enumerate(view["match"]["left"]) if other is not None and other != place)
    alone = next(place for place, other in enumerate(view["match"]["left"]) if other is None)

    token(page, shared, 0).hover()
    partner = str(view["match"]["left"][shared])
    assert page.locator(".tok.hov").evaluate_all("all => all.map(t => t.dataset.i)") == [str(shared), partner, partner]
    token(page, alone, 0).hover()

    assert page.locator(".tok.hov").count() == 1


def test_the_example_page_mounts_the_component(chromium, folder, tmp_path):
    """The fifteen lines of the documentation show a view and say what is pinned."""
    script = ROOT / "frontend" / "components" / "example.py"
    with serving(script, tmp_path, str(folder / "medicine.json")) as address:
        page = chromium.new_page()
        page.goto(address)

        page.locator(".tok[data-i='40']").last.click()

        expect(page.get_by_text("Token 41 is pinned: credit −0.159 ± 0.007, advantage −34.6")).to_be_visible()
        page.close()
    assert len(script.read_text("utf-8").splitlines()) <= 20
