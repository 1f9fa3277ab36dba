"""The data sets that come with the package, and the rewards that they were made for.

Knows where their files lie and what they are, not what a line means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledData:
    """Prompts to train on and prompts held out, and the rewards of a run that names none.

    `watch` are rewards to be looked at: what training on `reward` may harm.
    """

    name: str
    summary: str
    reward: Mapping[str, Any]
    watch: Mapping[str, Mapping[str, Any]]

    @property
    def path(self) -> Path:
        """The prompts to train on."""
        return _FOLDER / f"{self.name}.jsonl"

    @property
    def held_out(self) -> Path:
        """Prompts of the same kind that no run sees."""
        return _FOLDER / f"{self.name}.held_out.jsonl"


BUNDLED_DATA: Mapping[str, BundledData] = {
    data.name: data
    for data in (
        BundledData(
            name="product_search",
            summary="a shopper's request, to be rewritten as a query that finds the wanted products of a catalogue",
            reward={"kind": "retrieval"},
            watch={"unseen": {"kind": "retrieval", "index": "lexical"}},
        ),
        BundledData(
            name="citations",
            summary="a question and numbered sources, to be answered with a citation at every claim",
            reward={
                "kind": "weighted",
                "parts": [{"reward": "citation", "weight": 0.5}, {"reward": "rubric", "weight": 0.5}],
            },
            watch={"citation": {"kind": "citation"}, "facts": {"kind": "rubric"}},
        ),
        BundledData(
            name="toy",
            summary="one kind of request, for a model that knows the words of the product catalogue and nothing else",
            reward={"kind": "retrieval", "index": "lexical", "k": 50},
            watch={},
        ),
    )
}
