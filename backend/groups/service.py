"""Groups as tasks for the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.attributions.limits import check_work
from backend.groups.schemas import GroupBody
from backend.problems import invalid
from backend.queue.progress import GroupProgress, Progress
from backend.rewards.policy import Allowed, Policy
from backend.runs.layout import layout_of
from backend.runs.preview import Planned
from backend.runs.provisional import Looking, Provisional
from backend.runs.task import Outcome
from backend.settings import Settings
from ospo_core.comparison import Comparison, compare
from ospo_core.documents import SCHEMA_VERSION, compare_document
from ospo_core.estimators.methods import StoppedTooEarly
from ospo_core.games.ledger import Watch
from ospo_core.rewards.reward import Reward


class GroupTask:
    """A group to compare, as promised by Task. Raises: ProblemError: 422, the request may not be made."""

    kind = "group"

    def __init__(self, body: GroupBody, *, policy: Policy, settings: Settings) -> None:
        self._body = body
        if len(set(body.rules)) < len(body.rules):
            raise invalid(("body", "rules"), "a rule is named twice")
        self.allowed: Allowed = policy.allow(body.reward)
        policy.check_model(body.options.tokenizer, ("body", "options", "tokenizer"))
        check_work(settings, body.prompt, body.responses, body.options)
        self.request: dict[str, Any] = body.model_dump(mode="json", exclude={"tags"})

    @property
    def prompt(self) -> str:
        return self._body.prompt

    @property
    def sizes(self) -> dict[str, int]:
        body = self._body
        return {"prompt": len(body.prompt), "responses": len(body.responses), "all": sum(map(len, body.responses))}

    def plan(self) -> list[Planned]:
        """As promised by Task."""
        options = self._body.options.engine_options()
        layouts = [layout_of(response, options) for response in self._body.responses]
        return [Planned(layout=layout, evaluations=layout.group(options, self._body.rules)) for layout in layouts]

    def perform(self, reward: Reward, progress: Progress) -> Outcome:
        """As promised by Task. The reward remembers its scores, so that a further rule evaluates only what is new.

        A stopped group keeps the rules that were complete, and what the engine keeps of the one under way.
        """
        documents: list[dict[str, Any]] = []
        partial = False

        def keep(found: Comparison) -> None:
            made = tuple(documents)
            shown = Provisional(found.attributions, lambda: _group_document([*made, compare_document(found)]))
            progress.show(shown)

        watch = Looking(GroupProgress(progress, len(self._body.responses) * len(self._body.rules)), keep)
        for rule in self._body.rules:
            try:
                comparison = self._compared(rule, reward, watch)
            except StoppedTooEarly:
                if not documents:
                    raise
                partial = True
                break
            partial = any(one.findings.partial for one in comparison.attributions)
            documents.append(compare_document(comparison))
            if partial:
                break
        return Outcome(document=_group_document(documents), partial=partial)

    def _compared(self, rule: str, reward: Reward, watch: Watch) -> Comparison:
        body = self._body
        return compare(
            body.prompt,
            body.responses,
            reward,
            body.redistribution(rule),
            body.options.engine_options(),
            watch=watch,
        )


def _group_document(comparisons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "kind": "group", "comparisons": list(comparisons)}
