"""`python -m frontend.together` and `python -m frontend` as processes: one address, ports, signals, exit codes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from frontend.ports import free_port
from frontend.tether import Watcher
from tests.api.conftest import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


class Started:
    """A program with its output in files."""

    def __init__(self, module: str, folder: Path, **variables: str) -> None:
        self.folder = folder / "data"
        self._out, self._err = folder / f"{module}.out", folder / f"{module}.err"
        own = {"OSPO_DATA_DIR": str(folder / "data"), **variables}
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env=os.environ | own, stdout=out, stderr=err
            )

    @property
    def out(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    def url(self) -> str:
        """What it says is its address."""
        until(lambda: "http://" in self.out or self.process.poll() is not None, seconds=START_SECONDS)
        assert "http://" in self.out, self.err
        return "http://" + self.out.partition("http://")[2].strip()

    def children(self) -> list[int]:
        """Process ids of what it started."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def close(self) -> None:
        """Whatever is left of it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


@pytest.fixture
def start(tmp_path):
    """A function from a module and variables to the started program; all are ended after the test."""
    with ExitStack() as stack:

        def started(module: str = "frontend.together", **variables: str) -> Started:
            program = Started(module, tmp_path, **variables)
            stack.callback(program.close)
            return program

        yield started


@pytest.fixture
def taken():
    """A port that somebody else has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def is_over(pid: int) -> bool:
    """Whether no process has this id any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_address_and_ctrl_c_ends_all(start, taken):
    """Where the usual ports are taken others are; both answer when the address is printed; nothing is left."""
    program = start(OSPO_PORT=str(taken), OSPO_FRONTEND_PORT=str(taken))

    url = program.url()
    children = program.children()
    answered = httpx.get(url), httpx.get(f"{url}/_stcore/health")
    program.process.send_signal(signal.SIGINT)
    code = program.process.wait(90)

    assert program.out == f"Token credit: {url}\n"
    assert not url.endswith(f":{taken}")
    assert [answer.status_code for answer in answered] == [200, 200]
    assert len(children) == 3
    assert code == 0
    assert all(is_over(child) for child in children)


def test_when_service_or_screen_dies_the_others_are_ended(start):
    """Exit code 1, and the last words of the one that died."""
    program = start(OSPO_PORT="0", OSPO_FRONTEND_PORT="0")
    program.url()
    first, *others = program.children()

    os.kill(first, signal.SIGKILL)

    assert program.process.wait(90) == 1
    assert all(is_over(other) for other in others)


def test_a_worker_that_dies_is_started_again_and_ends_with_a_program_that_is_killed(start):
    """Kill -9 of either: jobs go on where they can, and nothing trains on where nobody is left."""
    program = start(OSPO_PORT="0", OSPO_FRONTEND_PORT="0")
    program.url()
    service, worker, screen = program.children()

    os.kill(worker, signal.SIGKILL)
    until(lambda: len(program.children()) == 3 and worker not in program.children(), seconds=START_SECONDS)
    again = next(child for child in program.children() if child not in (service, screen))
    log = program.folder / "log" / "worker.log"
    until(lambda: log.read_text().count("worker_started") == 2, seconds=START_SECONDS)
    program.process.kill()

    until(lambda: all(is_over(child) for child in (service, again, screen)), seconds=START_SECONDS)


def test_a_parent_that_is_killed_leaves_nobody(start):
    """Kill -9 of the one that started them ends all three."""
    program = start(OSPO_PORT="0", OSPO_FRONTEND_PORT="0", OSPO_DRAIN_SECONDS="0")
    program.url()
    children = program.children()

    program.process.kill()
    program.process.wait()

    until(lambda: all(is_over(child) for child in children), seconds=60)
    assert len(children) == 3


def test_a_watcher_ends_what_a_killed_parent_left():
    """Where the system does not do it by itself."""
    script = "import subprocess, sys; from frontend.tether import Watcher; "
    script += "child = subprocess.Popen(['sleep', '600']); watcher = Watcher(child.pid); "
    script += "print(child.pid, flush=True); child.wait()"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())

        parent.kill()

        until(lambda: is_over(child), seconds=60)


def test_a_watcher_that_is_let_go_ends_nothing():
    """It is gone, and the process goes on."""
    with subprocess.Popen(["sleep", "600"]) as child:
        watcher = Watcher(child.pid)

        watcher.let_go()

        assert child.poll() is None
        child.kill()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"OSPO_FRONTEND_PORT": "x"}, "OSPO_FRONTEND_PORT must be a number"),
        ({"OSPO_PORT": "-1"}, "OSPO_PORT must be a number"),
        ({"OSPO_FRONTEND_HOST": "0.0.0.0"}, "OSPO_TOKEN"),
        ({"OSPO_HOST": "0.0.0.0", "OSPO_PORT": "0", "OSPO_FRONTEND_PORT": "0"}, "OSPO_TOKEN"),
        ({"OSPO_SLOTS": "0", "OSPO_PORT": "0", "OSPO_FRONTEND_PORT": "0"}, "OSPO_SLOTS"),
        ({"OSPO_DATA_DIR": "/proc/nothing"}, "No such file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(start, variables, told):
    """Exit code 2, whether the service, the screen or neither was started."""
    program = start(**variables)

    assert program.process.wait(START_SECONDS) == 2
    *before, last = program.err.splitlines()
    assert told in last
    assert all("Starting" in line for line in before)
    assert program.out == ""


def test_the_screen_alone_says_where_it_is_and_ends(start):
    """On a free port where 0 is asked for; SIGTERM ends it with code 0."""
    program = start("frontend", OSPO_FRONTEND_PORT="0")
    url = program.url()
    until(lambda: _healthy(url), seconds=START_SECONDS)

    program.process.send_signal(signal.SIGTERM)

    assert program.process.wait(60) == 0


def test_the_screen_refuses_a_port_that_is_taken(start, taken):
    """One line that says what to set; exit code 2."""
    program = start("frontend", OSPO_FRONTEND_PORT=str(taken))

    assert program.process.wait(60) == 2
    assert program.err == (
        f"ospo screen: port {taken} of 127.0.0.1 is taken; set OSPO_FRONTEND_PORT to another, or 0 for any\n"
    )


def test_a_foreign_name_opens_nothing(start):
    """A page of another site whose name was made to resolve to this machine gets no connection."""
    port = free_port("127.0.0.1")
    program = start("frontend", OSPO_FRONTEND_PORT=str(port))
    url = program.url()
    until(lambda: _healthy(url), seconds=START_SECONDS)

    assert _upgrade(port, f"127.0.0.1:{port}") == b"101"
    assert _upgrade(port, f"evil.example:{port}") == b"403"


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_stcore/health").status_code == 200
    except httpx.HTTPError:
        return False


def _upgrade(port: int, host: str) -> bytes:
    """Status of a WebSocket handshake by that name."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: http://{host}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(100).split()[1]
