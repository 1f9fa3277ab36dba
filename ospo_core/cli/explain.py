"""`ospo explain`: the credit of every token of one response."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ospo_core.attribution import attribute
from ospo_core.cli.inputs import responses_file, text_argument
from ospo_core.cli.options import Request, shared_options
from ospo_core.cli.outputs import check_writable, deliver
from ospo_core.cli.progress import watching
from ospo_core.errors import InputError

STOPPED = 130


@click.command()
@click.option("--response", metavar="TEXT|@FILE", help="The response whose credit is asked for.")
@click.option("--group", "group_path", metavar="FILE.jsonl", help="Responses to the same prompt, this one among them.")
@shared_options
def explain(
    response: str | None, group_path: str | None, json_path: str | None, html_path: str | None, **asked: Any
) -> int:
    """Give every token of a response its credit for the reward."""
    check_writable(json_path, html_path)
    if asked["example"] is not None and response is None and group_path is not None:
        raise InputError("--group is for a response of your own; the bundled case brings its group")
    request = Request.of(**asked)
    text, group = _texts(request, response, group_path)
    # Not at the top: this brings torch, and whoever asks for help or mistypes an option should not wait for it.
    from ospo_core.comparison import INEFFICIENT_METHODS, place_in_group, score_peers
    from ospo_core.documents import explain_document, group_place

    sums = request.options.method not in INEFFICIENT_METHODS
    if group_path is not None and not sums:
        raise InputError(
            f"--group needs a credit that sums to the reward, which --method {request.options.method} does not give; "
            "leave one of the two out"
        )
    with watching(Console(stderr=True)) as watch:
        peers = score_peers(request.prompt, group, group.index(text), request.reward) if group and sums else None
        attribution = attribute(request.prompt, text, request.reward, request.options, watch=watch)
    place = group_place(place_in_group(attribution, peers), peers) if peers else None
    document = explain_document(attribution, place)
    deliver(document, json_path, html_path)
    return STOPPED if document["partial"] else 0


def _texts(request: Request, response: str | None, group_path: str | None) -> tuple[str, list[str]]:
    """The response to explain and the group it belongs to (empty when there is none)."""
    if request.case is not None and response is None:
        return request.case.responses[request.case.focus], list(request.case.responses)
    if response is None:
        raise InputError("give --response, or name a bundled case with --example (see `ospo examples`)")
    text = text_argument(response, option="--response")
    if group_path is None:
        return text, []
    group = responses_file(Path(group_path), option="--group")
    if text not in group:
        raise InputError(f"the response is not among the {len(group)} of {group_path}; add it there")
    return text, group
