"""`ospo compare`: a group of responses under GRPO's flat advantage and one redistribution rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ospo_core.cli.explain import STOPPED
from ospo_core.cli.inputs import responses_file
from ospo_core.cli.options import Request, shared_options
from ospo_core.cli.outputs import check_writable, deliver
from ospo_core.cli.progress import watching
from ospo_core.errors import InputError
from ospo_core.redistribution.rule_names import RULE_NAMES


@click.command()
@click.option("--responses", "responses_path", metavar="FILE.jsonl", help="One response a line, as JSON.")
@click.option("--rule", type=click.Choice(RULE_NAMES), default="signed", help="How credit becomes advantages.")
@click.option("--clip", "bound", type=click.FloatRange(min=0, min_open=True), help="Bound on token advantages, sigma.")
@click.option("--clip-mass", type=click.Choice(["given-back", "cut"]), default="given-back")
@click.option("--weight", type=click.FloatRange(0, 1), default=0.5, help="Of the rule's part in hybrid and blend.")
@shared_options
def compare(
    responses_path: str | None,
    rule: str,
    bound: float | None,
    clip_mass: str,
    weight: float,
    json_path: str | None,
    html_path: str | None,
    **asked: Any,
) -> int:
    """Set one rule's token advantages beside GRPO's flat ones."""
    from ospo_core.comparison import Clip, Redistribution
    from ospo_core.comparison import compare as compare_group
    from ospo_core.documents import compare_document

    check_writable(json_path, html_path)
    request = Request.of(**asked)
    clip = None if bound is None else Clip(bound=bound, gives_back=clip_mass == "given-back")
    redistribution = Redistribution(rule=rule, clip=clip, weight=weight)
    responses = _responses(request, responses_path)
    with watching(Console(stderr=True)) as watch:
        comparison = compare_group(
            request.prompt, responses, request.reward, redistribution, request.options, watch=watch
        )
    document = compare_document(comparison)
    deliver(document, json_path, html_path)
    return STOPPED if any(response["partial"] for response in document["responses"]) else 0


def _responses(request: Request, path: str | None) -> list[str]:
    if path is not None:
        return responses_file(Path(path), option="--responses")
    if request.case is not None:
        return list(request.case.responses)
    raise InputError("give --responses FILE.jsonl, or name a bundled case with --example (see `ospo examples`)")
