"""Attributions as tasks for the queue."""

from __future__ import annotations

from functools import partial
from typing import Any

from backend.attributions.limits import check_work
from backend.attributions.schemas import AttributionBody
from backend.queue.progress import Progress
from backend.rewards.policy import Allowed, Policy
from backend.runs.layout import layout_of
from backend.runs.preview import Planned
from backend.runs.provisional import Looking, Provisional
from backend.runs.task import Outcome
from backend.settings import Settings
from ospo_core.attribution import attribute
from ospo_core.documents import explain_document
from ospo_core.rewards.reward import Reward


class AttributionTask:
    """One response to explain, as promised by Task. Raises: ProblemError: 422, the request may not be made."""

    kind = "attribution"

    def __init__(self, body: AttributionBody, *, policy: Policy, settings: Settings) -> None:
        self._body = body
        self.allowed: Allowed = policy.allow(body.reward)
        policy.check_model(body.options.tokenizer, ("body", "options", "tokenizer"))
        check_work(settings, body.prompt, [body.response], body.options)
        self.request: dict[str, Any] = body.model_dump(mode="json", exclude={"tags"})

    @property
    def prompt(self) -> str:
        return self._body.prompt

    @property
    def sizes(self) -> dict[str, int]:
        return {"prompt": len(self._body.prompt), "response": len(self._body.response)}

    def plan(self) -> list[Planned]:
        """As promised by Task."""
        options = self._body.options.engine_options()
        layout = layout_of(self._body.response, options)
        return [Planned(layout=layout, evaluations=layout.credit(options))]

    def perform(self, reward: Reward, progress: Progress) -> Outcome:
        """As promised by Task."""
        body = self._body
        watch = Looking(progress, lambda found: progress.show(Provisional([found], partial(explain_document, found))))
        attribution = attribute(body.prompt, body.response, reward, body.options.engine_options(), watch=watch)
        return Outcome(document=explain_document(attribution), partial=attribution.findings.partial)
