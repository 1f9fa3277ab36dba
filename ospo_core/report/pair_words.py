"""What is said of two results held against each other: names, the sentence, the largest differences, the readout."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ospo_core.report import numbers
from ospo_core.report.alignment import Run
from ospo_core.report.pair import Change, Pair
from ospo_core.report.readout import METHODS, Cell
from ospo_core.report.scale import step_name
from ospo_core.report.sentence import Sentence
from ospo_core.report.spotlight import quoted
from ospo_core.report.subject import Subject, elided

MOST_ROWS = 10
_QUOTE, _LONG_QUOTE = 28, 60
_NEARLY = 0.5


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the two sides are called, as titles and within a sentence."""

    titles: tuple[str, str]
    within: tuple[str, str]


def names(pair: Pair) -> Names:
    """Named by the first thing in which the two differ."""
    one, other = pair.left.document, pair.right.document
    if not pair.shows_credit and one["group"]["rule"] != other["group"]["rule"]:
        return _named("under", *(side["group"]["rule"].replace("_", " ") for side in (one, other)))
    if not pair.same_text:
        return _numbered("in", "response")
    if one["reward_spec"]["kind"] != other["reward_spec"]["kind"]:
        return _named("by", one["reward_spec"]["kind"], other["reward_spec"]["kind"])
    if not pair.same_reward:
        return _numbered("by", "reward")
    if one["method"]["name"] != other["method"]["name"]:
        return _named("by", METHODS[one["method"]["name"]], METHODS[other["method"]["name"]])
    if one["masking"]["kind"] != other["masking"]["kind"]:
        return _named("under", *(f"{side['masking']['kind']} masking" for side in (one, other)))
    return _numbered("in", "result")


def _named(word: str, left: str, right: str) -> Names:
    return Names(titles=(_capital(left), _capital(right)), within=(f"{word} {left}", f"{word} {right}"))


def _numbered(word: str, noun: str) -> Names:
    titles = (f"First {noun}", f"Second {noun}")
    return Names(titles=titles, within=(f"{word} the first {noun}", f"{word} the second"))


def detail(side: Subject) -> str:
    """What one side came to."""
    reward = f"reward {numbers.plain(side.document['reward'], side.decimals.reward)}"
    if side.group:
        return f"{reward}, advantage {numbers.advantage(side.group['advantage'])}"
    return f"{reward}, credit sums to {numbers.signed(sum(side.credit), side.decimals.credit)}"


def ranked(pair: Pair) -> list[Change]:
    """The stretches that both sides show differently, the largest difference first."""
    return sorted((one for one in pair.changes if one.difference), key=lambda one: -abs(one.difference))


def rows(pair: Pair) -> list[tuple[str, str, str, str]]:
    """The largest differences: words, left, right, difference."""
    return [
        (_words(pair, one), _shown(pair, one.before), _shown(pair, one.after), value(pair, one.difference))
        for one in ranked(pair)[:MOST_ROWS]
    ]


def value(pair: Pair, number: float) -> str:
    """A value of the maps as it is printed: credit or advantage."""
    if not pair.shows_credit:
        return numbers.advantage(number)
    return numbers.signed(number, pair.right.decimals.credit)


def sentence(pair: Pair) -> Sentence:
    """What became of the reward, and where the two differ most."""
    opening = _reward_change(pair)
    changes = ranked(pair)
    if not changes or not any(pair.right.scale.step(one.difference) for one in changes):
        return [*opening, ["text", "The two "], ["strong", "agree on every word"], ["text", "."]]
    one = _told(changes)
    if one.before is not None and one.after is not None:
        return [*opening, *(_in_its_place(pair, one) if one.replaced else _apart(pair, one))]
    return [*opening, *_come_or_gone(pair, one)]


def _told(changes: Sequence[Change]) -> Change:
    """The largest difference; a word in the place of another where that is nearly as large: it is what was done."""
    edits = [one for one in changes if one.replaced and one.before is not None and one.after is not None]
    first = next(iter(edits), changes[0])
    return first if abs(first.difference) >= _NEARLY * abs(changes[0].difference) else changes[0]


def _in_its_place(pair: Pair, one: Change) -> Sentence:
    assert one.before is not None
    assert one.after is not None
    return [
        _quote(pair.right, one.right),
        ["text", f" has the {_measure(pair)} "],
        ["strong", value(pair, one.after)],
        ["text", "; "],
        _quote(pair.left, one.left),
        ["text", f" in its place had {value(pair, one.before)}."],
    ]


def _apart(pair: Pair, one: Change) -> Sentence:
    assert one.before is not None
    assert one.after is not None
    left, right = names(pair).within
    return [
        ["text", "The two differ most on "],
        _quote(pair.right, one.right),
        ["text", f": {value(pair, one.before)} {left}, "],
        ["strong", value(pair, one.after)],
        ["text", f" {right}."],
    ]


def _come_or_gone(pair: Pair, one: Change) -> Sentence:
    side, run, shown = (pair.right, one.right, one.after) if one.before is None else (pair.left, one.left, one.before)
    assert shown is not None
    what = "comes in with" if one.before is None else "goes, and with it"
    return [
        _quote(side, run),
        ["text", f" {what} the {_measure(pair)} "],
        ["strong", value(pair, shown)],
        ["text", "."],
    ]


def _measure(pair: Pair) -> str:
    return "credit" if pair.shows_credit else "mean advantage"


def cells(pair: Pair) -> list[Cell]:
    """The six cells, always in this order."""
    return [_rewards(pair), _matched(pair), _moved(pair), _flips(pair), _correlation(pair), _errors(pair)]


def note(pair: Pair) -> str:
    """What a reader must know of the difference."""
    parts = ["The difference is right minus left"]
    if not pair.same_text:
        parts.append("words that only one side has stand without a colour there")
    if not pair.same_reward:
        parts.append("the two rewards need not have one unit")
    parts.append("hatching takes the two errors as independent")
    return numbers.as_sentence("; ".join(parts))


def _reward_change(pair: Pair) -> Sentence:
    if pair.same_text or not pair.same_reward:
        return []
    before, after = pair.left.document["reward"], pair.right.document["reward"]
    told = [numbers.plain(reward, pair.right.decimals.reward) for reward in (before, after)]
    if told[0] == told[1]:
        return [["text", f"The reward stays at {told[0]}. "]]
    return [["text", f"The reward {'rises' if after > before else 'falls'} from {told[0]} to {told[1]}. "]]


def _rewards(pair: Pair) -> Cell:
    rewards, nothing = (_both_ends(pair, name) for name in ("reward", "baseline"))
    return Cell(caption="Reward", value=rewards, detail=f"v(∅) {nothing}")


def _both_ends(pair: Pair, name: str) -> str:
    return " → ".join(
        numbers.plain(side.document[name], pair.right.decimals.reward) for side in (pair.left, pair.right)
    )


def _matched(pair: Pair) -> Cell:
    both, left, right = len(pair.both), len(pair.left.values), len(pair.right.values)
    if pair.same_text and both == left == right:
        return Cell(caption="Same text", value=numbers.plural(both, "token"), detail="each held against itself")
    return Cell(caption="In both", value=numbers.plural(both, "token"), detail=f"of {left:,} left and {right:,} right")


def _moved(pair: Pair) -> Cell:
    both = pair.both
    moved = sum(abs(after - before) for before, after in both) / 2
    whole = sum(abs(before) + abs(after) for before, after in both) / 2
    share = numbers.percent(moved / whole) if whole else "nothing to move"
    return Cell(caption="Moved", value=share, detail="Σ |right − left| of Σ |left| + |right|")


def _flips(pair: Pair) -> Cell:
    both = pair.both
    flips = sum(before * after < 0 for before, after in both)
    share = numbers.percent(flips / len(both)) if both else "none"
    return Cell(caption="Sign flips", value=f"{flips:,} of {numbers.plural(len(both), 'token')}", detail=share)


def _correlation(pair: Pair) -> Cell:
    caption = "Correlation"
    both = pair.both
    try:
        found = statistics.correlation([before for before, _ in both], [after for _, after in both])
    except statistics.StatisticsError:  # fewer than two tokens, or one side is constant
        return Cell(caption=caption, value="none", detail="one side is the same everywhere")
    return Cell(caption=caption, value=numbers.plain(found, 2), detail="over the tokens that both have")


def _errors(pair: Pair) -> Cell:
    told = " → ".join(_error(side) for side in (pair.left, pair.right))
    return Cell(caption="Standard error", value=told, detail="median per token, of the credit")


def _error(side: Subject) -> str:
    if side.document["method"]["exact"]:
        return "exact"
    errors = [token["standard_error"] for token in side.document["tokens"]]
    known = [error for error in errors if error is not None]
    return numbers.short(statistics.median(known)) if known else "none"


def _shown(pair: Pair, number: float | None) -> str:
    return "none" if number is None else value(pair, number)


def _words(pair: Pair, change: Change) -> str:
    texts = [_run(side, run) for side, run in ((pair.left, change.left), (pair.right, change.right))]
    told = [elided(text, _QUOTE) for text in texts]
    if not change.replaced:
        return told[1]
    return " → ".join(text or "∅" for text in told)


def _run(side: Subject, run: Run) -> str:
    if run[0] == run[1]:
        return ""
    return side.response[side.nesting.cores[run[0]][0] : side.nesting.cores[run[1] - 1][1]]


def _quote(side: Subject, run: Run) -> list[str]:
    values = side.values[run[0] : run[1]]
    step = side.scale.step(sum(values) / len(values))
    words = _run(side, run)
    return [step_name(step), quoted(words, _LONG_QUOTE)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
