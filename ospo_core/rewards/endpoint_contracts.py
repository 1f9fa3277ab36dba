"""What a remote scorer is sent and what it answers: the form every contract has, and our own plain one.

Knows no network. A contract turns (prompt, response) pairs into one JSON body, and the JSON document that comes back
into one finite number per pair, or an error that says which pair is at fault; nothing in an answer is taken on trust.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ospo_core.errors import RewardError

Pair = tuple[str, str]
"""Prompt and response."""

EMPTY_TEXT = " "
"""Sent in place of an empty text, which Text Embeddings Inference refuses and vLLM refuses for some models."""


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """One text from a pair: `{prompt}` and `{response}` are put in once, so that braces in texts mean nothing."""

    template: str

    def text(self, pair: Pair) -> str:
        """The text, never empty."""
        parts = {"{prompt}": pair[0], "{response}": pair[1]}
        return re.sub(r"\{prompt\}|\{response\}", lambda found: parts[found[0]], self.template) or EMPTY_TEXT


@runtime_checkable
class Contract(Protocol):
    """How one kind of server is spoken to."""

    @property
    def path(self) -> str:
        """Where below the server's URL."""
        ...

    @property
    def template(self) -> TextTemplate | None:
        """How a pair becomes one text; None where both texts are sent."""
        ...

    @property
    def spare_inputs(self) -> int:
        """Inputs that every batch carries beside those of its pairs."""
        ...

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """The request for these pairs."""
        ...

    def scores(self, document: Any, count: int) -> list[float]:
        """One finite number per pair. Raises: RewardError: the answer is something else; `index` says where."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonContract:
    """The generic form, for a server of one's own.

    POST {"prompts": [...], "responses": [...], "model": ...} to the URL itself; it answers {"scores": [...]}, one
    number for each, in their order. "model" is there if it was set.
    """

    model: str | None
    path: str = ""
    template: None = None
    spare_inputs: int = 0

    def body(self, pairs: Sequence[Pair]) -> Mapping[str, Any]:
        """Prompts and responses as two lists."""
        lists = {"prompts": [prompt for prompt, _ in pairs], "responses": [response for _, response in pairs]}
        return lists if self.model is None else {"model": self.model, **lists}

    def scores(self, document: Any, count: int) -> list[float]:
        """The list under "scores"."""
        return [number(value, index) for index, value in enumerate(rows(entry(document, "scores"), count))]


def entry(document: Any, name: str) -> Any:
    """A mapping's entry. Raises: RewardError: it is not a mapping, or has none of that name."""
    if not isinstance(document, dict) or name not in document:
        raise RewardError(f'the answer lacks "{name}"; check contract')
    return document[name]


def rows(value: Any, count: int) -> list[Any]:
    """A list of that length. Raises: RewardError: it is not."""
    if not isinstance(value, list):
        raise RewardError("the answer holds no list where the scores should be; check contract")
    if len(value) != count:
        raise RewardError(f"the answer has {len(value):,} entries for {count:,} inputs; check contract")
    return value


def rows_by_index(value: Any, count: int) -> list[Any]:
    """A list of mappings brought into the order of their "index". Raises: RewardError: an index is wrong or twice."""
    found = {index: row for row in rows(value, count) if type(index := entry(row, "index")) is int}
    if sorted(found) != list(range(count)):
        raise RewardError(f"the answer's indexes are not 0 to {count - 1}, each once; check contract")
    return [found[index] for index in range(count)]


def number(value: Any, index: int | None) -> float:
    """A finite number. Raises: RewardError: it is not; carries the index."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RewardError("the answer has something else where a number should be; check contract", index=index)
    # A whole number of JSON may be too large for a float: comparing does not convert.
    if not math.isfinite(value) if isinstance(value, float) else abs(value) > 2**1000:
        raise RewardError("the answer has a number that is not finite; a reward must be", index=index)
    return float(value)


def chosen(values: Sequence[Any], place: int | None, index: int) -> float:
    """The value at that place, or the only one. Raises: RewardError: several and none chosen, or no such place."""
    if place is None and len(values) != 1:
        raise RewardError(f"the answer has {len(values):,} classes; say by class_index which one is the reward")
    if place is not None and place >= len(values):
        raise RewardError(f"the answer has {len(values):,} classes, so none of class_index {place}; they count from 0")
    return number(values[place or 0], index)
