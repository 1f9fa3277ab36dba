"""How much one request may ask for: evaluations, and characters times evaluations."""

from __future__ import annotations

from collections.abc import Sequence

from backend.attributions.schemas import OptionsBody
from backend.problems import invalid
from backend.settings import Settings
from ospo_core.attribution import DEFAULT_EVALUATIONS


def check_work(settings: Settings, prompt: str, responses: Sequence[str], options: OptionsBody) -> None:
    """Cost: nothing; tokens are not counted, four characters are taken for one.

    Raises: ProblemError: 422, says by how much it is too large.
    """
    where = ("body", "options", "budget")
    if options.budget is not None and options.budget > settings.most_evaluations:
        raise invalid(where, f"at most {settings.most_evaluations:,} evaluations a response are made here")
    work = sum(
        (len(prompt) + len(text)) * (options.budget or max(DEFAULT_EVALUATIONS, len(text))) for text in responses
    )
    if work > settings.most_work:
        raise invalid(
            where,
            f"characters times evaluations are {work:,}, at most {settings.most_work:,} are worked on here; "
            "lower the budget or shorten the texts",
        )
