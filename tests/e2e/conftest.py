"""The real service and the real screen as processes, and a real browser that watches what a page does.

`site` runs both for the whole session on free ports and an own data folder; `visit` opens pages in fresh contexts.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from frontend.ports import free_port
from tests.api import fake_rewards
from tests.api.conftest import until

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HOST = "127.0.0.1"
STORED = "cookies,local_storage,indexeddb,cache_storage,service_workers"
PATIENCE_MILLISECONDS = 90_000
"""A run takes as long as it takes, on whatever machine: how long is for tests/benchmarks to tell."""
expect.set_options(timeout=PATIENCE_MILLISECONDS)


class Server:
    """One of the two processes: can be killed, and started again at the same address."""

    def __init__(self, module: str, health: str, port: int, folder: Path, **variables: str) -> None:
        self._module, self._folder, self._variables = module, folder, variables
        self.url = f"http://{HOST}:{port}"
        self._health = f"{self.url}{health}"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = self._folder / f"{self._module}-{time.monotonic_ns()}.log"
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self._module],
                cwd=ROOT,
                env=os.environ | self._variables,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        until(lambda: self.process.poll() is not None or _answers(self._health), seconds=120)
        assert self.process.poll() is None, log.read_text("utf-8")

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Take requests and answer none, as a machine out of memory does."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on."""
        self.process.send_signal(signal.SIGCONT)


class Site:
    """Service and screen. `api` is an HTTP client of the service for what a test must arrange or look up.

    `variables` are those of the service, for a worker beside it.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        plugins = folder / "plugins"
        plugins.mkdir()
        self.folder = folder
        variables = {"PYTHONPATH": str(fake_rewards.install(plugins)), "OSPO_DATA_DIR": str(folder / "data")}
        variables |= {"OSPO_PER_CLIENT": "10", "OSPO_DRAIN_SECONDS": "0"} | settings
        self.variables = variables
        port, screen_port = free_port(HOST), free_port(HOST)
        self.service = Server("backend", "/livez", port, folder, OSPO_PORT=str(port), **variables)
        self.screen = Server(
            "frontend",
            "/_stcore/health",
            screen_port,
            folder,
            OSPO_FRONTEND_PORT=str(screen_port),
            OSPO_API_URL=self.service.url,
            **{name: value for name, value in settings.items() if name == "OSPO_SIGN_IN"},
        )
        self.api = httpx.Client(base_url=self.service.url, timeout=60)

    def close(self) -> None:
        """End both."""
        self.api.close()
        self.screen.kill()
        self.service.kill()


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    """Both processes; a test that kills the service starts it again."""
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Of a module: Playwright's loop may run once at a time only."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def usual(chromium) -> Iterator[BrowserContext]:
    """Where every test's first page is opened: a new context has to compile all of Streamlit's scripts again.

    Its own page stays open, so that what is compiled does.
    """
    context = chromium.new_context()
    context.new_page()
    yield context
    context.close()


@pytest.fixture
def reader(chromium, usual) -> Iterator[Callable[..., BrowserContext]]:
    """Makes a context where nobody has been yet, for what lies at an address and with whatever a context takes.

    The first of a test is the usual one, unless it takes such things; every further one is fresh.
    """
    made: list[BrowserContext] = []

    def context(address: str, **settings) -> BrowserContext:
        made.append(chromium.new_context(**settings) if made or settings else _emptied(usual, address))
        return made[-1]

    yield context
    for one in made:
        if one is not usual:
            one.close()
    for page in usual.pages[1:]:
        page.close()


def _emptied(context: BrowserContext, address: str) -> BrowserContext:
    devtools = context.new_cdp_session(context.pages[0])
    devtools.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": STORED})
    devtools.detach()
    context.clear_cookies()
    return context


class Visit:
    """A new page; `noise` is all that it must not do: errors, dialogs, requests to others."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.noise: list[str] = []
        own = {urlsplit(site.screen.url).netloc}
        self.page.on("pageerror", lambda error: self.noise.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.noise.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).netloc in own or urlsplit(request.url).scheme in ("data", "blob")
                else self.noise.append(f"request: {urlsplit(request.url).netloc}")
            ),
        )


@pytest.fixture
def visit(reader, site, request) -> Iterator[Callable[..., Visit]]:
    """Opens a path like "/history", at a width and with whatever else a browser context takes.

    Every further one is another reader's. Keeps a picture of every page that is open at the end in out/screens/.
    """
    visits: list[Visit] = []

    def opened(path: str = "/", *, width: int = 1280, height: int = 900, **settings) -> Visit:
        context = reader(site.screen.url, **settings)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        visits.append(Visit(context, site))
        visits[-1].page.set_viewport_size({"width": width, "height": height})
        visits[-1].page.goto(f"{site.screen.url}{path}")
        return visits[-1]

    yield opened
    for number, one in enumerate(visits):
        if not one.page.is_closed():
            _picture(one.page, f"{request.node.name.replace('/', '-')}-{number}")


def _picture(page: Page, name: str) -> None:
    """Of the whole page: Streamlit scrolls inside of it, so the window is made as high as that."""
    pictures = ROOT / "out" / "screens"
    pictures.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0")
    size = page.viewport_size
    page.set_viewport_size({"width": size["width"], "height": min(max(size["height"], height), 6000)})
    page.screenshot(path=pictures / f"{name}.png")


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
