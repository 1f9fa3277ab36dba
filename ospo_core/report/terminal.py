"""The reports in a terminal: tokens on the same stops, the sentence, the largest words, the readout.

Texts under study reach the terminal with every control character replaced, so that no escape sequence, markup or bidi
override in them acts. Without colour, blame is underlined and credit bold, and the numbers stand in the table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from ospo_core.report import numbers
from ospo_core.report.compare_view import group_readings
from ospo_core.report.palette import DARK, Theme
from ospo_core.report.readout import Cell, compare_cells, explain_cells, partial_notice
from ospo_core.report.rules import NOTES, without_credit
from ospo_core.report.scale import Scale, step_name
from ospo_core.report.sentence import Sentence, compare_sentence, explain_sentence, most_disputed
from ospo_core.report.subject import Subject

_STEPS = (-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5)
_STEP_OF = {step_name(step): step for step in _STEPS}
_LARGEST = 7
_BREAKS = "\u2028\u2029"
_TAB = "    "


def explain_terminal(document: Mapping[str, Any], console: Console, *, theme: Theme = DARK) -> None:
    """Print one explained response. The console decides on colour and width; NO_COLOR is its to honour."""
    subject = Subject.of(document)
    console.print(_sentence(explain_sentence(subject), theme))
    if document["partial"]:
        console.print(Text("\nPartial result. ", style="bold").append(partial_notice(subject), style="not bold"))
    unit = "advantage per token, in σ of the group" if subject.group else "credit per token, in reward units"
    console.print(_legend(subject.scale, unit, theme))
    if subject.group:
        flat = [subject.group["advantage"]] * len(subject.values)
        _print_map(console, "GRPO", subject, flat, [None] * len(flat), theme)
    _print_map(console, subject.method_title, subject, subject.values, subject.intervals, theme)
    console.print()
    console.print(_largest(subject))
    _print_cells(console, explain_cells(subject))
    console.print(Text(numbers.as_sentence(document["method"]["reason"]), style="dim"))
    if not document["reads_to_the_end"]:
        console.print(Text("The reward’s model reads only the beginning; what lies beyond cannot earn credit."))


def compare_terminal(document: Mapping[str, Any], console: Console, *, theme: Theme = DARK) -> None:
    """Print one compared group: a row per response, and the one on which the rules disagree most in full."""
    readings = group_readings(document)
    scale, place = readings[0].scale, most_disputed(document)
    rule = document["rule"].replace("_", " ")
    console.print(_sentence(compare_sentence(document, readings, scale), theme))
    console.print(_legend(scale, "advantage per token, in σ of the group", theme))
    console.print()
    console.print(_responses(document))
    reading, flat = readings[place], document["responses"][place]["advantage"]
    none = [None] * len(reading.values)
    _print_map(console, f"Response {place + 1}, uniform (GRPO)", reading, [flat] * len(none), none, theme)
    _print_map(console, f"Response {place + 1}, {rule}", reading, reading.values, none, theme)
    console.print()
    _print_cells(console, compare_cells(document))
    notes = (numbers.as_sentence(document["invariant"]), NOTES.get(document["rule"], ""), without_credit(document))
    console.print(Text(" ".join(filter(None, notes)), style="dim"))


def harmless(text: str) -> str:
    """The text with every character that could act on a terminal made visible; line feeds stay."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n":
        return character
    if character == "\t":
        return _TAB
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    acts = unicodedata.category(character) in ("Cc", "Cs") or character in _BREAKS
    # Format characters that join letters stay; those that reorder a line must not.
    reorders = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return "�" if acts or reorders else character


def _style(step: int, theme: Theme, uncertain: bool = False) -> Style:
    """The fill of a step, and the cue that works without colour."""
    if step == 0:
        return Style()
    return Style(
        color=theme.ink,
        bgcolor=theme.fill(step),
        underline=step <= -2 and not uncertain,
        bold=step >= 4 and not uncertain,
        italic=uncertain,
    )


def _sentence(sentence: Sentence, theme: Theme) -> Text:
    text = Text()
    for kind, words in sentence:
        style = "bold" if kind == "strong" else _style(_STEP_OF.get(kind, 0), theme)
        text.append(harmless(words), style=style)
    return text


def _legend(scale: Scale, unit: str, theme: Theme) -> Text:
    """One line of stops with their edges: each number is the edge between the stops at its sides."""
    text = Text(f"\n{unit}\n", style="dim")
    ticks = scale.ticks()
    edges = [*ticks[:4], "", "0", *ticks[5:], ""]
    for step, edge in zip(_STEPS, edges, strict=True):
        if step == 0:
            text.append(" 0 ", style="not dim")
            continue
        text.append("   ", style=_style(step, theme) + Style(dim=False, underline=False))
        text.append(edge if edge != "0" else f"+{scale.least}", style="not dim")
    text.append("\nunderlined: blame, bold: strong credit, italic: interval crosses 0", style="dim")
    return text


def _print_map(
    console: Console,
    title: str,
    subject: Subject,
    values: Sequence[float],
    intervals: Iterable[float | None],
    theme: Theme,
) -> None:
    console.print(Text(f"\n{title}", style="bold"))
    console.print(_specimen(subject, values, intervals, theme))


def _specimen(subject: Subject, values: Sequence[float], intervals: Iterable[float | None], theme: Theme) -> Text:
    text, position = Text(), 0
    for (start, end), value, interval in zip(subject.nesting.cores, values, intervals, strict=True):
        text.append(harmless(subject.response[position:start]))
        uncertain = interval is not None and abs(value) <= interval
        text.append(harmless(subject.response[start:end]), style=_style(subject.scale.step(value), theme, uncertain))
        position = end
    return text.append(harmless(subject.response[position:]))


def _largest(subject: Subject) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(f"largest by {subject.finest_kind}", overflow="ellipsis", no_wrap=True)
    rows = [
        (subject.quote(part, 24), numbers.signed(part.credit, subject.decimals.credit), subject.margin(part.interval))
        for part in subject.largest(_LARGEST)
    ]
    # A narrow terminal may shorten words, never numbers.
    table.add_column("credit", justify="right", no_wrap=True, min_width=max(len(value) for _, value, _ in rows))
    width = max(len(margin) for _, _, margin in rows)
    table.add_column("95 %", justify="right", no_wrap=True, min_width=width, style="dim")
    for words, value, margin in rows:
        table.add_row(Text(harmless(words)), value, margin)
    return table


def _responses(document: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "R", "A", "tokens", "sign flips", "disagreement"):
        table.add_column(name, justify="right", no_wrap=True)
    for number, row in enumerate(document["responses"], start=1):
        table.add_row(
            str(number),
            numbers.signed(row["reward"], 2),
            numbers.advantage(row["advantage"]),
            f"{len(row['tokens']):,}",
            numbers.percent(row["sign_flips"]),
            numbers.plain(row["disagreement"], 2),
        )
    return table


def _print_cells(console: Console, cells: Iterable[Cell]) -> None:
    console.print()
    for cell in cells:
        line = Text(f"{cell.caption}  ", style="bold" if cell.alarm else "dim")
        console.print(line.append(harmless(cell.value), style="not dim not bold").append(f"  {harmless(cell.detail)}"))
