"""The state of the service in words. Knows no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.client.bodies import Readiness, Status

CHECKS: Mapping[str, tuple[str, str]] = {
    "database": ("The store answers", "no: nothing can be kept"),
    "disk": ("Room on the disk", "no: less than 100 MB are left"),
    "slots": ("Slots are alive", "no: restart the service"),
    "rewards_return": ("Rewards return", "no: too many calls hang; restart the service"),
    "not_draining": ("Takes new work", "no: the service is ending"),
}
"""Readiness checks of the service in words, and what a failed one means."""

_NO_WORKER = " No worker is there: training runs wait."
_MEGABYTE, _GIGABYTE = 1e6, 1e9


def headline(ready: Readiness, status: Status) -> list[tuple[str, str]]:
    """The state in one sentence, as parts of kind text and strong."""
    queue = status.queue
    if status.draining:
        return [("strong", "The service is ending"), ("text", f"; {_runs(queue.working)} may still finish.")]
    if not ready.ready:
        failed = [CHECKS.get(name, (name, ""))[0] for name, holds in ready.checks.items() if not holds]
        return [("strong", "The service is not ready"), ("text", f". What fails: {', '.join(failed)}.")]
    free = queue.slots - queue.working
    line = "nobody waits" if not queue.waiting else f"{queue.waiting} of {queue.length} places in line are taken"
    return [
        ("text", "The service is ready: "),
        ("strong", f"{free} of {queue.slots} slots free"),
        ("text", f", {line}.{_NO_WORKER if status.workers == 0 else ''}"),
    ]


def size(count: int) -> str:
    """Bytes for a reader."""
    return f"{count / _GIGABYTE:.2f} GB" if count >= _GIGABYTE else f"{count / _MEGABYTE:.0f} MB"


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"
