"""Seconds to the landing page and to draw long responses: `python tests/benchmarks/screen.py`. Asserts nothing.

`landing` is the real screen with no service behind it, from the address to the sentence and both maps, each time in a
new browser profile; the first visit after its start stands apart.

`draw` is the component alone in an empty page: script, style, layout, until the frame after it. `page` is a whole
Streamlit page, from the address to its last token; `pin` from a click until Python's answer is seen. The median and
the slowest of five each, in Chromium without a GPU.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx
from playwright.sync_api import Browser, sync_playwright

from frontend.components import assets
from frontend.ports import free_port
from ospo_core.report.explain_view import explain_view
from tests.core.report.documents import explain_document, segmented
from tests.e2e.component_server import HOST, serving

HOST_NAME = "127.0.0.1"
ROUNDS = 5
SIZES = (500, 2000, 5000)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DRAW = """async ({script, style, data}) => {
  const module = await import(URL.createObjectURL(new Blob([script], {type: 'text/javascript'})));
  const host = document.body.appendChild(document.createElement('div')), root = host.attachShadow({mode: 'open'});
  root.append(Object.assign(document.createElement('style'), {textContent: style}));
  const start = performance.now();
  module.default({parentElement: root, data, setStateValue: () => {}});
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return (performance.now() - start) / 1000;
}"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        sizes = {size: _write(folder, size) for size in SIZES}
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print(f"{'tokens':>8}{'kB':>8}{'draw s':>16}{'page s':>16}{'pin s':>16}")
        with serving(HOST, folder) as address:
            _visit(chromium, address, SIZES[0])
            for size, (tokens, view) in sizes.items():
                kilobytes = len(json.dumps(view)) / 1000
                draws = [_draw(chromium, view) for _ in range(ROUNDS)]
                pages, pins = zip(*(_visit(chromium, address, size) for _ in range(ROUNDS)), strict=True)
                print(f"{tokens:8}{kilobytes:8.0f}{_said(draws)}{_said(pages)}{_said(pins)}", flush=True)
        chromium.close()


@contextmanager
def _screen() -> Iterator[str]:
    """The screen alone, with nothing where the service should be."""
    port = free_port(HOST_NAME)
    environment = os.environ | {"OSPO_FRONTEND_PORT": str(port), "OSPO_API_URL": f"http://{HOST_NAME}:9"}
    process = subprocess.Popen([sys.executable, "-m", "frontend"], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://{HOST_NAME}:{port}"
    try:
        while not _answers(f"{address}/_stcore/health"):
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _landing(chromium: Browser, address: str) -> float:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    start = time.perf_counter()
    page.goto(address)
    page.get_by_role("heading", level=1).filter(has_text="GRPO").wait_for()
    page.locator("[role=listbox]").nth(1).locator(".tok").last.wait_for()
    seconds = time.perf_counter() - start
    page.close()
    return seconds


def _write(folder: Path, size: int) -> tuple[int, dict[str, Any]]:
    """A view of about that many tokens, as a file and as it is; two sides to the credit, so that all steps occur."""
    words = " ".join(f"wordy{place % 97}" + ("." if place % 15 == 14 else "") for place in range(round(size / 2.07)))
    places = iter(range(size))
    document = explain_document(segmented(words), credit=_credit(places), estimates=1, rewards=(0.5, 0.1, -0.3))
    view: Any = explain_view(document)
    (folder / f"{size}.json").write_text(json.dumps(view), encoding="utf-8")
    return len(view["tokens"]["text"]), view


def _credit(places: Iterator[int]) -> Callable[[str], float]:
    return lambda _: ((next(places) * 7919) % 201 - 100) / 1000


def _draw(chromium: Browser, view: dict[str, Any]) -> float:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    data = {"view": view, "text": "", "drawing": "1", "version": "1", "pin": None, "checks": None}
    arguments = {
        "script": assets.script("inspector.js", "credit_view.js"),
        "style": assets.style("inspector.css"),
        "data": data,
    }
    seconds = page.evaluate(DRAW, arguments)
    page.close()
    return seconds


def _visit(chromium: Browser, address: str, size: int) -> tuple[float, float]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    start = time.perf_counter()
    page.goto(f"{address}/?kind=credit&views={size}")
    page.locator(".tok[data-i='0']").last.wait_for()
    loaded = time.perf_counter() - start
    page.get_by_text("run 1,").wait_for()
    start = time.perf_counter()
    page.locator(".tok[data-i='3']").last.click()
    page.get_by_text("pin 3").wait_for()
    pinned = time.perf_counter() - start
    page.close()
    return loaded, pinned


def _said(seconds: Any) -> str:
    return f"{statistics.median(seconds):8.2f} ≤ {max(seconds):4.2f} "


if __name__ == "__main__":
    main()
