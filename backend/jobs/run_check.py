"""What a client may have trained: a run file by the engine's rules, and by those of whoever runs the service.

The engine reads any path that a run names; here a stranger names it. Models and data are bundled or lie where the
settings allow, every prompt's reward passes the policy of all rewards, and a client's own data comes as text.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from backend.problems import ProblemError, invalid
from backend.rewards.policy import Policy
from backend.settings import Settings
from backend.users.role import Role
from ospo_core.errors import SettingsError, WrongLines
from ospo_core.models.bundled import BUNDLED_MODELS
from ospo_core.training.bundled_data import BUNDLED_DATA
from ospo_core.training.dataset import PromptRow, load_prompts
from ospo_core.training.row_reward import with_row
from ospo_core.training.run_file import RunFile, halves, run_of

WHERE, ROWS = ("body", "run"), ("body", "rows")
OWN_MODELS = ("smollm2", "toy")
"""Short names that the trainer knows: the bundled language model, and one that is made on the spot."""
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRun:
    """Runs that may be trained, one a job: two of a pair. `rows` is the data that came with the request, as JSONL."""

    runs: Sequence[RunFile]
    rows: str | None


class RunCheck:
    """Checks a request against the settings."""

    def __init__(self, settings: Settings, policy: Policy) -> None:
        self._settings, self._policy = settings, policy
        self._roots = [root.expanduser().resolve() for root in settings.training_roots]
        self._models = {*OWN_MODELS, *(model.name for model in BUNDLED_MODELS), *settings.allowed_models}

    def check(self, given: Mapping[str, Any], rows: str | None, role: Role) -> CheckedRun:
        """Cost: every row of the data is read. Raises: ProblemError: 422, says what is wrong; 403, of the role."""
        policy = self._policy.of(role)
        if rows is None:
            run = _readable(lambda: run_of(given, folder=self._settings.catalogues, where="run"))
            self._check_data(run.data)
            prompts = _readable(lambda: load_prompts(run.data, _rewards(run)))
        else:
            run, prompts = self._uploaded(given, rows)
        self._check_model(given, run.model, policy)
        self._check_rewards(run, prompts, policy, own_rows=rows is not None)
        runs = list(_readable(lambda: halves(run)).values())
        return CheckedRun(runs=runs, rows=None if rows is None else _written(prompts))

    def _uploaded(self, given: Mapping[str, Any], rows: str) -> tuple[RunFile, Sequence[PromptRow]]:
        """The rows are read by the engine's own reader, from a file that is gone afterwards."""
        if given.get("data") is not None:
            raise invalid((*WHERE, "data"), "give rows or data, not both")
        folder = self._settings.catalogues
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f".rows-{uuid.uuid4()}.jsonl"
        try:
            with file.open("x", encoding="utf-8") as written:  # new, so no link
                written.write(rows)
            run = _readable(lambda: run_of({**given, "data": file.name}, folder=folder, where="run"))
            prompts = _readable(lambda: load_prompts(run.data, _rewards(run)), file.name, ROWS)
        finally:
            file.unlink(missing_ok=True)
        return run.model_copy(update={"data": "rows.jsonl"}), prompts

    def _check_data(self, data: str) -> None:
        if data not in BUNDLED_DATA and not self._under_roots(data):
            names = ", ".join(BUNDLED_DATA)
            raise invalid((*WHERE, "data"), f"must be bundled ({names}) or in OSPO_TRAINING_ROOTS; or send rows")

    def _check_model(self, given: Mapping[str, Any], model: str, policy: Policy) -> None:
        named = given.get("model", model)
        if named in self._models and named == model:
            policy.check_here(named)
        elif not self._under_roots(model):
            raise invalid(
                (*WHERE, "model"), "this model is neither bundled nor in OSPO_ALLOWED_MODELS or OSPO_TRAINING_ROOTS"
            )

    def _check_rewards(self, run: RunFile, prompts: Sequence[PromptRow], policy: Policy, *, own_rows: bool) -> None:
        for name, reward in _rewards(run).items():
            where = (*WHERE, "reward") if name == "reward" else (*WHERE, "watch", name)
            for row in prompts:
                settings = with_row(reward, row.settings)
                kind = str(settings.pop("kind"))
                with _at_line(row) if own_rows and row.settings else nullcontext():
                    policy.check(kind, settings, self._settings.catalogues, where)

    def _under_roots(self, path: str) -> bool:
        resolved = Path(os.path.expanduser(path)).resolve()
        return any(resolved.is_relative_to(root) for root in self._roots)


def _rewards(run: RunFile) -> dict[str, Mapping[str, Any]]:
    assert run.reward is not None
    assert run.watch is not None
    return {"reward": run.reward, **run.watch}


@contextmanager
def _at_line(row: PromptRow) -> Iterator[None]:
    """What is refused of a reward meanwhile is told of the line that sets it."""
    try:
        yield
    except ProblemError as refused:
        if not refused.problem.errors:
            raise
        raise invalid(ROWS, f"rows, line {row.line}: {refused.problem.errors[0].message}") from None


def _readable(read: Callable[[], T], hidden: str = "", where: Sequence[str] = WHERE) -> T:
    """What `read` gives; its errors name settings and lines, and no text under study."""
    try:
        return read()
    except SettingsError as error:
        faults = error.faults if isinstance(error, WrongLines) else (str(error),)
        raise invalid(where, *(fault.replace(hidden, "rows") if hidden else fault for fault in faults)) from None
    except ProblemError:
        raise
    except _UNREADABLE:
        raise invalid(where, "cannot be read; docs/training.md describes the run file") from None


def _written(prompts: Sequence[PromptRow]) -> str:
    """The rows with every path in them absolute, as the trainer finds them in another folder."""
    return "".join(json.dumps({**row.settings, "prompt": row.prompt}, ensure_ascii=False) + "\n" for row in prompts)
