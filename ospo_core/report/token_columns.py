"""The tokens of a response as the columns of a view: what each is, what it earned, and how both are said."""

from __future__ import annotations

from ospo_core.report import numbers, specimen
from ospo_core.report.nesting import BANDED
from ospo_core.report.subject import Subject
from ospo_core.report.view_types import TokenColumns


def token_columns(subject: Subject) -> TokenColumns:
    """One entry a token, in reading order."""
    tokens, nesting = subject.document["tokens"], subject.nesting
    places = range(len(tokens))
    return {
        "text": [token["text"] for token in tokens],
        "start": [token["start"] for token in tokens],
        "end": [token["end"] for token in tokens],
        "credit": list(subject.credit),
        "interval": [token["interval"] for token in tokens],
        "shown": list(subject.values),
        "value": [numbers.signed(credit, subject.decimals.credit) for credit in subject.credit],
        "margin": [subject.margin_in_words(token["interval"]) for token in tokens],
        "error": [_error(subject, token["standard_error"]) for token in tokens],
        "advantage": [numbers.advantage(value) if subject.group else "" for value in subject.values],
        "where": [_where(subject, place) for place in places],
        "label": [_label(subject, place) for place in places],
        "mark": specimen.token_marks(subject),
        "ladder": [[node for node in nesting.ladder(place) if nesting.parts[node].kind != "token"] for place in places],
    }


def _error(subject: Subject, error: float | None) -> str:
    return "none" if error is None else numbers.plain(error, subject.decimals.credit)


def _label(subject: Subject, token: int) -> str:
    """The numbers of a token in words, for tooltips and screen readers."""
    told = subject.document["tokens"][token]
    credit = subject.label(told["credit"], told["interval"])
    return credit + (f", advantage {numbers.advantage(subject.values[token])}" if subject.group else "")


def _where(subject: Subject, token: int) -> str:
    """The phrase (or the next coarser part) around a token, and the number of its sentence."""
    ladder = [subject.nesting.parts[place] for place in subject.nesting.ladder(token)]
    around = [part for part in ladder if part.kind in BANDED]
    if not around:
        return ""
    sentence = next((f", sentence {part.number}" for part in ladder if part.kind == "sentence"), "")
    return f"in “{subject.quote(around[-1])}”{sentence}"
