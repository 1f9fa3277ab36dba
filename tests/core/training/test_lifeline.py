"""A training process is alone in its folder, and ends with whoever watches it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ospo_core.training.lifeline import SILENCED, hold_lifeline

ROOT = Path(__file__).resolve().parents[3]
HELD = """
import sys, time
from pathlib import Path
from ospo_core.training.lifeline import hold_lifeline
folder = Path(sys.argv[1])
heartbeat = folder / "heartbeat"
hold_lifeline(folder, heartbeat if heartbeat.exists() else None, 1.0)
(folder / "held").touch()
time.sleep(60)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    """A function that starts a process holding the folder, and waits until it does; ended after the test."""
    started = []

    def one():
        process = subprocess.Popen(
            [sys.executable, "-c", HELD, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        _until(lambda: (tmp_path / "held").exists() or process.poll() is not None)
        return process

    yield one
    for process in started:
        process.kill()
        process.communicate()


def test_a_folder_has_one_process(start, tmp_path):
    """The second one is told so, and the first goes on."""
    first = start()

    second = start()
    second.wait(20)

    assert "FolderTaken" in second.stderr.read()
    assert first.poll() is None


def test_the_process_that_holds_a_folder_may_ask_again(tmp_path):
    """Once for the lock, however often it is called."""
    hold_lifeline(tmp_path, None, None)

    hold_lifeline(tmp_path, None, None)

    assert (tmp_path / "lock").exists()


def test_a_process_ends_when_its_heartbeat_stops(start, tmp_path):
    """A watcher that hangs cannot signal; silence is enough."""
    (tmp_path / "heartbeat").touch()

    process = start()

    assert process.wait(20) == SILENCED


def test_a_process_lives_while_its_heartbeat_does(start, tmp_path):
    """Longer than the silence that would end it."""
    (tmp_path / "heartbeat").touch()
    process = start()

    _touch_for(tmp_path / "heartbeat", seconds=2.5)

    assert process.poll() is None


def test_a_process_whose_watcher_is_gone_does_not_begin(start, tmp_path):
    """The watcher ended before the parent-death signal was armed."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "heartbeat").write_text(str(gone.pid))

    process = start()
    process.wait(20)

    assert "Orphaned" in process.stderr.read()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_watched_process_dies_with_its_parent(tmp_path):
    """Kill -9 of the parent: gone long before the heartbeat is missed."""
    (tmp_path / "heartbeat").touch()
    held = textwrap.dedent(HELD).replace("1.0", "60.0")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, held, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    _until(lambda: (tmp_path / "held").exists())

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    _until(lambda: not _runs(child))


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _touch_for(path, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        os.utime(path)
        time.sleep(0.1)


def _until(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
