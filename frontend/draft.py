"""What the form says, and the request that it makes. Knows no Streamlit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BUDGETS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 20000)
Budget = int | None
"""Evaluations a response; None leaves it to the engine, which takes 512, or four a token."""
MOST_RESPONSES = 64
_BETWEEN = re.compile(r"^[ \t]*-{3,}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The fields of the form.

    Attributes:
        text: the response, or several separated by a line of ---.
        example: bundled case in whose folder the settings' paths start.
    """

    prompt: str = ""
    text: str = ""
    reward: str = "similarity"
    settings: Mapping[str, Any] = field(default_factory=dict)
    example: str | None = None
    players: str = "word"
    masking: str = "drop"
    method: str = "auto"
    budget: Budget = None

    @staticmethod
    def of(request: Mapping[str, Any]) -> Draft:
        """The form that makes this request: a body of POST /v1/attributions or /v1/groups."""
        options, reward = request.get("options") or {}, request["reward"]
        texts = request["responses"] if "responses" in request else [request["response"]]
        return Draft(
            prompt=request["prompt"],
            text="\n---\n".join(texts),
            reward=reward["kind"],
            settings=reward.get("settings") or {},
            example=reward.get("example"),
            players=options.get("players") or "word",
            masking=options.get("masking") or "drop",
            method=options.get("method") or "auto",
            budget=nearest_budget(options.get("budget")),
        )

    @property
    def responses(self) -> Sequence[str]:
        """Each without the line breaks that the separator needs; empty ones are none."""
        pieces = _BETWEEN.split(self.text)
        if len(pieces) == 1:
            return [self.text] if self.text.strip() else []
        return [piece.strip("\n") for piece in pieces if piece.strip()]

    @property
    def is_group(self) -> bool:
        """Whether there are several responses to compare."""
        return len(self.responses) > 1

    @property
    def missing(self) -> str | None:
        """What must be given before it can be sent."""
        if not self.responses:
            return "Paste a response to explain."
        if len(self.responses) > MOST_RESPONSES:
            return f"A group has at most {MOST_RESPONSES} responses."
        return None

    def body(self) -> dict[str, Any]:
        """The request; a group where there are several responses."""
        options: dict[str, Any] = {"players": self.players, "masking": self.masking, "method": self.method}
        options["budget"] = self.budget
        if self.method == "exact":
            options["budget"] = BUDGETS[-1]
        reward = {"kind": self.reward, "settings": dict(self.settings)}
        if self.example is not None:
            reward["example"] = self.example
        texts = {"responses": list(self.responses)} if self.is_group else {"response": self.responses[0]}
        return {"prompt": self.prompt, **texts, "reward": reward, "options": options}


def digest(body: Mapping[str, Any]) -> str:
    """Tells two requests apart without keeping their texts."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def nearest_budget(budget: Budget) -> Budget:
    """The step of the slider that is not below, or the last; None stays."""
    return None if budget is None else next((step for step in BUDGETS if step >= budget), BUDGETS[-1])
