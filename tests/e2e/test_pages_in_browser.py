"""Compare, Tree, History and Health as a reader uses them: the real service, the real screen, a real browser."""

import re

import pytest
from playwright.sync_api import expect

from frontend.theme import DARK, LIGHT
from tests.e2e.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WIDTHS = (1600, 1280, 1024, 760, 390, 320)
RUBRIC = {
    "kind": "rubric",
    "settings": {"facts": [{"name": "dose", "any_of": ["240 mg"]}, {"name": "doctor", "any_of": ["doctor"]}]},
}
PROMPT = "How much may I give her, and when do I call somebody?"
RESPONSES = [
    "Give her 240 mg at a time, and no more than four doses a day. Call a doctor if the fever lasts longer.",
    "Paracetamol is a common choice. Ask a doctor, or somebody at the pharmacy, how much she may have.",
    "I am sorry, but I cannot say how much. Keep her warm, offer her plenty to drink, and wait for a day.",
]
ARABIC = "أعطها 240 mg من الباراسيتامول كل ست ساعات. ثم اتصل بالطبيب (doctor) 👩‍👩‍👧 إذا استمرت الحمى."
MIXED = "👩‍👩‍👧 好的：每次 240 mg，四小时一次。 Call a doctor 👍🏽 नमस्ते é́ 🇩🇪 fin."
TOKENS = "[data-map] .tok"
OVERFLOW = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
LINES = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .flatMap(host => [...host.shadowRoot.querySelectorAll('[data-map]')]).filter(map => map.offsetParent).map(map => {
    const box = map.getBoundingClientRect();
    let line = 0, before = -Infinity;
    return [...map.querySelectorAll('.tok')].map(token => {
      const rect = token.getClientRects()[0];
      if (rect.left < before - 1) line += 1;
      before = rect.left;
      return [line, Math.round(64 * (rect.left - box.left))];
    });
  })"""
FRAME = "() => document.querySelector('.js-plotly-plot .scatterlayer .js-line')?.getAttribute('d') ?? ''"
CELL = """place => {
  const plot = document.querySelector('.js-plotly-plot'), page = plot.getBoundingClientRect();
  const {xaxis, yaxis} = plot._fullLayout;
  for (const bar of plot.data.slice(1)) {
    const at = bar.customdata.indexOf(place);
    if (at >= 0) return [page.left + xaxis.l2p(bar.x[at]), page.top + yaxis.l2p(bar.base + bar.y[at] / 2)];
  }
}"""


def run(site, route, **fields):
    """A finished run of the service."""
    answer = site.api.post(f"/v1/{route}", json={"reward": RUBRIC, **fields}, headers={"Prefer": "wait"})
    assert answer.json()["state"] == "succeeded", answer.text
    return answer.json()


@pytest.fixture(scope="module")
def group(site):
    """Three responses under two rules."""
    return run(site, "groups", prompt=PROMPT, responses=RESPONSES, rules=["signed", "proportional"])


@pytest.fixture(scope="module")
def explanation(site):
    """One response."""
    return run(site, "attributions", prompt=PROMPT, response=RESPONSES[0], tags=["fever"])


def test_a_group_from_the_list_to_another_rule(site, visit, group):
    """A stored group is opened from the list; a rule changes colours and moves no letter; a row opens its response."""
    page = (visited := visit("/compare")).page
    page.locator(f".st-key-open_{group['id']} button").click()
    expect(page.locator(".tok").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"result={group['id']}"))
    before = page.evaluate(LINES)

    page.get_by_role("radio", name="proportional").click()
    expect(page).to_have_url(re.compile("rule=proportional"))
    expect(page.get_by_role("heading", name=re.compile("^Proportional"))).to_be_visible()
    after = page.evaluate(LINES)

    assert after == before
    assert after[0] == after[1] == after[2]
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile("^Signed"))).to_be_visible()
    expect(page.get_by_role("radio", name="signed")).to_be_checked()
    page.get_by_role("row").filter(has_text=re.compile(r"^\s*2\b")).first.click()
    expect(page.get_by_role("heading", name="Response 2")).to_be_visible()
    assert visited.noise == []


def test_a_further_rule_is_computed_on_demand(site, visit, group):
    """The cost is said first; the button leads to a new group that has all three rules, and drawn is the new one."""
    page = (visited := visit(f"/compare?result={group['id']}")).page

    page.get_by_role("radio", name="hybrid").click()
    expect(page.get_by_text("Not compared under hybrid yet")).to_be_visible()
    expect(page.get_by_text(re.compile("At most .*evaluations"))).to_be_visible()
    page.get_by_role("button", name="Compare", exact=True).click()

    expect(page.get_by_role("heading", name=re.compile("^Hybrid"))).to_be_visible()
    expect(page).not_to_have_url(re.compile(group["id"]))
    expect(page).to_have_url(re.compile("rule=hybrid"))
    page.get_by_role("radio", name="signed").click()
    expect(page.get_by_role("heading", name=re.compile("^Signed"))).to_be_visible()
    assert visited.noise == []


def test_two_rules_of_a_response_against_each_other(site, visit, group):
    """Left gets a rule of its own: three columns of the same text with the same breaks, and a table of differences."""
    page = (visited := visit(f"/compare?result={group['id']}")).page
    expect(page.locator(".tok").first).to_be_visible()

    page.get_by_role("combobox", name=re.compile("Left")).click()
    page.get_by_role("option", name="proportional").click()

    expect(page).to_have_url(re.compile("left_rule=proportional"))
    expect(page.get_by_text("largest differences")).to_be_visible()
    first, *others = page.evaluate(LINES)
    assert others == [first, first]
    page.get_by_role("button", name="Whole group").first.click()
    expect(page).to_have_url(re.compile(f"result={group['id']}"))
    assert visited.noise == []


def test_a_group_that_takes_long_is_stopped_and_kept(site, visit):
    """Progress while it works, Stop and keep, and what there is under a banner."""
    slow = {"kind": "slow", "settings": {"seconds": 0.2}}
    request = {"prompt": "slow", "responses": RESPONSES, "reward": slow, "options": {"method": "permutation"}}
    run_id = site.api.post("/v1/groups", json=request).json()["id"]
    page = visit(f"/compare?result={run_id}").page
    expect(page.get_by_text("Comparing 3 responses under signed.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ of [\d,]+ evaluations"))).to_be_visible()

    page.get_by_role("button", name="Stop and keep").click()

    expect(page.get_by_text("Partial result").or_(page.get_by_text("No result"))).to_be_visible()
    assert site.api.get(f"/v1/groups/{run_id}").json()["state"] == "cancelled"


def test_one_selection_in_text_waterfall_and_icicle(site, visit, explanation):
    """A click on the icicle, a click in the waterfall and the keyboard all select for all three, and the address."""
    page = (visited := visit(f"/tree?result={explanation['id']}&node=1")).page
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.locator(".tok").first).to_be_visible()
    first = page.evaluate(FRAME)
    sentences = [place for place, node in enumerate(explanation["result"]["tree"]) if node["kind"] == "sentence"]
    expect(page.get_by_role("heading", name="Sentence 1", exact=True)).to_be_visible()

    page.mouse.click(*page.evaluate(CELL, sentences[1]))

    expect(page).to_have_url(re.compile(f"node={sentences[1]}(&|$)"))
    expect(page.get_by_role("heading", name="Sentence 2", exact=True)).to_be_visible()
    page.wait_for_function(f"before => ({FRAME})() !== before", arg=first)
    second = page.evaluate(FRAME)
    page.mouse.click(*page.evaluate(CELL, sentences[0]))
    expect(page.get_by_role("heading", name="Sentence 1", exact=True)).to_be_visible()
    page.wait_for_function(f"before => ({FRAME})() !== before", arg=second)
    page.go_back()
    expect(page.get_by_role("heading", name="Sentence 2", exact=True)).to_be_visible()

    page.locator('.tok[data-i="0"]').first.focus()
    page.keyboard.press("Enter")

    expect(page).not_to_have_url(re.compile(f"node={sentences[1]}(&|$)"))
    assert visited.noise == []


def test_the_keyboard_selects_a_cell_of_the_icicle(site, visit, explanation):
    """Without a mouse: the list of its cells, an arrow and Enter move the frame and the address."""
    page = visit(f"/tree?result={explanation['id']}&node=1").page
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    page.wait_for_function(f"() => ({FRAME})()")
    framed = page.evaluate(FRAME)

    page.get_by_role("combobox", name="Select a part by its words").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).not_to_have_url(re.compile("node=1(&|$)"))
    page.wait_for_function(f"before => ({FRAME})() !== before", arg=framed)


def test_a_selection_moves_nothing(site, visit, explanation):
    """Letters of the text and cells of the icicle stay where they are."""
    page = visit(f"/tree?result={explanation['id']}&node=1").page
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.locator(".tok").first).to_be_visible()
    cells = "() => [...document.querySelectorAll('.js-plotly-plot .bars path')].map(bar => bar.getAttribute('d'))"
    # Plotly draws a large figure in parts, before the click and after it.
    page.wait_for_function(
        f"async () => {{ const first = ({cells})().length; await new Promise(done => setTimeout(done, 2000));"
        f" return first > 0 && first === ({cells})().length; }}"
    )
    letters, drawn, frame = page.evaluate(LINES), page.evaluate(cells), page.evaluate(FRAME)

    page.mouse.click(*page.evaluate(CELL, 2))
    page.wait_for_function(f"before => ({FRAME})() !== before", arg=frame)
    page.wait_for_function(f"drawn => ({cells})().length === drawn", arg=len(drawn))

    assert page.evaluate(LINES) == letters
    assert page.evaluate(cells) == drawn


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_the_icicle_has_the_colours_of_the_theme(site, visit, explanation, scheme, colours):
    """Every cell is one of the ten stops or the shade of no credit, and the letters are ink; nothing is blended."""
    page = visit(f"/tree?result={explanation['id']}", color_scheme=scheme).page
    expect(page.locator(".js-plotly-plot .bars path").first).to_be_visible()

    fills = page.locator(".js-plotly-plot .bars path").evaluate_all(
        "bars => [...new Set(bars.map(bar => getComputedStyle(bar).fill))]"
    )
    ink = page.locator(".js-plotly-plot .annotation-text").evaluate_all(
        "texts => [...new Set(texts.map(text => getComputedStyle(text).fill))]"
    )

    stops = {rgb(colours[f"{side}{step}"]) for side in "pn" for step in range(1, 6)}
    assert set(fills) <= stops | {"rgb(128, 120, 104)"}
    assert len(set(fills) & stops) > 2
    assert ink == [rgb(colours["ink"])]


def rgb(colour):
    """#rrggbb as a browser tells it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_a_result_is_found_tagged_exported_and_deleted(site, visit):
    """The history's whole journey, with a file at the end that holds the result, and a question before it is gone."""
    kept = run(site, "attributions", prompt="A needle in the haystack", response="It is 240 mg, doctor.")
    page = (visited := visit("/history")).page
    page.get_by_label("Search in prompts").fill("NEEDLE")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("^One result that match"))

    page.get_by_role("link", name="A needle in the haystack").wait_for()
    page.locator(f".st-key-history_row_{kept['id']} [data-testid=stCheckbox] label").click()
    page.get_by_role("button", name="Tags").click()
    page.get_by_role("combobox", name=re.compile("Tags")).fill("found it")
    page.keyboard.press("Enter")
    expect(page.locator(".tags span")).to_have_text("found it")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == f"ospo-{kept['id']}.csv"
    assert " mg" in download.value.path().read_text("utf-8")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no way back")).to_be_visible()
    assert site.api.get(f"/v1/attributions/{kept['id']}").status_code == 200
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing matches these filters.")).to_be_visible()
    assert site.api.get(f"/v1/attributions/{kept['id']}").status_code == 404
    assert visited.noise == []


TOPS = """selector => {
  const tops = (window.tops = new Set())
  const look = () => {
    tops.add(document.querySelector(selector).getBoundingClientRect().top)
    requestAnimationFrame(look)
  }
  look()
}"""


def test_a_tick_moves_no_row(visit, site, explanation):
    """Not even for a moment, while the list is asked for anew: the next click would miss."""
    page = visit("/history").page
    row = f".st-key-history_row_{explanation['id']}"
    expect(page.locator(row).get_by_role("link")).to_be_visible()
    page.wait_for_timeout(1000)
    page.evaluate(TOPS, row)

    site.service.pause()  # it takes its time
    try:
        page.locator(f"{row} [data-testid=stCheckbox] label").click()
        page.wait_for_timeout(500)
    finally:
        site.service.resume()

    expect(page.get_by_text("1 selected")).to_be_visible()
    assert page.evaluate("tops.size") == 1


def test_two_rows_are_compared(site, visit, explanation):
    """Two ticks and a button lead to the two, the older one at the left."""
    newer = run(site, "attributions", prompt=PROMPT, response=RESPONSES[1])
    page = visit("/history").page
    page.get_by_role("link", name=PROMPT).first.wait_for()

    for run_id in (explanation["id"], newer["id"]):
        page.locator(f".st-key-history_row_{run_id} [data-testid=stCheckbox] label").click()
        expect(page.locator(f".st-key-history_row_{run_id} input")).to_be_checked()
    page.get_by_role("button", name="Compare the two").click()

    expect(page).to_have_url(re.compile(f"left={explanation['id']}&right={newer['id']}"))
    expect(page.get_by_text("largest differences")).to_be_visible()


def test_a_row_is_a_link_that_another_tab_can_open(site, visit, group):
    """Its address has the id and nothing else, and a fresh browser shows the same."""
    page = visit("/history").page
    link = page.locator(f".st-key-history_row_{group['id']} a")
    expect(link).to_be_visible()

    href = link.get_attribute("href")
    link.click()

    assert href.endswith(f"compare?result={group['id']}")
    expect(page.locator(".tok").first).to_be_visible()
    assert page.url == f"{site.screen.url}/compare?result={group['id']}"
    other = visit(page.url.removeprefix(site.screen.url)).page
    expect(other.locator(".tok").first).to_be_visible()


def test_the_keyboard_reaches_everything_in_the_history(site, visit, explanation):
    """Tab and Space select a row, and the actions wake up."""
    page = visit("/history").page
    row = page.locator(f".st-key-history_row_{explanation['id']}")
    expect(row).to_be_visible()

    row.locator("input").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Delete")).to_be_enabled()
    page.keyboard.press("Tab")

    expect(row.locator("a")).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_every_width(site, visit, group, explanation, width):
    """No page scrolls sideways, and all maps of a text break alike."""
    page = visit(width=width).page
    for path in ("/history", "/health", "/compare"):
        page.goto(f"{site.screen.url}{path}")
        expect(page.locator("h1").first).to_be_visible()
        assert page.evaluate(OVERFLOW) <= 0, path
    for path in (f"/compare?result={group['id']}", f"/tree?result={explanation['id']}"):
        page.goto(f"{site.screen.url}{path}")
        expect(page.locator(".tok").first).to_be_visible()
        expect(page.locator(".js-plotly-plot, [data-testid=stDataFrame]").first).to_be_visible()
        first, *others = page.evaluate(LINES)
        assert others == [first] * len(others), path
        assert page.evaluate(OVERFLOW) <= 0, path


def test_no_payload_runs_anywhere(site, visit):
    """A hundred payloads in prompts, responses, names of facts and tags: letters on every page, and not one request."""
    runs = []
    for start in range(0, len(PAYLOADS), 20):
        some = list(PAYLOADS[start : start + 20])
        facts = [{"name": payload[:60], "any_of": [payload]} for payload in dict.fromkeys(some)]
        reward = {"kind": "rubric", "settings": {"facts": facts}}
        text = " ".join(some)
        tags = list(dict.fromkeys(payload[:50] for payload in some))
        options = {"budget": 256}
        fields = {"prompt": text, "reward": reward, "tags": tags, "options": options}
        runs.append(run(site, "attributions", response=text, **fields))
        runs.append(run(site, "groups", responses=[text, "No."], **fields))
    paths = ["/history", "/compare"]
    paths += [f"/tree?result={one['id']}" for one in runs if one["kind"] == "attribution"]
    paths += [f"/compare?result={one['id']}" for one in runs if one["kind"] == "group"]
    paths += [f"/compare?left={runs[0]['id']}&right={one['id']}" for one in runs[2::4]]

    visited = visit()
    for path in paths:
        visited.page.goto(f"{site.screen.url}{path}")
        expect(visited.page.locator("h1").first).to_be_visible()
        expect(visited.page.locator("body")).to_contain_text("owned")
        for token in visited.page.locator(".tok").all()[:3]:
            token.hover()
        assert visited.page.evaluate("typeof window.owned") == "undefined", path
    visited.page.goto(f"{site.screen.url}/history")
    visited.page.locator("[class*=st-key-history_row_] [data-testid=stCheckbox] label").first.click()
    visited.page.get_by_role("button", name="Tags").click()
    expect(visited.page.get_by_role("combobox", name=re.compile("Tags"))).to_be_visible()

    assert visited.page.evaluate("typeof window.owned") == "undefined"
    assert visited.noise == []


@pytest.mark.parametrize("text", [ARABIC, MIXED], ids=["arabic", "mixed"])
@pytest.mark.parametrize("width", [1280, 390])
def test_other_scripts_are_drawn_whole(site, visit, text, width):
    """Right to left, emoji, CJK and combining marks: every map is the response, letter by letter, on both pages."""
    one = run(site, "attributions", prompt=text, response=text)
    two = run(site, "groups", prompt=text, responses=[text, text[: len(text) // 2]])

    visited = visit(width=width)
    for path in (f"/tree?result={one['id']}", f"/compare?result={two['id']}"):
        visited.page.goto(f"{site.screen.url}{path}")
        expect(visited.page.locator(".tok").first).to_be_visible()
        drawn = visited.page.locator("[data-map]:visible").evaluate_all("maps => maps.map(map => map.textContent)")
        assert drawn
        assert all(shown in (text, text[: len(text) // 2]) for shown in drawn)
        assert visited.page.evaluate(OVERFLOW) <= 0
        assert visited.noise == []
    visited.page.goto(f"{site.screen.url}/history")
    expect(visited.page.get_by_role("link", name=text[:20]).first).to_be_visible()


def test_health_notices_a_service_that_goes_and_comes(site, visit):
    """Without a reload: ready, not answering with the last state kept, ready again."""
    page = (visited := visit("/health")).page
    expect(page.locator("h1")).to_have_text(re.compile("The service is ready"))

    site.service.kill()
    expect(page.locator("h1")).to_have_text(re.compile("The service is not answering"))
    expect(page.get_by_text("Last seen")).to_be_visible()
    site.service.start()

    expect(page.locator("h1")).to_have_text(re.compile("The service is ready"))
    assert visited.noise == []
