"""An explained response as the reports read it: what each map shows, on one scale. Knows no markup.

With a group the maps show advantages in sigma, the unit of training; without one they show credit in reward units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ospo_core.report.nesting import Nesting, Part
from ospo_core.report.numbers import Decimals, signed
from ospo_core.report.scale import Scale

_METHOD_TITLES = {"past-conditioned": "Past-conditioned credit", "paper": "Credit by the paper's estimator"}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One explain document with the values of its map.

    Attributes:
        values: what the map of tokens shows, one a token.
        intervals: half-widths of the intervals of those values; None where the method has none.
    """

    document: Mapping[str, Any]
    nesting: Nesting
    values: Sequence[float]
    intervals: Sequence[float | None]
    scale: Scale
    decimals: Decimals

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Subject:
        """Read a document of kind explain."""
        tokens, group = document["tokens"], document["group"]
        credit = [token["credit"] for token in tokens]
        values = group["token_advantages"] if group else credit
        intervals = group["intervals"] or [None] * len(tokens) if group else [token["interval"] for token in tokens]
        flat = [group["advantage"]] * len(tokens) if group else []
        rewards = (document["reward"], document["baseline"], document["reward"] - document["baseline"])
        return cls(
            document=document,
            nesting=Nesting.of(document),
            values=values,
            intervals=intervals,
            scale=Scale.of([*values, *flat]),
            decimals=Decimals.of(credit, rewards),
        )

    @property
    def response(self) -> str:
        """The text under study."""
        return self.document["response"]

    @property
    def group(self) -> Mapping[str, Any] | None:
        """Its place among the responses to the same prompt, or None."""
        return self.document["group"]

    @cached_property
    def credit(self) -> tuple[float, ...]:
        """Credit of each token, in reward units."""
        return tuple(token["credit"] for token in self.document["tokens"])

    @cached_property
    def part_decimals(self) -> int:
        """Digits after the point of what parts earn or cost, in a sentence."""
        return Decimals.of((), (part.credit for part in self.nesting.parts)).reward

    @property
    def gain(self) -> float:
        """v(everything) - v(nothing)."""
        return self.document["reward"] - self.document["baseline"]

    @property
    def method_title(self) -> str:
        """What the credit is, in words: only the Owen value and its estimates carry that name."""
        return _METHOD_TITLES.get(self.document["method"]["name"], "Owen credit")

    @property
    def finest_kind(self) -> str:
        """Words where the tree has them, else its players: what tables of the largest parts list."""
        kinds = self.nesting.kinds
        return "word" if "word" in kinds else kinds[-1]

    def margin(self, interval: float | None) -> str:
        """The half-width of an interval for the cell of a table; `exact` and `none` where there is none to give."""
        if self.document["method"]["exact"]:
            return "exact"
        return "none" if interval is None else f"± {interval:.{self.decimals.credit}f}"

    def margin_in_words(self, interval: float | None) -> str:
        """The same where no head of a column says what it is."""
        return "no interval" if interval is None else self.margin(interval)

    def label(self, credit: float, interval: float | None) -> str:
        """A credit with its interval, as a tooltip and a screen reader say it."""
        value, width = signed(credit, self.decimals.credit), self.margin_in_words(interval)
        return f"credit {value} {width}" if width.startswith("±") else f"credit {value}, {width}"

    def largest(self, number: int) -> list[Part]:
        """The words (or players) of largest absolute credit, largest first."""
        return sorted(self.nesting.of_kind(self.finest_kind), key=lambda part: -abs(part.credit))[:number]

    def is_distinct(self, token: int) -> bool:
        """Whether a token's credit can be told from zero; without an interval every credit counts."""
        credit, interval = self.credit[token], self.document["tokens"][token]["interval"]
        return credit != 0 and (interval is None or abs(credit) > interval)

    def quote(self, part: Part, limit: int = 44) -> str:
        """The words of a node on one line, shortened in the middle."""
        return elided(self.response[part.start : part.end], limit)

    def mean(self, part: Part) -> float:
        """What a map shows for a node: its mean per token, in the unit of the map."""
        if not part.tokens:
            return 0.0
        if not self.group:
            return part.credit / part.tokens
        return sum(share * self.values[token] for token, share in part.shares) / part.tokens

    def mean_interval(self, part: Part) -> float | None:
        """Half-width of the interval of that mean, or None.

        A rule that is linear in credit scales a node's interval as it scales every token's. For any other rule the
        document does not say how errors within a node go together; the mean of the tokens' intervals is then an
        upper bound.
        """
        if part.interval is None or not part.tokens:
            return None
        if not self.group:
            return part.interval / part.tokens
        if self._stretch is not None:
            return self._stretch * part.interval / part.tokens
        known = [self.intervals[token] for token, _ in part.shares]
        return None if None in known else sum(width for width in known if width is not None) / len(known)

    @cached_property
    def _stretch(self) -> float | None:
        pairs = zip(self.intervals, (token["interval"] for token in self.document["tokens"]), strict=True)
        ratios = [shown / own for shown, own in pairs if shown is not None and own]
        if not ratios:
            return 0.0
        return ratios[0] if max(ratios) - min(ratios) <= 1e-6 * max(ratios) else None


def elided(text: str, limit: int) -> str:
    """One line of at most `limit` characters: white space joined, the middle left out."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = (limit - 1) * 2 // 3
    return f"{line[:head].rstrip()}…{line[len(line) - (limit - 1 - head) :].lstrip()}"


def value_range(values: Iterable[float]) -> tuple[float, float]:
    """Smallest and largest of the values and zero: the ends of an axis."""
    listed = list(values)
    return min(0.0, *listed, 0.0), max(0.0, *listed, 0.0)
