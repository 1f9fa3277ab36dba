"""Acts of the audit log in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from frontend.client.bodies import Act
from frontend.numbers import count
from frontend.page_parts.sentence import Part
from frontend.page_parts.times import ago

DEEDS: Mapping[str, str] = {
    "create_attribution": "explain a response",
    "cancel_attribution": "stop an explanation",
    "try_counterfactuals": "measure an edit",
    "create_group": "compare a group",
    "cancel_group": "stop a group",
    "preview_step": "preview a step",
    "tag_result": "tag a result",
    "export_result": "export a result",
    "delete_result": "delete a result",
    "create_job": "start training",
    "cancel_job": "stop training",
    "resume_job": "resume training",
    "tag_job": "tag a training run",
    "delete_job": "delete a training run",
    "download_adapter": "download an adapter",
    "download_checkpoint": "download a checkpoint",
}
"""The operations that the service keeps, as the screen says them."""

OBJECTS: Mapping[str, str] = {"attribution": "explanation", "group": "group", "job": "training run"}
"""What an act was done to, where it is still there."""

NAMELESS: Mapping[str, str] = {
    "open": "Nobody is asked who he is here, so the log says what was done and not who did it. "
    "Named users are let in by their own tokens: docs/deployment.md says how to add them.",
    "token": "Everybody here uses the one shared token, so the log says what was done and not who did it. "
    "Named users have tokens of their own: docs/deployment.md says how to add them.",
}
"""By the way people are let in: why no act has a name."""

_NOBODY: Mapping[str, str] = {"open": "anybody", "token": "shared token"}
_FORBIDDEN, _LEFT = 403, 0


def who(act: Act, access: str) -> str:
    """The user's name; else what stands for one, by the way people are let in."""
    return act.user or _NOBODY.get(access, "no name")


def outcome(act: Act) -> str:
    """How it ended, for whoever did it."""
    if act.status == _FORBIDDEN:
        return "refused"
    if act.status == _LEFT:
        return "left before the answer"
    return "done" if act.status < 400 else f"failed, status {act.status}"


def went_wrong(act: Act) -> bool:
    """Whether an admin should look at it: it was forbidden, or the service failed."""
    return act.status >= 400


def headline(acts: Sequence[Act], *, more: bool, narrowed: bool, now: datetime) -> list[Part]:
    """What is listed, in one sentence."""
    if not acts:
        return [("text", "Nothing matches." if narrowed else "Nothing has been done yet.")]
    people = {act.user for act in acts if act.user is not None}
    by = f" by {_people(people)}" if people else ""
    fitting = " that matches" if len(acts) == 1 else " that match"
    refused = sum(act.status == _FORBIDDEN for act in acts)
    words = [
        f"{fitting if narrowed else ''}{by}, {'the newest ' if len(acts) > 1 else ''}{ago(acts[0].at, now)}",
        f"; {'one was' if refused == 1 else f'{refused} were'} refused" if refused else "",
        "; there are older ones." if more else ".",
    ]
    return [("strong", count(len(acts), "act")), ("text", "".join(words))]


def _people(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else f"{len(names)} people"
