"""Train and Runs as a reader uses them: the real screen, a real browser, and jobs that are played from recordings."""

import re
import time
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from frontend.ports import free_port
from frontend.theme import DARK, LIGHT
from frontend.watching.run_page import SECONDS_BETWEEN_LOOKS
from tests.e2e.conftest import HOST, Server
from tests.e2e.payloads import PAYLOADS
from tests.screen.recorded_jobs import Player, playing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

OVERFLOW = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
POINTS = "() => document.querySelectorAll('.js-plotly-plot')[0]?.data?.[0]?.x?.length ?? 0"
LINES = "() => document.querySelectorAll('.js-plotly-plot')[0]?.querySelectorAll('.scatterlayer .js-line').length ?? 0"
ALL_SHOWN = """labels => {
  const shown = document.querySelector('[data-testid=stMain]').innerText;
  return labels.every(label => shown.includes(label));
}"""
ZOOM = "() => document.querySelectorAll('.js-plotly-plot')[0]?._fullLayout?.xaxis.range ?? [0, 0]"
ZOOMS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => plot._fullLayout).filter(Boolean)
  .map(layout => layout.xaxis.range)"""
INK = """() => {
  const path = document.querySelector('.js-plotly-plot .scatterlayer .js-line');
  return path && getComputedStyle(path).stroke;
}"""
SECONDS_A_STEP = 1.0


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    """The service, played, behind it a step a second."""
    player = Player(seconds_a_step=SECONDS_A_STEP)
    with playing(player, tmp_path_factory.mktemp("played")) as api:
        player.url = str(api.base_url).rstrip("/")
        yield player


@pytest.fixture(scope="module")
def site(player, tmp_path_factory):
    """The screen as a process, before that service."""
    port, folder = free_port(HOST), tmp_path_factory.mktemp("screen")
    variables = {"OSPO_FRONTEND_PORT": str(port), "OSPO_API_URL": player.url}
    screen = Server("frontend", "/_stcore/health", port, folder, **variables)
    yield SimpleNamespace(screen=screen)
    screen.kill()


@pytest.fixture(autouse=True)
def nothing_else(player):
    """Every test has its own jobs."""
    player.jobs = []


def test_from_the_preset_to_a_sample_in_explore(player, visit):
    """Start, watch the curve move, refresh, stop, go on, open what a model wrote: nothing is lost on the way."""
    page = (visited := visit("/train")).page
    expect(page.get_by_role("radio", name="Paired")).to_be_checked()
    expect(page.get_by_text("256 reward calls a step")).to_be_visible()
    page.get_by_role("button", name="Start pair").click()

    expect(page).to_have_url(re.compile("/runs.run="))
    page.wait_for_function(f"({POINTS})() >= 3")
    page.wait_for_function(f"({POINTS})() >= 5")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Over the last")

    page.reload()
    page.wait_for_function(f"({POINTS})() >= 6")
    expect(page.get_by_role("button", name="Stop and save")).to_be_enabled()

    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("was stopped after step")
    expect(page.get_by_role("button", name="Stop and save")).to_be_hidden()
    stopped_at = player.jobs[0].step

    page.get_by_role("button", name=re.compile("^Resume")).click()
    page.wait_for_function(f"({POINTS})() > {stopped_at}")
    assert player.jobs[0].attempts == 2

    expect(page.get_by_role("button", name="Open OSPO, step 0, in Explore")).to_be_visible()
    page.get_by_role("button", name="Open OSPO, step 0, in Explore").click()
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value(
        "running shoes for flat feet, under 100"
    )
    expect(page.get_by_label(re.compile("^Response"))).to_have_value(re.compile("^Sure! Here are some good shoes"))
    assert "shoes" not in page.url
    assert visited.noise == []


def test_whoever_goes_to_the_list_stays_there(player, visit, monkeypatch):
    """The run that he started and left does not take him back when it ends."""
    monkeypatch.setattr(player, "seconds_a_step", None)
    page = visit("/train").page
    page.get_by_role("button", name="Start pair").click()
    expect(page).to_have_url(re.compile("/runs.run="))

    page.get_by_text("All runs").click()
    expect(page.get_by_role("heading", name="2 runs, 2 in line")).to_be_visible()
    for job in player.jobs:
        job.state = "cancelled"

    expect(page.get_by_role("heading", name="2 runs, none of them at work")).to_be_visible()
    expect(page).to_have_url(re.compile("/runs$"))


def test_a_choice_made_while_the_page_is_drawn_stays(player, visit, monkeypatch):
    """That drawing knows of no choice yet, and the page's clock asks for others before the choice is drawn."""
    monkeypatch.setattr(player, "seconds_a_step", None)
    ours = player.add("blend", steps=40, state="succeeded")
    live = player.add("uniform", steps=40, state="running")
    page = visit(f"/runs?run={live.id}").page
    page.wait_for_function(f"({POINTS})() == 40")
    find, longer_than_a_look = player.find, SECONDS_BETWEEN_LOOKS + 0.5

    def find_slowly_at_first(job_id):
        if job_id == ours.id and player.delay:
            time.sleep(longer_than_a_look)
            player.delay = 0.0
        return find(job_id)

    monkeypatch.setattr(player, "find", find_slowly_at_first)
    monkeypatch.setattr(player, "delay", longer_than_a_look)
    page.get_by_label("Compare with").click()
    page.wait_for_timeout(1000 * longer_than_a_look)
    page.get_by_role("option", name=re.compile("OSPO, blend")).click()
    page.wait_for_timeout(6000 * SECONDS_BETWEEN_LOOKS)

    assert player.delay == 0.0
    assert page.evaluate(LINES) == 2
    assert ours.id in page.url


def drag_over(page):
    """A part of the reward's chart that ends before step 20; gives what of the axis is seen then."""
    area = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(area["x"] + 40, area["y"] + 60)
    page.mouse.down()
    page.mouse.move(area["x"] + 160, area["y"] + 60, steps=8)
    page.mouse.up()
    page.wait_for_function(f"({ZOOM})()[1] < 20")
    return page.evaluate(ZOOM)


def test_a_zoom_outlives_the_steps_of_a_live_run(player, visit, monkeypatch):
    """What was dragged over stays in view while the curve grows, in every chart; the whole run is one press away."""
    monkeypatch.setattr(player, "seconds_a_step", None)
    job = player.add("blend", steps=10, state="running")
    page = (visited := visit(f"/runs?run={job.id}")).page
    page.wait_for_function(f"({POINTS})() == 10")
    whole = page.evaluate(ZOOM)

    zoomed = drag_over(page)
    job.play(12)
    page.wait_for_function(f"({POINTS})() == 12")
    after_two_steps = page.evaluate(ZOOM)
    job.play(20)
    page.wait_for_function(f"({POINTS})() == 20 && ({ZOOMS})().length > 5")
    every_chart = page.evaluate(ZOOMS)
    page.get_by_role("button", name="Whole run").click()
    page.wait_for_function(f"({ZOOM})()[1] > 20")

    assert zoomed != whole
    assert after_two_steps == zoomed
    assert len(every_chart) > 5
    assert every_chart == [zoomed] * len(every_chart)
    assert page.evaluate(ZOOM) == whole
    assert visited.noise == []


def test_a_redraw_under_the_readers_hand_loses_no_drag(player, visit, monkeypatch):
    """A step that comes between press and release; pressed twice, the whole run is back."""
    monkeypatch.setattr(player, "seconds_a_step", None)
    job = player.add("blend", steps=10, state="running")
    page = visit(f"/runs?run={job.id}").page
    page.wait_for_function(f"({POINTS})() == 10")
    whole = page.evaluate(ZOOM)
    area = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first.bounding_box()

    page.mouse.move(area["x"] + area["width"] / 4, area["y"] + 60)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 3, area["y"] + 60)
    job.play(12)
    page.wait_for_function(f"({POINTS})() == 12")
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + 60)
    expect(page.locator(".span-brush")).to_have_count(1)
    page.mouse.up()
    page.wait_for_function(f"({ZOOM})()[1] < 30")
    zoomed = page.evaluate(ZOOM)
    page.locator(".js-plotly-plot").first.locator(".nsewdrag").first.dblclick()
    page.wait_for_function(f"({ZOOM})()[1] > 30")

    width = whole[1] - whole[0]
    assert zoomed == pytest.approx([whole[0] + width / 4, whole[0] + width / 2], abs=width / 100)
    assert page.evaluate(ZOOM) == whole
    assert page.locator(".span-brush").count() == 0


def test_a_click_and_a_drag_given_up_zoom_nothing(player, visit):
    """Less than eight pixels is a click; Escape ends a drag."""
    ours, _ = player.add_pair()
    page = visit(f"/runs?run={ours.id}").page
    page.wait_for_function(f"({POINTS})() >= 40")
    whole = page.evaluate(ZOOM)
    plot = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first
    area = plot.bounding_box()

    plot.click()
    page.mouse.move(area["x"] + 40, area["y"] + 60)
    page.mouse.down()
    page.mouse.move(area["x"] + 160, area["y"] + 60, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.get_by_role("radio", name="Prompt 2").click()
    expect(page.get_by_text("a waterproof jacket for kids")).to_be_visible()

    assert page.evaluate(ZOOM) == whole
    assert page.get_by_role("button", name="Whole run").count() == 0


def test_a_zoom_outlives_a_look_at_another_prompt(player, visit):
    """The reader's part of the axis stays while the rest of the page changes."""
    ours, _ = player.add_pair()
    page = visit(f"/runs?run={ours.id}").page
    page.wait_for_function(f"({POINTS})() >= 40")
    zoomed = drag_over(page)

    page.get_by_role("radio", name="Prompt 2").click()
    expect(page.get_by_text("a waterproof jacket for kids")).to_be_visible()

    assert page.evaluate(ZOOM) == zoomed


def test_a_field_that_is_refused(visit):
    """The error stands below the field, what was typed stays, Start waits; set right, it is ready again."""
    page = visit("/train").page
    steps = page.get_by_label("Steps", exact=True)

    steps.fill("9000")
    steps.press("Enter")
    expect(page.get_by_text("Must be at most 5000.")).to_be_visible()
    expect(page.get_by_role("button", name="Start pair")).to_be_disabled()
    steps.fill("12")
    steps.press("Enter")

    expect(page.get_by_text("Must be at most 5000.")).to_be_hidden()
    expect(page.get_by_role("button", name="Start pair")).to_be_enabled()


def test_presets_by_keyboard(visit):
    """Arrows choose, and pass over what is impossible."""
    page = visit("/train").page
    page.get_by_role("radio", name="Paired").focus()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Toy")).to_be_checked()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("radio", name="Paired")).to_be_checked()
    expect(page.get_by_role("radio", name="Short LoRA")).to_have_attribute("aria-disabled", "true")


def hostile(player):
    """Jobs that carry every payload as label, those of the first as name, prompt, pieces and watched reward too."""
    jobs = [
        player.add("blend", label="".join(PAYLOADS[start : start + 8]), config={"name": "".join(PAYLOADS[:20])})
        for start in range(0, len(PAYLOADS), 8)
    ]
    for one in jobs[:2]:
        for event in one.events:
            for sample in event.get("samples", ()):
                sample["prompt"] = "\n".join(PAYLOADS)
                sample["pieces"][: len(sample["pieces"])] = list(PAYLOADS)[: len(sample["pieces"])]
            if event["kind"] == "step":
                event["watched"] = {PAYLOADS[70]: 0.3, PAYLOADS[80]: 0.2}
        one.play(40)
    for one in jobs:
        one.state = "succeeded"
    return jobs


def test_hostile_texts_run_nothing(player, visit):
    """All of them in the list of jobs and as prompt of a run, some as pieces: none runs, asks, or restyles the page."""
    jobs = hostile(player)
    visits = [visit(f"/runs?run={jobs[0].id}&with={jobs[1].id}"), visit("/runs")]

    page, listed = visits[0].page, visits[1].page
    expect(page.get_by_role("button", name=re.compile("step 40, in Explore")).first).to_be_visible()
    page.get_by_role("option").first.hover()
    page.wait_for_function(f"({POINTS})() >= 40")
    page.locator(".js-plotly-plot").first.hover()
    expect(listed.get_by_role("heading", level=1)).to_contain_text(f"{len(jobs)} runs")
    listed.wait_for_function(ALL_SHOWN, arg=[one.label for one in jobs])  # the rows come after the heading

    shown = listed.locator("[data-testid=stMain]").inner_text()
    assert [one for one in jobs if one.label not in shown] == []
    assert len(PAYLOADS) > 100
    assert [one.noise for one in visits] == [[], []]
    assert [one.page.evaluate("window.owned") for one in visits] == [None, None]


@pytest.mark.parametrize("width", [1600, 1280, 1024, 760, 390, 320])
@pytest.mark.parametrize("path", ["/train", "/runs", "pair"])
def test_nothing_sticks_out(player, visit, path, width):
    """At every width the page fits; wide parts scroll in themselves."""
    ours, _ = player.add_pair()
    player.add("blend", steps=17, state="failed", problem={"status": 500, "title": "The disk refused", "detail": None})
    page = (visited := visit(f"/runs?run={ours.id}" if path == "pair" else path, width=width)).page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(
        page.get_by_text("All runs").or_(page.get_by_text("3 runs")).or_(page.get_by_text("Advanced")).first
    ).to_be_visible()

    assert page.evaluate(OVERFLOW) <= 0
    assert visited.noise == []


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_lines_are_ink_in_both_themes(player, visit, scheme, colours):
    """The theme's first colour, and no other."""
    ours, _ = player.add_pair()
    page = visit(f"/runs?run={ours.id}", color_scheme=scheme).page
    page.wait_for_function(f"({POINTS})() >= 40")
    expect(page.locator(".js-plotly-plot .scatterlayer .js-line").first).to_be_attached()

    ink = tuple(int(colours["ink"][place : place + 2], 16) for place in (1, 3, 5))

    assert page.evaluate(INK) == f"rgb{ink}"
