"""The nodes of a response's tree as the columns of a view: what each holds, what it earned, and how both are said."""

from __future__ import annotations

from ospo_core.report import bars, numbers, specimen
from ospo_core.report.nesting import Part
from ospo_core.report.subject import Subject
from ospo_core.report.view_types import PartColumns


def part_columns(subject: Subject) -> PartColumns:
    """One entry a node, in preorder."""
    parts, nesting = subject.nesting.parts, subject.nesting
    means = [subject.mean(part) for part in parts]
    return {
        "kind": [part.kind for part in parts],
        "number": [part.number for part in parts],
        "title": [title_of(part) for part in parts],
        "quote": [subject.quote(part) for part in parts],
        "start": [part.start for part in parts],
        "end": [part.end for part in parts],
        "parent": [part.parent for part in parts],
        "first": [part.shares[0][0] if part.shares else None for part in parts],
        "tokens": [part.tokens for part in parts],
        "credit": [part.credit for part in parts],
        "interval": [part.interval for part in parts],
        "mean": means,
        "step": [subject.scale.step(mean) for mean in means],
        "value": [numbers.signed(part.credit, subject.decimals.credit) for part in parts],
        "margin": [subject.margin(part.interval) for part in parts],
        "mark": specimen.part_marks(subject),
        "label": [_label(subject, part) for part in parts],
        "children": [list(part.children) for part in parts],
        "shown": [list(bars.waterfall_parts(nesting, part.place)) for part in parts],
    }


def title_of(part: Part) -> str:
    """A node by kind and number; the root has no number."""
    return "response" if part.kind == "response" else f"{part.kind} {part.number}"


def _label(subject: Subject, part: Part) -> str:
    """The numbers of a node in words: its sum, and the mean per token that its colour shows."""
    mean = subject.mean(part)
    shown = numbers.advantage(mean) if subject.group else numbers.signed(mean, subject.decimals.credit)
    unit = "mean advantage" if subject.group else "mean per token"
    return f"{title_of(part)}, {subject.label(part.credit, part.interval)}, {unit} {shown}"
