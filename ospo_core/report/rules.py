"""What each redistribution rule does badly, one plain sentence a rule. Knows no numbers of a document but one.

Sources: the rules' own formulas, and a prototype on a small language model (few seeds, no GPU); where a sentence
rests on the prototype it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ospo_core.report import numbers

NOTES: Mapping[str, str] = {
    "uniform": "It is GRPO: a wrong word in a good response is reinforced with the rest, and a good phrase in a poor "
    "one is punished with the rest.",
    "proportional": "Its weights are never negative, so no token is ever turned against A: in a losing response the "
    "tokens of highest credit are pushed down hardest.",
    "rank": "It keeps the order of the credit and loses its size; its weights are never negative, so in a losing "
    "response the tokens of highest credit are pushed down hardest.",
    "rank_as_published": "It follows the published code, which gives the highest credit the lowest weight. In a "
    "prototype on a small model it learned least of all rules tried.",
    "hybrid": "It mixes proportional with uniform and keeps the flaw of both parts: no negative weight, so harmful "
    "tokens of a winning response are still pushed up.",
    "signed": "As a gradient it is biased, because coalitions drop what came before a token: where every token cost "
    "something, a prototype on a small model stayed at full length under it.",
    "return_to_go": "A token also answers for everything after it. In a prototype on a small model it learned about as "
    "fast as GRPO.",
    "prefix": "It scores unfinished texts, so the reward must mean something on a prefix; it costs one evaluation "
    "a part.",
    "past_conditioned": "It does not sum to T × A. In a prototype entropy fell faster than under GRPO, and on a real "
    "model it stuffed keywords where the reward paid for them.",
    "blend": "Half past-conditioned, half uniform: it dilutes both. On a real model, three seeds, it copied the prompt "
    "like GRPO where that paid, and led it by little more than the error where that did not pay.",
}
"""By rule name."""


FLOOR = "−\u2060(μ − v(∅)) / σ".replace(" ", numbers.NBSP)
"""What `signed` gives a token without credit."""


def without_credit(document: Mapping[str, Any]) -> str:
    """What `signed` gives a token without credit in this group, as a sentence; empty for every other rule."""
    if document["rule"] != "signed":
        return ""
    baseline = document["responses"][0]["baseline"]
    value = -(document["mean"] - baseline) / (document["std"] + document["eps"])
    return f"Signed gives a token without credit {numbers.advantage(value)}, which is {FLOOR}, not 0."
