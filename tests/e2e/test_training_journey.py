"""From the preset to a sample in Explore with nothing played: the real service, worker, trainer, screen and browser.

What the screen does at every width, theme and hostile text stands in test_training_in_browser.py, on played runs.
"""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SLOWEST = 240_000
"""Milliseconds that a trainer may take to start, or to write a few steps, on a machine that others use too."""
STEPS = 40
"""So many that a reader can still stop it after a reload."""
ALL_STEPS = f"{STEPS} of {STEPS} steps"
POINTS = "() => document.querySelectorAll('.js-plotly-plot')[0]?.data?.[0]?.x?.length ?? 0"
LINES = "() => document.querySelectorAll('.js-plotly-plot')[0]?.querySelectorAll('.scatterlayer .js-line').length ?? 0"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Service, screen and a worker on one data folder."""
    site = Site(tmp_path_factory.mktemp("journey"))
    with (site.folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "backend.worker"],
            cwd=ROOT,
            env=os.environ | site.variables,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    yield site
    worker.terminate()
    worker.wait(60)
    site.close()


def set_number(page: Page, label: str, value: int) -> None:
    """Type into a number field, and leave it."""
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def start_toy(page: Page, *, steps: int) -> None:
    """The toy preset with so many steps."""
    page.get_by_role("radio", name="Toy").click()
    expect(page.get_by_label("Steps", exact=True)).to_have_value("60")
    set_number(page, "Steps", steps)
    expect(page.locator("code", has_text=f"steps: {steps}")).to_be_visible()


def test_a_run_from_its_start_to_a_sample_in_explore(site, visit):
    """Start, watch, refresh, stop, resume, finish, set beside GRPO, and explain what the model wrote."""
    page = (visited := visit("/train")).page
    start_toy(page, steps=STEPS)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile("/runs.run="))
    ours = page.url.partition("run=")[2]
    page.wait_for_function(f"({POINTS})() >= 2", timeout=SLOWEST)
    seen = page.evaluate(POINTS)
    page.wait_for_function(f"({POINTS})() > {seen}", timeout=SLOWEST)

    page.reload()
    page.wait_for_function(f"({POINTS})() > {seen}", timeout=SLOWEST)

    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("was stopped after step", timeout=SLOWEST)
    stopped = site.api.get(f"/v1/jobs/{ours}").json()
    page.get_by_role("button", name=f"Resume from {stopped['step']}").click()
    expect(page.get_by_text(ALL_STEPS)).to_be_visible(timeout=SLOWEST)
    expect(page.get_by_role("button", name="Stop and save")).to_be_hidden()
    finished = site.api.get(f"/v1/jobs/{ours}").json()

    page.get_by_role("link", name="Train").click()
    start_toy(page, steps=STEPS)
    page.get_by_label("Redistribution").click()
    page.get_by_role("option", name="uniform, GRPO").click()
    expect(page.get_by_text("32 reward calls a step")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(ALL_STEPS)).to_be_visible(timeout=SLOWEST)
    page.get_by_label("Compare with").click()
    page.get_by_role("option", name=re.compile("OSPO, blend")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GRPO")
    page.wait_for_function(f"({LINES})() == 2")
    expect(page.get_by_role("cell", name="uniform")).to_be_visible()

    page.get_by_role("button", name=f"Open OSPO, step {STEPS}, in Explore").click()
    prompt = page.get_by_role("textbox", name="Prompt", exact=True)
    expect(prompt).to_have_value(re.compile("."))

    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile("result="))
    expect(page.get_by_role("option").first).to_be_visible(timeout=SLOWEST)

    assert stopped["state"] == "cancelled"
    assert stopped["step"] < STEPS
    assert (finished["state"], finished["step"], finished["attempts"]) == ("succeeded", STEPS, 2)
    assert visited.noise == []


FILE = """
name: two answers
model: toy
lora: null
reward: {kind: similarity}
watch: {}
steps: 2
group_size: 4
max_new_tokens: 8
temperature: 1.0
save_every: 2
sample_every: 2
samples: 1
"""
ROW = '{"prompt": "wanted: boots", "reference": "waterproof hiking boots"}'


def paste(page: Page, label: str, text: str) -> None:
    """Into a large field, and leave it."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Control+Enter")


def test_own_prompts_and_an_own_run_file(site, visit):
    """A wrong line is named; the file fills the form; the run has the name, and its sample the line's own reward."""
    page = (visited := visit("/train")).page
    expect(page.get_by_text("reward calls a step")).to_be_visible()
    page.get_by_text("Own prompts").click()
    paste(page, "Prompts, JSONL", f"{ROW}\n{{")
    expect(page.get_by_text("Not ready")).to_be_visible()
    page.get_by_text("a run file, pasted or uploaded").click()
    paste(page, "A run file, YAML", FILE)
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_text("Rows, line 2: is not valid JSON").first).to_be_visible()

    paste(page, "Prompts, JSONL", f"{ROW}\n{ROW}")
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_label("Steps", exact=True)).to_have_value("2")
    expect(page.get_by_role("radio", name="Short")).to_be_checked()
    expect(page.get_by_label("Name", exact=True)).to_have_value("two answers")
    page.get_by_role("button", name="Start", exact=True).click()

    expect(page.get_by_text("2 of 2 steps")).to_be_visible(timeout=SLOWEST)
    page.get_by_role("button", name=re.compile("step 2, in Explore")).click()
    expect(page.get_by_label("Reference")).to_have_value("waterproof hiking boots")
    job = site.api.get("/v1/jobs").json()["items"][0]
    assert (job["label"], job["config"]["steps"], job["config"]["reward"]) == ("two answers", 2, {"kind": "similarity"})
    assert visited.noise == []


GROUP = {
    "prompt": "wanted: boots",
    "responses": ["waterproof hiking boots", "red socks"],
    "reward": {"kind": "rubric", "settings": {"facts": [{"name": "boots", "any_of": ["boots"]}]}},
    "rules": ["signed"],
}
RUN = {"preset": "toy", "steps": 1, "samples": 0, "lora": {"rank": 4, "alpha": 8}}


def test_a_step_previewed_on_what_a_run_has_made(site, visit):
    """From the run's page to a group, and both steps of its adapter on the group's tokens."""
    site.api.post("/v1/groups", json=GROUP, headers={"Prefer": "wait"})
    job = site.api.post("/v1/jobs", json={"run": RUN, "label": "adapted"}).json()["id"]
    page = (visited := visit(f"/runs?run={job}")).page
    expect(page.get_by_text("1 of 1 steps")).to_be_visible(timeout=SLOWEST)

    page.get_by_role("button", name="Adapter").click()
    page.get_by_role("button", name="Preview a step on it").click()
    expect(page.get_by_text(f"Run {job[:8]} is the policy")).to_be_visible()
    page.get_by_role("button", name="wanted: boots").click()
    expect(page.get_by_label("Policy")).to_have_value(re.compile("adapted"))
    page.get_by_role("button", name="Preview one step").click()

    expect(page.get_by_text("After a GRPO step").first).to_be_visible(timeout=SLOWEST)
    assert visited.noise == []
