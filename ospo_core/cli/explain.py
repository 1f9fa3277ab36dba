"""`ospo explain`: the credit of every token of one response."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ospo_core.attribution import attribute
from ospo_core.cli.inputs import responses_file, text_argument
from ospo_core.cli.options import Request, shared_options
from ospo_core.cli.outputs import STANDARD_OUTPUT, check_writable, write_json, write_text
from ospo_core.cli.progress import watching
from ospo_core.documents import explain_document, group_place
from ospo_core.errors import InputError
from ospo_core.rewards.checked import checked_scores

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
    request = Request.of(**asked)
    text, group = _texts(request, response, group_path)
    with watching(Console(stderr=True)) as watch:
        attribution = attribute(request.prompt, text, request.reward, request.options, watch=watch)
    place = None
    if len(group) > 1:
        from ospo_core.comparison import place_in_group

        index = group.index(text)
        rewards = checked_scores(request.reward, [request.prompt] * len(group), group)
        rewards[index] = attribution.reward
        if attribution.estimate.efficient:
            place = group_place(place_in_group(attribution, rewards.tolist(), index), rewards.tolist(), index)
    document = explain_document(attribution, place)
    if json_path:
        write_json(document, json_path)
    if html_path:
        from ospo_core.report.explain_page import explain_html

        write_text(explain_html(document), html_path)
    if json_path != STANDARD_OUTPUT:
        from ospo_core.report.terminal import explain_terminal

        console = Console()
        explain_terminal(document, console)
        if html_path:
            console.print(f"report: {html_path}", markup=False, highlight=False)
    return STOPPED if document["partial"] else 0


def _texts(request: Request, response: str | None, group_path: str | None) -> tuple[str, list[str]]:
    """The response to explain and the group it belongs to (itself alone when there is none)."""
    if request.case is not None and response is None:
        return request.case.responses[request.case.focus], list(request.case.responses)
    if response is None:
        raise InputError("give --response, or name a bundled case with --example (see `ospo examples`)")
    text = text_argument(response, option="--response")
    if group_path is None:
        return text, [text]
    group = responses_file(Path(group_path))
    if text not in group:
        raise InputError(f"the response is not among the {len(group)} of {group_path}; add it there")
    return text, group
