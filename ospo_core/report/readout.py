"""The readout strip under a map: what holds, what it cost, how sure it is.

Every estimate has its error and every total its check; a check that failed says so in words.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ospo_core.report import numbers
from ospo_core.report.subject import Subject

TOLERANCE = 1e-6
"""A residual above this, relative to the total it checks, is told as a failed check."""

METHODS: Mapping[str, str] = {
    "exact": "every consistent coalition",
    "permutation": "permutations of the tree",
    "bayesian-quadrature": "Bayesian quadrature",
    "gaussian-process": "Gaussian-process read-out",
    "past-conditioned": "past-conditioned, coalitions keep the past",
    "paper": "the paper’s windows of phrases",
    "even-split": "split evenly, stopped before it was explained",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: its caption, its value and a line below; `alarm` when a check failed."""

    caption: str
    value: str
    detail: str
    alarm: bool = False


def explain_cells(subject: Subject) -> list[Cell]:
    """The six cells of an explained response, always in this order."""
    return [
        _conserved(subject),
        _evaluations(subject.document),
        _standard_error(subject),
        _method(subject.document),
        _reward(subject.document),
        _time(subject.document),
    ]


def is_conserved(subject: Subject) -> bool:
    """Whether credit sums to R - v(nothing) up to rounding."""
    return abs(subject.document["efficiency_residual"]) <= TOLERANCE * max(1.0, abs(subject.gain))


def _conserved(subject: Subject) -> Cell:
    document, decimals = subject.document, subject.decimals.credit
    reward, baseline = (numbers.plain(document[name], decimals) for name in ("reward", "baseline"))
    nothing = f"({baseline})" if document["baseline"] < 0 else baseline
    gain = numbers.plain(subject.gain, decimals)
    if is_conserved(subject):
        detail = f"Σ credit = R − v(∅), residual {numbers.residual(document['efficiency_residual'])}"
        return Cell(caption="Conserved", value=f"{gain} = {reward} − {nothing}", detail=detail)
    total = numbers.plain(subject.gain + document["efficiency_residual"], decimals)
    share = document["method"].get("captured_share")
    detail = "this method does not promise it" if share is None else f"captures {numbers.percent(share)} of R − v(∅)"
    return Cell(caption="Not conserved", value=f"Σ credit {total}, R − v(∅) {gain}", detail=detail, alarm=True)


def _evaluations(document: Mapping[str, Any]) -> Cell:
    cost, group = document["cost"], document["group"]
    value = f"{cost['evaluations_distinct']:,} distinct, {cost['evaluations_requested']:,} asked"
    beside = f", {group['cost']['evaluations_distinct']:,} for the group" if group else ""
    return Cell(caption="Evaluations", value=value, detail=f"{cost['forward_tokens']:,} forward tokens{beside}")


def _standard_error(subject: Subject) -> Cell:
    caption = "Standard error"
    if subject.document["method"]["exact"]:
        return Cell(caption=caption, value="none, exact", detail="no estimate was made")
    errors = [token["standard_error"] for token in subject.document["tokens"]]
    known = [error for error in errors if error is not None]
    if not known:
        return Cell(caption=caption, value="no standard error", detail="this method has none")
    median, largest = numbers.short(statistics.median(known)), numbers.short(max(known))
    return Cell(caption=caption, value=f"{median} median", detail=f"{largest} largest, per token")


def _method(document: Mapping[str, Any]) -> Cell:
    method = document["method"]
    needed = method["consistent_coalitions"]
    if method["exact"]:
        return Cell(caption="Exact", value=f"all {numbers.count(needed)} coalitions", detail="the Owen value itself")
    detail = f"{METHODS[method['name']]}, seed {document['seed']}"
    return Cell(caption="Estimated", value=f"exact needs {numbers.count(needed)}", detail=detail)


def _reward(document: Mapping[str, Any]) -> Cell:
    masking = document["masking"]["kind"]
    return Cell(caption="Reward", value=document["reward_spec"]["kind"], detail=f"{masking} masking, v(∅) measured")


def _time(document: Mapping[str, Any]) -> Cell:
    value = f"{numbers.plain(document['cost']['seconds'], 1)} s"
    return Cell(caption="Time", value=value, detail=f"{document['players']} players, {document['segmenter']}")


def running_notice(subject: Subject) -> str:
    """How far a computation under way is."""
    cost = subject.document["cost"]
    return f"Running estimate after {cost['evaluations_distinct']:,} of {cost['evaluations_planned']:,} evaluations."


def partial_notice(subject: Subject) -> str:
    """How far a stopped computation came and what still holds; empty when it was not stopped."""
    if not subject.document["partial"]:
        return ""
    cost = subject.document["cost"]
    sums = "still sums" if is_conserved(subject) else "does not sum"
    return (
        f"Stopped at {cost['evaluations_distinct']:,} of {cost['evaluations_planned']:,} evaluations. "
        f"Credit {sums} to R − v(∅); it rests on what was done until then."
    )


def compare_cells(document: Mapping[str, Any]) -> list[Cell]:
    """The six cells of a compared group, always in this order."""
    return [
        _sums(document),
        _moved(document),
        _flips(document),
        _clipped(document),
        _group(document),
        _group_cost(document),
    ]


def _sums(document: Mapping[str, Any]) -> Cell:
    error = document["conservation_error"]
    if not document["conserves"]:
        return Cell(
            caption="Not conserved, by design", value="Σ differs from T × A", detail=f"by at most {error:.2f} of T × A"
        )
    detail = f"largest error {numbers.residual(error)}"
    if error > TOLERANCE:
        return Cell(caption="Not conserved", value="Σ differs from T × A", detail=detail, alarm=True)
    return Cell(caption=f"Conserved in all {len(document['responses'])}", value="Σ over tokens = T × A", detail=detail)


def _moved(document: Mapping[str, Any]) -> Cell:
    rows = document["responses"]
    flat = sum(abs(row["advantage"]) * len(row["tokens"]) for row in rows)
    moved = sum(abs(value - row["advantage"]) for row in rows for value in row["token_advantages"]) / 2
    value = f"{numbers.percent(moved / flat)} of |A| mass" if flat else "no |A| mass to move"
    return Cell(caption="Moved", value=value, detail=f"½ Σ |{_name(document)} − uniform|")


def _flips(document: Mapping[str, Any]) -> Cell:
    rows = document["responses"]
    tokens = sum(len(row["tokens"]) for row in rows)
    flips = sum(round(row["sign_flips"] * len(row["tokens"])) for row in rows)
    detail = f"{numbers.percent(flips / tokens)} against A"
    return Cell(caption="Sign flips", value=f"{flips:,} of {numbers.plural(tokens, 'token')}", detail=detail)


def _clipped(document: Mapping[str, Any]) -> Cell:
    clip = document["clip"]
    if clip is None:
        return Cell(caption="Clipped", value="off", detail="every advantage as the rule gave it")
    tokens = sum(len(row["tokens"]) for row in document["responses"])
    mass = {"given_back": "mass given back evenly", "cut": "mass cut off, not conserved"}[clip["mass"]]
    value = f"{clip['clipped_tokens']:,} of {numbers.plural(tokens, 'token')}"
    return Cell(caption=f"Clipped at {numbers.short(clip['bound'])} σ", value=value, detail=mass)


def _group(document: Mapping[str, Any]) -> Cell:
    baseline = document["responses"][0]["baseline"]
    value = f"μ {numbers.signed(document['mean'], 2)}, σ {document['std']:.2f}"
    return Cell(caption="Group", value=value, detail=f"v(∅) {numbers.signed(baseline, 2)}, measured")


def _group_cost(document: Mapping[str, Any]) -> Cell:
    distinct = sum(row["cost"]["evaluations_distinct"] for row in document["responses"])
    tokens = (token for row in document["responses"] for token in row["tokens"])
    errors = [token["standard_error"] for token in tokens if token["standard_error"] is not None]
    if all(row["method"]["exact"] for row in document["responses"]):
        detail = "exact, no standard error"
    else:
        detail = f"median standard error {numbers.short(statistics.median(errors))}" if errors else "no standard error"
    return Cell(caption="Evaluations", value=f"{distinct:,} distinct", detail=detail)


def _name(document: Mapping[str, Any]) -> str:
    return document["rule"].replace("_", " ")
