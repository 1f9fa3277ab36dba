"""Documents as the engine writes them, with invented credit, for tests of the reports. No figure here is a result."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

MEDICAL_PROMPT = (
    "“My daughter is 4 and weighs 16 kg. She has a fever of 39.1 °C. Can I give her paracetamol, and how much?”"
)
MEDICAL = [
    [["Yes, ", "paracetamol is ", "a suitable first choice "], ["for fever ", "in a child ", "of this age. "]],
    [
        ["The usual dose ", "is 15 mg ", "per kilogram, "],
        ["so ", "for 16 kg ", "you would give ", "2,400 mg ", "every four hours. "],
    ],
    [["Do not exceed ", "four doses ", "in 24 hours, "], ["and offer ", "plenty of fluids. "]],
    [
        ["See a doctor ", "if the fever lasts ", "more than three days, "],
        ["or sooner ", "if she becomes drowsy ", "or refuses to drink."],
    ],
]
MEDICAL_CREDIT = {
    "2,400": -0.318,
    "mg": [0.004, -0.111],
    "every": -0.064,
    "four": [-0.122, 0.014],
    "hours": [-0.086, 0.005],
    "give": -0.064,
    "would": -0.029,
    "suitable": 0.018,
    "first": 0.009,
    "choice": 0.012,
    "fever": 0.016,
    "15": 0.021,
    "exceed": 0.022,
    "doses": 0.019,
    "24": 0.017,
    "fluids": 0.02,
    "doctor": 0.026,
    "sooner": 0.014,
    "drowsy": 0.029,
    "refuses": 0.022,
    "drink": 0.012,
    "three": 0.008,
}
LEASE_PROMPT = "The lease is attached. May the tenant leave before the five years are up? Name the clause."
LEASES = [
    ("Yes. Clause 9.2 lets the tenant end the lease after 24 months with six months’ notice in writing.", 0.82),
    ("Clause 9.2 allows it after two years, with written notice.", 0.55),
    (
        "Yes, clause 9.2 gives the tenant a break right after 24 months, but notice may be given by telephone at any "
        "time.",
        -0.22,
    ),
    ("The lease runs for five years and nothing in it lets the tenant leave at any time.", -0.48),
    ("Perhaps. Many leases have a break right; look for the word notice in clause 9.", 0.04),
    ("Clause 9.2: after 24 months, by notice in writing, provided that the rent is paid.", 0.51),
]
LEASE_CREDIT = {
    "9.2": 0.14,
    "Clause": 0.05,
    "clause": 0.06,
    "24": 0.09,
    "months": 0.04,
    "writing": 0.07,
    "written": 0.06,
    "telephone": -0.24,
    "any": -0.12,
    "time": -0.1,
    "nothing": -0.26,
    "Perhaps": -0.08,
    "word": -0.03,
    "break": 0.05,
}
HOSTILE = (
    '</script><script>window.owned = 1</script> <img src=x onerror="window.owned=2"> <style>*{display:none}</style>\n'
    "'\"><svg onload=window.owned=3> [link](javascript:window.owned=4) javascript:window.owned=5 **bold** {{ 7*7 }}\r\n"
    "</textarea></title></bdi></q> &lt;b&gt; &amp; <!-- ]]> \u2028line\u2029end \u202eright to left\u202c "
    "\u2066iso\u2069 [red]markup[/red] \x1b[31mescape\x07"
    " https://example.invalid/x.png <link rel=stylesheet href=//example.invalid/a.css>"
)
ARABIC = "نعم، الباراسيتامول مناسب. الجرعة 2,400 ملغ كل أربع ساعات."
CODE = "def dose(kg):\n    return 15 * kg  # mg\n\n\nprint(dose(16))\n"

Phrases = Sequence[Sequence[Sequence[str]]]
"""Sentences of clauses of phrases; the texts joined are the response."""


def explain_document(
    phrases: Phrases = MEDICAL,
    *,
    prompt: str = MEDICAL_PROMPT,
    credit: Callable[[str], float] | Mapping[str, float | list[float]] = MEDICAL_CREDIT,
    error: float | None = 0.004,
    baseline: float = -0.04,
    rewards: Sequence[float] | None = None,
    rule: str = "signed",
    estimates: int = 2,
    **changes: Any,
) -> dict[str, Any]:
    """A document of kind explain. With `rewards` of the other members it has a group, and this one is the last."""
    response = "".join(phrase for sentence in phrases for clause in sentence for phrase in clause)
    worth = credit if callable(credit) else _by_occurrence(credit)
    nodes = _nodes(phrases, worth, error)
    tokens = _tokens(response, nodes, error)
    gain = nodes[0]["credit"]
    shown = {"tokens": _columns(tokens), "tree": _columns(nodes)}
    document = {
        "schema_version": 1,
        "kind": "explain",
        "prompt": prompt,
        "response": response,
        "tokens": tokens,
        "tree": nodes,
        "baseline": baseline,
        "reward": baseline + gain,
        "efficiency_residual": 2.2e-16,
        "method": {
            "name": "exact" if error == 0 else "permutation",
            "exact": error == 0,
            "reason": "All 31,632 consistent coalitions of this tree fit the budget."
            if error == 0
            else "The budget of 2,048 evaluations is below the 31,632 consistent coalitions of this tree.",
            "consistent_coalitions": 31632,
        },
        "estimates": [
            {"name": "permutation", "shown": True, "unbiased": True, "efficient": True, "confidence": 0.95, **shown},
            {
                "name": "gaussian-process",
                "shown": False,
                "unbiased": False,
                "efficient": True,
                "confidence": 0.95,
                "tokens": _columns([_shrunk(token) for token in tokens]),
                "tree": _columns([_shrunk(node) for node in nodes]),
            },
        ][:estimates],
        "partial": False,
        "masking": {"kind": "drop"},
        "players": "word",
        "tokenizer": "words in pieces",
        "segmenter": "unicode rules",
        "reward_spec": {"kind": "rubric", "settings": {"criteria": ["dose", "interval"]}, "sha256": "0" * 64},
        "reads_to_the_end": True,
        "seed": 11,
        "cost": {
            "evaluations_requested": 2904,
            "evaluations_distinct": 2048,
            "evaluations_planned": 2048,
            "forward_tokens": 135168,
            "seconds": 20.6,
        },
        "group": None,
    }
    if rewards is not None:
        document["group"] = _group([*rewards, document["reward"]], rule, tokens, baseline)
    return document | changes


def compare_document(rule: str = "signed", prompt: str = LEASE_PROMPT, **changes: Any) -> dict[str, Any]:
    """A document of kind compare: six answers about a lease."""
    rewards = [reward for _, reward in LEASES]
    mean, std, eps, baseline = statistics.mean(rewards), statistics.stdev(rewards), 1e-4, 0.02
    responses = []
    for text, reward in LEASES:
        own = explain_document(segmented(text), credit=LEASE_CREDIT, baseline=baseline, estimates=1)
        _stretch(own, reward - baseline)
        flat = (reward - mean) / (std + eps)
        count = len(own["tokens"])
        values = [
            flat if rule == "uniform" else (count * token["credit"] - (mean - baseline)) / (std + eps)
            for token in own["tokens"]
        ]
        flips = sum(value * flat < 0 for value in values) / count
        mass = sum(abs(value) for value in values)
        apart = sum(abs(abs(value) / mass - 1 / count) for value in values) / 2
        member = {name: value for name, value in own.items() if name not in ("prompt", "group", "kind")}
        responses.append(
            member
            | {
                "reward": reward,
                "advantage": flat,
                "token_advantages": values,
                "eos_advantage": flat,
                "sign_flips": flips,
                "disagreement": apart,
            }
        )
    document = {
        "schema_version": 1,
        "kind": "compare",
        "prompt": prompt,
        "mean": mean,
        "std": std,
        "eps": eps,
        "rule": rule,
        "clip": {"bound": 3.0, "mass": "given_back", "clipped_tokens": 4},
        "conserves": True,
        "conservation_error": 7e-15,
        "invariant": "Token advantages of a response sum to its tokens times its flat advantage.",
        "responses": responses,
    }
    return document | changes


def segmented(text: str) -> Phrases:
    """Any text as sentences of clauses of phrases of at most three words, by rules good enough for tests."""
    sentences = _cut(text, r"(?<=[.!?])\s+|\n+")
    return [[_runs(re.findall(r"\s*\S+\s*", clause), 3) for clause in _cut(one, r"(?<=[,;:])\s+")] for one in sentences]


def long_document(words: int) -> dict[str, Any]:
    """A response of many words, two tokens each, with a full stop after every fifteenth."""
    text = " ".join(f"wordy{place % 97}" + ("." if place % 15 == 14 else "") for place in range(words))
    return explain_document(segmented(text), credit=lambda word: 0.01 * (len(word) - 7) + 0.001, estimates=1)


def _by_occurrence(credit: Mapping[str, float | list[float]]) -> Callable[[str], float]:
    """Credit by word; a list gives it occurrence by occurrence. Words without an entry get a little, as in life."""
    seen: Counter[str] = Counter()

    def worth(word: str) -> float:
        bare = word.strip(" .,;:!?\n")
        values = credit.get(bare, 0.001 if len(bare) > 3 else 0.0)
        seen[bare] += 1
        return values[min(seen[bare], len(values)) - 1] if isinstance(values, list) else values

    return worth


def _cut(text: str, pattern: str) -> list[str]:
    edges = [0, *(found.end() for found in re.finditer(pattern, text) if found.end() < len(text)), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


def _runs(words: Sequence[str], size: int) -> list[str]:
    return ["".join(words[place : place + size]) for place in range(0, len(words), size)]


def _nodes(phrases: Phrases, worth: Callable[[str], float], error: float | None) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []

    def add(item: Any, parent: int | None, depth: int, start: int) -> tuple[int, float]:
        kind = ("response", "sentence", "clause", "phrase", "word")[depth]
        number, end, total = len(nodes), start, 0.0
        nodes.append({"id": number, "parent": parent, "kind": kind, "start": start})
        if depth == 4:
            end, total = start + len(item), worth(item)
        for child in [] if depth == 4 else item if depth < 3 else re.findall(r"\s*\S+\s*|\s+", item):
            end, credit = add(child, number, depth + 1, end)
            total += credit
        deviation = None if error is None else error * (1 + 0.9 * (4 - depth)) * (0.6 + 4 * min(abs(total), 0.3))
        nodes[number] |= {"end": end, "credit": total, **_spread(deviation)}
        return end, total

    add(phrases, None, 0, 0)
    return nodes


def _tokens(response: str, nodes: Sequence[Mapping[str, Any]], error: float | None) -> list[dict[str, Any]]:
    """Pieces of at most five characters with the blanks before them, each with its share of its word's credit."""
    words = [node for node in nodes if node["kind"] == "word"]
    tokens = []
    for found in re.finditer(r"\n|[^\S\n]*(?:[^\W\d]{1,5}|\d{1,3}|[^\w\s]|_)|\s+", response):
        core = found.end() - 1
        word = next(word for word in words if word["start"] <= core < word["end"])
        pieces = re.findall(r"[^\W\d]{1,5}|\d{1,3}", response[word["start"] : word["end"]])
        counts = any(character.isalnum() for character in found.group())
        share = 1 / len(pieces) if counts else 0.0 if pieces else 1.0
        deviation = None if error is None else word["standard_error"] * share
        place = {"text": found.group(), "start": found.start(), "end": found.end()}
        tokens.append(place | {"credit": word["credit"] * share, **_spread(deviation)})
    return tokens


def _spread(deviation: float | None) -> dict[str, float | None]:
    return {"standard_error": deviation, "interval": None if deviation is None else 1.96 * deviation}


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in ("credit", "standard_error", "interval")}


def _shrunk(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"credit": 0.93 * row["credit"], **_spread(0.6 * (row["standard_error"] or 0.0))}


def _stretch(document: dict[str, Any], gain: float) -> None:
    """Spread what is missing to `gain` evenly over the tokens, and keep the sums."""
    missing = gain - sum(token["credit"] for token in document["tokens"])
    for token in document["tokens"]:
        token["credit"] += missing / len(document["tokens"])


def _group(rewards: Sequence[float], rule: str, tokens: Sequence[Mapping[str, Any]], baseline: float) -> dict[str, Any]:
    mean, std = statistics.mean(rewards), statistics.stdev(rewards) + 1e-4
    stretch = len(tokens) / std
    errors = [token["standard_error"] for token in tokens]
    scaled = None if None in errors else [error * stretch for error in errors]
    return {
        "rewards": list(rewards),
        "index": len(rewards) - 1,
        "mean": mean,
        "std": statistics.stdev(rewards),
        "rule": rule,
        "clip": None,
        "advantage": (rewards[-1] - mean) / std,
        "token_advantages": [(len(tokens) * token["credit"] - (mean - baseline)) / std for token in tokens],
        "standard_errors": scaled,
        "intervals": None if scaled is None else [1.96 * error for error in scaled],
        "cost": {
            "evaluations_requested": len(rewards) - 1,
            "evaluations_distinct": len(rewards) - 1,
            "evaluations_planned": len(rewards) - 1,
            "forward_tokens": 66 * (len(rewards) - 1),
            "seconds": 0.1,
        },
    }
