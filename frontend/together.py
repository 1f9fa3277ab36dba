"""`python -m frontend.together`: service, worker and screen as processes, one address to open, one Ctrl-C for all.

The usual ports are taken where they are free, else others. The logs lie in the data folder. Exit code 0 after a signal,
2 where a setting cannot be used, 1 where one of them ends by itself. The worker ends too where this program is killed,
so that nothing trains on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

import httpx

from frontend.ports import free_port, is_free, url_of
from frontend.settings import Settings, SettingsError, port_of
from frontend.tether import Watcher, tied_by_linux

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0
"""A cold disk loads torch slowly."""
LOOK_SECONDS = 0.1
REFUSED, ENDED = 2, 1
WORKER = "worker"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """One of the processes, its log in a file. In a session of its own: Ctrl-C reaches it through us, once.

    It ends with us, also where we are killed.
    """

    def __init__(self, name: str, module: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name, self.log, self.asked = name, log, False
        self._module, self._environment = module, dict(environment)
        log.unlink(missing_ok=True)
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        tie = tied_by_linux()
        with self.log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", *self._module],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=tie,
            )
        self._watcher = None if tie else Watcher(process.pid)
        return process

    def revive(self) -> None:
        """Start it again where it has died."""
        if self.ended and not self.asked:
            self.process = self._started()

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        """A signal, where there is still somebody to get it."""
        self.asked = True
        if not self.ended:
            self.process.send_signal(number)

    def wait(self) -> None:
        """Until it is over."""
        self.process.wait()
        if self._watcher is not None:
            self._watcher.let_go()

    def last_words(self) -> str:
        """The last line of its log: a refusal is one line."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"ospo {self.name}: ended with code {self.process.returncode}"


class Family:
    """Service, worker and screen, from start to end."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._signals = 0

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first asks all to end (service and worker finish or save first), the second presses, the third kills."""
        self._signals += 1
        for child in self._children:
            child.send(signal.SIGTERM if self._signals < 3 else signal.SIGKILL)

    def start(self, name: str, module: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Start one of them, unless a signal came before. Raises: OSError."""
        if not self.asked_to_end:
            self._children.append(Child(name, module, log, environment))

    @property
    def asked_to_end(self) -> bool:
        """Whether a signal came."""
        return self._signals > 0

    def first_ended(self) -> Child | None:
        """One that is over, if any is; not a worker that died, whose jobs the next one goes on with."""
        over = (child for child in self._children if child.ended)
        return next((child for child in over if child.name != WORKER or child.process.returncode == REFUSED), None)

    def wait_until_ready(self, addresses: tuple[str, ...]) -> bool:
        """Whether every address answers 200 before a child ends, a signal comes or the time is over."""
        end = time.monotonic() + START_SECONDS
        missing = list(addresses)
        while missing and not self.asked_to_end and self.first_ended() is None and time.monotonic() < end:
            missing = [address for address in missing if not _answers(address)]
            time.sleep(LOOK_SECONDS)
        return not missing

    def wait_until_one_ends(self) -> None:
        """Or a signal comes."""
        while self.first_ended() is None and not self.asked_to_end:
            for child in self._children:
                if child.name == WORKER:
                    child.revive()
            time.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """Ask whatever was not asked yet to end, and wait for it; further signals press it."""
        for child in self._children:
            if not child.asked:
                child.send(signal.SIGTERM)
            child.wait()


def main() -> int:
    """See the module."""
    try:
        settings = Settings.read()
        service_host = os.environ.get("OSPO_HOST") or "127.0.0.1"
        service_port = chosen_port(service_host, port_of(os.environ.get("OSPO_PORT") or "8000", "OSPO_PORT"))
        screen_port = chosen_port(settings.host, settings.port, avoid=service_port)
        folder = log_folder()
    except (SettingsError, OSError) as error:
        print(f"ospo: {error}", file=sys.stderr)
        return REFUSED
    service_url, screen_url = url_of(service_host, service_port), url_of(settings.host, screen_port)
    ports = {"OSPO_PORT": str(service_port), "OSPO_FRONTEND_PORT": str(screen_port), "OSPO_API_URL": service_url}
    sign_in = {"OSPO_SIGN_IN": "1"} if os.environ.get("OSPO_USERS_FILE") else {}
    environment = os.environ | ports | sign_in
    family = Family()
    for number in SIGNALS:
        signal.signal(number, family.on_signal)
    family.start("service", ("backend",), folder / "service.log", environment)
    family.start(WORKER, ("backend.worker", "--with-parent"), folder / "worker.log", environment)
    family.start("screen", ("frontend",), folder / "screen.log", environment)
    print("Starting; the first time this takes some seconds.", file=sys.stderr, flush=True)
    if family.wait_until_ready((f"{service_url}/livez", f"{screen_url}/_stcore/health")):
        print(f"Token credit: {screen_url}", flush=True)
        print(f"Ctrl-C ends it. Logs: {folder}", file=sys.stderr, flush=True)
        family.wait_until_one_ends()
    return closed(family)


def closed(family: Family) -> int:
    """End all, say who ended by himself, and give the exit code."""
    culprit = None if family.asked_to_end else family.first_ended()
    asked = family.asked_to_end
    family.end()
    if asked:
        return 0
    if culprit is None:
        print(f"ospo: service and screen did not answer within {START_SECONDS:.0f} s", file=sys.stderr)
        return ENDED
    print(culprit.last_words(), file=sys.stderr)
    return REFUSED if culprit.process.returncode == REFUSED else ENDED


def chosen_port(host: str, usual: int, *, avoid: int | None = None) -> int:
    """The usual one, or a free one where that is taken. Raises: OSError: the address is none of this machine."""
    if usual and usual != avoid and is_free(host, usual):
        return usual
    return free_port(host)


def log_folder() -> Path:
    """In the data folder of the service. Raises: OSError."""
    folder = Path(os.environ.get("OSPO_DATA_DIR") or "~/.local/share/ospo").expanduser() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
