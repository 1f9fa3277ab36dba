"""How the reports write numbers: a real minus sign, fixed decimals, no negative zero. Knows nothing of credit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MINUS = "−"
NBSP = "\u00a0"
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_DECIMALS = 12
_LARGEST_IN_FULL = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Decimals:
    """Digits after the point on one page, so that columns stay aligned: for credit and for whole rewards."""

    credit: int
    reward: int

    @classmethod
    def of(cls, credits: Iterable[float], rewards: Iterable[float]) -> Decimals:
        """Three for credit and two for rewards; more where even the largest value would lose its second digit."""
        return cls(credit=_enough(credits, 3), reward=_enough(rewards, 2))


def _enough(values: Iterable[float], least: int) -> int:
    largest = max((abs(value) for value in values), default=0.0)
    if largest == 0.0:
        return least
    return min(_MOST_DECIMALS, max(least, math.ceil(-math.log10(largest)) + 1))


def plain(value: float, decimals: int) -> str:
    """With a minus sign where negative: 0.62, −0.46."""
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and _is_not_zero(text) else text


def signed(value: float, decimals: int) -> str:
    """With a sign wherever the printed digits are not all zero: +0.029, −0.318, 0.000."""
    text = plain(value, decimals)
    return "+" + text if value > 0 and _is_not_zero(text) else text


def _is_not_zero(text: str) -> bool:
    return any(digit in text for digit in "123456789")


def advantage(value: float) -> str:
    """An advantage in sigma: two decimals, one from 10 upwards."""
    return signed(value, 1 if abs(value) >= 9.995 else 2)


def advantage_range(low: float, high: float) -> str:
    """Two advantages with the decimals of the larger one."""
    decimals = 1 if max(abs(low), abs(high)) >= 9.995 else 2
    return f"{signed(low, decimals)} to {signed(high, decimals)}"


def percent(share: float) -> str:
    """A share of one as a whole per cent; what is there but rounds to none says so."""
    text = "<1" if 0 < share < 0.005 else plain(share * 100, 0)
    return f"{text}{NBSP}%"


def count(number: int) -> str:
    """In full up to ten million, then as a power of ten."""
    if number < _LARGEST_IN_FULL:
        return f"{number:,}"
    # math.log10 takes integers far beyond the range of float.
    exponent = math.floor(math.log10(number))
    mantissa = 10 ** (math.log10(number) - exponent)
    return f"{mantissa:.1f} × 10{superscript(exponent)}"


def superscript(number: int) -> str:
    """A whole number as an exponent: ⁸⁴."""
    return str(number).translate(_SUPERSCRIPT)


def residual(value: float) -> str:
    """The size of a rounding error: 0, or one digit and its power of ten."""
    return "0" if value == 0 else f"{abs(value):.0e}".replace("e-0", "e-").replace("e+00", "").replace("-", MINUS)


def short(value: float) -> str:
    """Two significant digits without trailing zeros, for the ticks of a legend."""
    if value == 0:
        return "0"
    decimals = max(0, 1 - math.floor(math.log10(abs(value))))
    text = plain(value, min(decimals, _MOST_DECIMALS))
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_sentence(text: str) -> str:
    """A clause with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def plural(number: int, noun: str) -> str:
    """The number with its noun: 1 token, 7 tokens."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_SIGNIFICANT = 6


def rounded(value: Any) -> Any:
    """A copy of JSON data in which every float has six significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{_SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value
