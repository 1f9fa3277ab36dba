"""The sentence over a selected node of the tree: what it earns or costs, and on which of its parts. Parts [kind, text].

It speaks of the parts that the node's waterfall shows, so that every number in it can be found below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ospo_core.report import bars, numbers
from ospo_core.report.nesting import Part
from ospo_core.report.part_columns import title_of
from ospo_core.report.scale import step_name
from ospo_core.report.sentence import Sentence
from ospo_core.report.spotlight import SHARE, quoted
from ospo_core.report.subject import Subject

TOLD = ("response", "paragraph", "sentence", "clause", "phrase")
"""Kinds of nodes that have a sentence."""

_NAMED = ("response", "paragraph", "sentence")
_NOTEWORTHY = 0.04
_FEWEST = 3
_ALL = 1.005
"""A share up to this is printed as 100 % at most."""

_LONGEST_QUOTE = 60
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def tree_sentence(subject: Subject, part: Part) -> Sentence | None:
    """The sentence of a node; None for kinds that have none."""
    if part.kind not in TOLD:
        return None
    shown = [subject.nesting.parts[place] for place in bars.waterfall_parts(subject.nesting, part.place)]
    if len(shown) < 2:
        details: Sentence = []
    elif is_distinct(subject, part):
        details = _carried(subject, part, shown)
    else:
        details = _balanced(subject, shown)
    return [*_name(subject, part), ["text", _worth(subject, part)], *details, ["text", "."]]


def is_distinct(subject: Subject, part: Part) -> bool:
    """Whether a node's credit can be told from zero; without an interval every printed credit counts."""
    return _is_seen(subject, part.credit) and (part.interval is None or abs(part.credit) > part.interval)


def _is_seen(subject: Subject, credit: float) -> bool:
    """Whether any digit of it is printed: what is exact may have rounding errors for zeros."""
    return numbers.signed(credit, subject.decimals.credit)[0] in f"+{numbers.MINUS}"


def _name(subject: Subject, part: Part) -> Sentence:
    title = "The response" if part.kind == "response" else title_of(part).capitalize()
    return (
        [["text", title]] if part.kind in _NAMED else [["text", f"{title}, "], _quote(subject, [part]), ["text", ","]]
    )


def _worth(subject: Subject, part: Part) -> str:
    if not _is_seen(subject, part.credit):
        return " has no credit"
    if not is_distinct(subject, part):
        value = numbers.signed(part.credit, subject.decimals.credit)
        return f" cannot be told from zero, {value} {subject.margin(part.interval)}"
    told = f" {_verb(part.credit)} {_amount(subject, part.credit)} of reward"
    return told if part.kind != "response" else f"{told} {'over' if part.credit > 0 else 'against'} saying nothing"


def _carried(subject: Subject, part: Part, shown: Sequence[Part]) -> Sentence:
    """The fewest parts that hold 80 % of what the node earns (or costs), and the largest that goes against it."""
    side = [one for one in shown if one.credit * part.credit > 0]
    if not side:
        return []
    gross = sum(one.credit for one in side)
    chosen = _fewest(side, SHARE * abs(gross))
    held = sum(one.credit for one in chosen)
    nets = held / part.credit < _ALL
    share = numbers.percent(held / part.credit if nets else held / gross)
    whole = "that" if nets else "its blame" if part.credit < 0 else "its credit"
    number = _in_words(len(chosen))
    if len(chosen) > max(_FEWEST, len(shown) / 2):
        spread = f" of {whole} is spread over {number} of {_in_words(len(shown))} {_kind(shown)}s"
        told: Sentence = [["strong", share], ["text", spread]]
    else:
        joint = f" of {whole} comes from {number} {_kind(chosen)}{'' if len(chosen) == 1 else 's'}, "
        told = [["strong", share], ["text", joint], *_quotes(subject, chosen, shown)]
    against = [one for one in shown if one.credit * part.credit < 0 and is_distinct(subject, one)]
    largest = max(against, key=lambda one: abs(one.credit), default=None)
    if largest is not None and abs(largest.credit) >= _NOTEWORTHY * abs(held):
        told += [["text", "; "], *_gives(subject, largest)]
    return [["text", ". "], *told]


def _balanced(subject: Subject, shown: Sequence[Part]) -> Sentence:
    """Where a node comes to nothing: its strongest parts of both signs, if any can be told from zero."""
    distinct = [one for one in shown if is_distinct(subject, one)]
    ends = [max(distinct, key=lambda one: sign * one.credit, default=None) for sign in (1, -1)]
    told = [one for one, sign in zip(ends, (1, -1), strict=True) if one is not None and sign * one.credit > 0]
    joined: Sentence = []
    for joint, one in zip((", while ", " and "), told, strict=False):
        joined += [["text", joint], *_gives(subject, one)]
    return joined


def _gives(subject: Subject, part: Part) -> Sentence:
    return [_quote(subject, [part]), ["text", f" {_verb(part.credit)} {_amount(subject, part.credit)}"]]


def _verb(credit: float) -> str:
    return "earns" if credit > 0 else "costs"


def _amount(subject: Subject, credit: float) -> str:
    """With few decimals, or those of credit where nothing but zeros would be left."""
    text = numbers.plain(abs(credit), subject.part_decimals)
    return text if any(digit in text for digit in "123456789") else numbers.plain(abs(credit), subject.decimals.credit)


def _fewest(side: Sequence[Part], enough: float) -> list[Part]:
    chosen: list[Part] = []
    held = 0.0
    for part in sorted(side, key=lambda one: -abs(one.credit)):
        if held >= enough:
            break
        chosen.append(part)
        held += abs(part.credit)
    return sorted(chosen, key=lambda one: one.place)


def _kind(parts: Sequence[Part]) -> str:
    kinds = {part.kind for part in parts}
    return kinds.pop() if len(kinds) == 1 else "part"


def _in_words(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else f"{number:,}"


def _quotes(subject: Subject, chosen: Sequence[Part], shown: Sequence[Part]) -> Sentence:
    """One run where the parts are neighbours, two quotes where they are two, else the strongest."""
    first, last = shown.index(chosen[0]), shown.index(chosen[-1])
    if last - first + 1 == len(chosen):
        return [_quote(subject, chosen)]
    if len(chosen) == 2:
        return [_quote(subject, chosen[:1]), ["text", " and "], _quote(subject, chosen[1:])]
    return [["text", "above all "], _quote(subject, [max(chosen, key=lambda one: abs(one.credit))])]


def _quote(subject: Subject, run: Sequence[Part]) -> list[str]:
    """Neighbouring parts as one quoted span, in the colour of their mean per token."""
    tokens = sum(part.tokens for part in run)
    mean = sum(subject.mean(part) * part.tokens for part in run) / tokens if tokens else 0.0
    words = subject.response[run[0].start : run[-1].end].strip()
    return [step_name(subject.scale.step(mean)), quoted(words, _LONGEST_QUOTE)]
