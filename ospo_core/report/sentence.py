"""The one sentence over a report, computed from the document, as parts [kind, text].

Kinds: `text`, `strong` (the one number), and for a quoted span the name of its own step, z, p1..p5 or n1..n5. The
template is chosen by the data; nothing is said that the document does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ospo_core.report import numbers
from ospo_core.report.scale import Scale, step_name
from ospo_core.report.spotlight import Spotlight, spotlight
from ospo_core.report.subject import Subject

Sentence = list[list[str]]
"""Parts [kind, text] in order."""

_CONCENTRATED = 0.25
_FEWEST = 3
_NOTEWORTHY = 0.1
_RIVAL = 1 / 3
_SLIGHT = 0.02


def explain_sentence(subject: Subject) -> Sentence:
    """What a reader should take away from one explained response."""
    if not any(subject.credit):
        return _no_credit(subject)
    if not any(subject.is_distinct(token) for token in range(len(subject.credit))):
        return _nothing_distinct(subject)
    group = subject.group
    if group and numbers.advantage(group["advantage"]) != "0.00":
        return _losing(subject) if group["advantage"] < 0 else _winning(subject)
    return _alone(subject)


def _no_credit(subject: Subject) -> Sentence:
    reward, decimals = subject.document["reward"], subject.decimals.reward
    return [
        ["text", f"Reward {numbers.plain(reward, decimals)}, and "],
        ["strong", "no token has any credit"],
        ["text", f": saying nothing scores {numbers.plain(subject.document['baseline'], decimals)}."],
    ]


def _nothing_distinct(subject: Subject) -> Sentence:
    evaluations = numbers.plural(subject.document["cost"]["evaluations_distinct"], "evaluation")
    return [["text", f"At {evaluations} "], ["strong", "no token’s credit can be told from zero"], ["text", "."]]


def _losing(subject: Subject) -> Sentence:
    """Whichever stands out more: the run of words that costs most, or the one that earns most."""
    blame, earned = (side if side and _is_concentrated(side, subject) else None for side in _sides(subject))
    cost, gain = (abs(side.over_run(subject.credit)) if side else 0.0 for side in (blame, earned))
    if blame and cost >= gain:
        return _blame_in_a_losing_response(subject, blame)
    return _phrase_in_a_losing_response(subject, earned) if earned else _agreement(subject)


def _blame_in_a_losing_response(subject: Subject, blame: Spotlight) -> Sentence:
    credited = _credited_sentences(subject, blame.sentence)
    return [
        ["text", f"{_flat_push(subject)} {_credit_name(subject)} puts "],
        ["strong", f"{numbers.percent(blame.share)} of the blame on {_tokens(blame)}"],
        ["text", _place(blame)],
        _quote(subject, blame),
        ["text", f", and credits {credited}." if credited else "."],
    ]


def _phrase_in_a_losing_response(subject: Subject, earned: Spotlight) -> Sentence:
    lifted = all(subject.values[token] > 0 for token in earned.tokens)
    blame, _ = _distinct_sides(subject)
    rivals = blame and -blame.over_run(subject.credit) > _RIVAL * earned.over_run(subject.credit)
    cost = blame if blame and rivals and _is_concentrated(blame, subject) else None
    return [
        ["text", f"{_flat_push(subject)} {_credit_name(subject)} finds "],
        ["strong", f"{numbers.percent(earned.share)} of what was earned on {_tokens(earned)}"],
        ["text", _place(earned)],
        _quote(subject, earned),
        ["text", f", and the rule lifts {'it' if len(earned.tokens) == 1 else 'them'}" if lifted else ""],
        *_other_side(subject, earned, cost, ";" if lifted else ", and"),
        ["text", "."],
    ]


def _winning(subject: Subject) -> Sentence:
    blame, _ = _distinct_sides(subject)
    gained = sum(credit for credit in subject.credit if credit > 0)
    if blame is None or -blame.over_run(subject.credit) < _NOTEWORTHY * gained:
        return _agreement(subject)
    cost = numbers.plain(-blame.over_run(subject.credit), subject.decimals.reward)
    against = all(subject.values[token] < 0 for token in blame.tokens)
    return [
        ["text", f"{_flat_push(subject)} {_credit_name(subject)} finds "],
        ["strong", f"a part that costs {cost}"],
        ["text", f" of reward{_where(blame)}, "],
        _quote(subject, blame),
        ["text", ", and the rule pushes it down." if against else "."],
    ]


def _agreement(subject: Subject) -> Sentence:
    assert subject.group is not None
    flat = subject.group["advantage"]
    alike = sum(value * flat > 0 for value in subject.values)
    both = spotlight([abs(credit) for credit in subject.credit], subject.nesting)
    spread = (
        f" It takes {_tokens(both)} to reach {numbers.percent(both.share)} of all credit and blame." if both else ""
    )
    return [
        ["text", f"GRPO and {_rule(subject.group['rule'])} "],
        ["strong", f"push {alike:,} of {numbers.plural(len(subject.values), 'token')} the same way"],
        ["text", f", {'up' if flat > 0 else 'down'}.{spread}"],
    ]


def _alone(subject: Subject) -> Sentence:
    reward, decimals = subject.document["reward"], subject.decimals.reward
    distance = f"{numbers.plain(abs(subject.gain), decimals)} {'above' if subject.gain >= 0 else 'below'}"
    parts: Sentence = [["text", f"Reward {numbers.plain(reward, decimals)}, {distance} saying nothing. "]]
    blame, earned = _distinct_sides(subject)
    first, second, name = (
        (blame, earned, "blame") if _blame_leads(blame, earned, subject) else (earned, blame, "credit")
    )
    assert first is not None
    if not _is_concentrated(first, subject):
        share = numbers.percent(first.share)
        return [*parts, ["strong", f"{share} of the {name} is spread over {_of_all(first, subject)}"], ["text", "."]]
    parts += [
        ["strong", f"{numbers.percent(first.share)} of the {name} sits on {_of_all(first, subject)}"],
        ["text", _lead(first)],
        _quote(subject, first),
    ]
    return [*parts, *_other_side(subject, first, second), ["text", "."]]


def _other_side(subject: Subject, first: Spotlight, second: Spotlight | None, joint: str = ", and") -> Sentence:
    if second is None:
        return []
    amount = second.over_run(subject.credit)
    is_small = abs(amount) < _NOTEWORTHY * abs(first.over_run(subject.credit))
    overlaps = second.first <= first.last and first.first <= second.last
    if is_small or overlaps:
        return []
    verb = "earns" if amount > 0 else "costs"
    return [
        ["text", f"{joint} "],
        _quote(subject, second),
        ["text", f" {verb} {numbers.plain(abs(amount), subject.decimals.reward)}"],
    ]


def _blame_leads(blame: Spotlight | None, earned: Spotlight | None, subject: Subject) -> bool:
    if blame is None or earned is None:
        return earned is None
    # Not the sign of the gain: a method that is not efficient may disagree with it.
    return sum(subject.credit) < 0


def _sides(subject: Subject) -> tuple[Spotlight | None, Spotlight | None]:
    """Blame and credit over all tokens, so that a share is one of the whole."""
    blame = spotlight([-credit for credit in subject.credit], subject.nesting)
    return blame, spotlight(list(subject.credit), subject.nesting)


def _distinct_sides(subject: Subject) -> tuple[Spotlight | None, Spotlight | None]:
    """Blame and credit, each only if one of its tokens can be told from zero."""
    blame, earned = _sides(subject)
    return _if_distinct(blame, subject), _if_distinct(earned, subject)


def _if_distinct(side: Spotlight | None, subject: Subject) -> Spotlight | None:
    return side if side and any(subject.is_distinct(token) for token in side.tokens) else None


def _is_concentrated(side: Spotlight, subject: Subject) -> bool:
    return len(side.tokens) <= max(_FEWEST, _CONCENTRATED * len(subject.credit))


def _credited_sentences(subject: Subject, blamed: int | None) -> str:
    """The sentences whose credit is above zero by more than its interval, in words; empty when none is."""
    if blamed is None:
        return ""
    earning = [
        part.number
        for part in subject.nesting.of_kind("sentence")
        if part.number != blamed and part.credit > (part.interval or 0.0)
    ]
    if len(earning) > 4:
        return f"{len(earning)} other sentences"
    if not earning:
        return ""
    return f"{'sentence' if len(earning) == 1 else 'sentences'} {_listed(earning)}"


def _listed(items: Sequence[int]) -> str:
    return str(items[0]) if len(items) == 1 else f"{', '.join(map(str, items[:-1]))} and {items[-1]}"


def _flat_push(subject: Subject) -> str:
    assert subject.group is not None
    flat = subject.group["advantage"]
    size = numbers.advantage(abs(flat)).removeprefix("+")
    everything = f"all {len(subject.values):,} tokens" if len(subject.values) > 1 else "its one token"
    return f"GRPO pushes {everything} {'up' if flat > 0 else 'down'} alike, by {size}."


def _credit_name(subject: Subject) -> str:
    return subject.method_title


def _rule(name: str) -> str:
    return "the rule " + name.replace("_", " ")


def _tokens(side: Spotlight) -> str:
    return numbers.plural(len(side.tokens), "token")


def _of_all(side: Spotlight, subject: Subject) -> str:
    return f"{len(side.tokens):,} of {numbers.plural(len(subject.credit), 'token')}"


def _where(side: Spotlight) -> str:
    return f" in sentence {side.sentence}" if side.sentence else ""


def _place(side: Spotlight) -> str:
    of_sentence = f" of sentence {side.sentence}" if side.sentence else ""
    return of_sentence + _lead(side)


def _lead(side: Spotlight) -> str:
    """What joins a share to its quoted run: the run is all of it, holds it, is most of it, or its largest piece."""
    if side.covers:
        return ", " if side.last - side.first + 1 == len(side.tokens) else ", within "
    return ", most of it on " if side.run_share > 0.5 else ", above all on "


def _quote(subject: Subject, side: Spotlight) -> list[str]:
    step = subject.scale.step(side.mean_over_run(subject.values))
    return [step_name(step), side.text(subject)]


def compare_sentence(document: Mapping[str, Any], readings: Sequence[Subject], scale: Scale) -> Sentence:
    """On which response the rule and GRPO's flat advantage disagree most, and how."""
    rule = document["rule"].replace("_", " ")
    if document["rule"] == "uniform":
        return [
            ["text", "Uniform is GRPO: "],
            ["strong", "every token of a response gets the same advantage"],
            ["text", "."],
        ]
    place = most_disputed(document)
    response, reading = document["responses"][place], readings[place]
    if response["disagreement"] < _SLIGHT:
        return [["text", f"GRPO and {rule} "], ["strong", f"agree on all {len(readings)} responses"], ["text", "."]]
    flat = response["advantage"]
    opening = f"The two rules disagree most on response {place + 1}. GRPO pushes "
    everything = f"all {len(reading.values):,} tokens {'up' if flat > 0 else 'down'}"
    return [
        ["text", f"{opening}{everything if flat else 'none of its tokens'}; {rule} "],
        *_turn(response, reading, scale),
    ]


def most_disputed(document: Mapping[str, Any]) -> int:
    """Position of the response of largest disagreement; the first of equals."""
    responses = document["responses"]
    return max(range(len(responses)), key=lambda place: responses[place]["disagreement"])


def _turn(response: Mapping[str, Any], reading: Subject, scale: Scale) -> Sentence:
    flat = response["advantage"]
    turned = [token for token, value in enumerate(reading.values) if value * flat < 0]
    if not turned:
        return _shift(response, reading, scale)
    way, kept = ("up", "down") if flat < 0 else ("down", "up")
    push = spotlight([value * flat for value in reading.values], reading.nesting)
    keeps: Sentence = []
    if push:
        keeps = [["text", f"keeps pushing {kept} "], _quote_on(reading, push, scale), ["text", " and "]]
    return [*keeps, ["strong", f"turns {numbers.plural(len(turned), 'token')} {way}"], *_led_by(reading, flat, scale)]


def _led_by(reading: Subject, flat: float, scale: Scale) -> Sentence:
    against = spotlight([-value * flat for value in reading.values], reading.nesting)
    assert against is not None
    return [["text", ", strongest in "], _quote_on(reading, against, scale), ["text", "."]]


def _shift(response: Mapping[str, Any], reading: Subject, scale: Scale) -> Sentence:
    strongest = spotlight([abs(value) for value in reading.values], reading.nesting)
    parts: Sentence = [
        ["text", "turns none around and "],
        ["strong", f"moves {numbers.percent(response['disagreement'])} of the weight"],
    ]
    if strongest is None or not _is_concentrated(strongest, reading):
        return [*parts, ["text", "."]]
    return [*parts, ["text", ", strongest in "], _quote_on(reading, strongest, scale), ["text", "."]]


def _quote_on(reading: Subject, side: Spotlight, scale: Scale) -> list[str]:
    return [step_name(scale.step(side.mean_over_run(reading.values))), side.text(reading)]
