"""One run, or two on one page, with the names they go by and the difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.client.job_bodies import Job
from frontend.watching.block_error import WINDOW, Estimate, mean_of
from frontend.watching.run_record import RunRecord

FLAT = "uniform"
OSPO, GRPO = "OSPO", "GRPO"
_LONGEST_NAME = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRun:
    """A run with its record. `name` may hold the user's own words."""

    name: str
    job: Job
    record: RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPair:
    """What is on the page: `main` is drawn solid, `other`, if there is one, dashed.

    Attributes:
        made_as_pair: same seed, data and steps, so that a step of one has the prompts of that step of the other.
    """

    main: NamedRun
    other: NamedRun | None = None

    @property
    def made_as_pair(self) -> bool:
        """Whether the two were started together."""
        return self.other is not None and self.main.job.pair_id is not None and self._same_pair(self.other)

    def _same_pair(self, other: NamedRun) -> bool:
        return self.main.job.pair_id == other.job.pair_id

    @property
    def runs(self) -> Sequence[NamedRun]:
        """One or two."""
        return [self.main] if self.other is None else [self.main, self.other]

    @property
    def active(self) -> bool:
        """Whether more will come of either."""
        return any(run.job.active for run in self.runs)

    def differences(self) -> list[tuple[int, float]]:
        """Step, and by how much the reward of `main` is above that of `other`, where both have made the step."""
        if self.other is None:
            return []
        theirs = self.other.record.by_step
        return [
            (one.step, one.reward - theirs[one.step].reward) for one in self.main.record.steps if one.step in theirs
        ]

    def last_difference(self) -> Estimate | None:
        """Over the last ten common steps, in reward units.

        Each step's difference is taken first: in a pair both runs answer the same prompts at a step, so that what makes
        a prompt easy cancels. The steps of two runs that were not made as a pair have nothing in common, and the error
        then holds the spread of the prompts too.
        """
        return mean_of([difference for _, difference in self.differences()[-WINDOW:]])


def paired(first: tuple[Job, RunRecord], second: tuple[Job, RunRecord] | None) -> RunPair:
    """Put together what was asked for and its partner: GRPO is the dashed one, whichever was asked for."""
    if second is None:
        return RunPair(main=_named(first, _name(first[0])))
    one, two = (second, first) if first[0].rule == FLAT and second[0].rule != FLAT else (first, second)
    if two[0].rule == FLAT != one[0].rule:
        return RunPair(main=_named(one, OSPO), other=_named(two, GRPO))
    names = _name(one[0]), _name(two[0])
    if names[0] == names[1]:
        names = f"{names[0]} {one[0].id[:4]}", f"{names[1]} {two[0].id[:4]}"
    return RunPair(main=_named(one, names[0]), other=_named(two, names[1]))


def _named(run: tuple[Job, RunRecord], name: str) -> NamedRun:
    return NamedRun(name=name, job=run[0], record=run[1])


def _name(job: Job) -> str:
    name = job.label or (GRPO if job.rule == FLAT else OSPO)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
