"""The JSON documents of a result (docs/result.md): the one form that files, reports and services read."""

from __future__ import annotations

from typing import Any

import numpy as np

from ospo_core.attribution import Attribution, Cost
from ospo_core.comparison import Comparison, Peers
from ospo_core.estimators.estimate import CONFIDENCE, Estimate
from ospo_core.redistribution.group import EPSILON
from ospo_core.text.hierarchy import Hierarchy

SCHEMA_VERSION = 1

Columns = dict[str, list[float] | list[None]]


def explain_document(attribution: Attribution, group: dict[str, Any] | None = None) -> dict[str, Any]:
    """The explain document; `group` is this response's place in a group (`group_place`), if it has one."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "explain",
        "prompt": attribution.prompt,
        **_explained(attribution),
        "group": group,
    }


def group_place(comparison: Comparison, peers: Peers) -> dict[str, Any]:
    """The `group` field of an explained response, from a comparison that holds it alone."""
    errors, attribution = comparison.standard_errors[0], comparison.attributions[0]
    return {
        "rewards": list(peers.rewards(attribution.reward)),
        "index": peers.index,
        "mean": comparison.mean,
        "std": comparison.std,
        "rule": comparison.rule.name,
        "clip": _clip(comparison),
        "advantage": comparison.flat[0],
        "token_advantages": list(comparison.advantages[0]),
        "standard_errors": None if errors is None else list(errors),
        "intervals": None if errors is None else [attribution.estimate.quantile * error for error in errors],
        "cost": _cost(peers.cost),
    }


def compare_document(comparison: Comparison) -> dict[str, Any]:
    """The compare document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "compare",
        "prompt": comparison.attributions[0].prompt,
        "mean": comparison.mean,
        "std": comparison.std,
        "eps": EPSILON,
        "rule": comparison.rule.name,
        "weight": comparison.redistribution.weight if comparison.rule.name in ("hybrid", "blend") else None,
        "clip": _clip(comparison),
        "conserves": comparison.conserves,
        "conservation_error": comparison.conservation_error,
        "invariant": comparison.rule.invariant,
        "responses": [_compared(comparison, which) for which in range(len(comparison.attributions))],
    }


def _compared(comparison: Comparison, which: int) -> dict[str, Any]:
    advantages, flat = np.array(comparison.advantages[which]), comparison.flat[which]
    return {
        **_explained(comparison.attributions[which]),
        "advantage": flat,
        "token_advantages": advantages.tolist(),
        "eos_advantage": comparison.eos[which],
        "sign_flips": float(np.mean(np.sign(advantages) * np.sign(flat) < 0)),
        "disagreement": _disagreement(advantages),
    }


def _disagreement(advantages: np.ndarray) -> float:
    """Half the L1 distance between the normalised absolute advantages and even shares: 0 flat, near 1 one token."""
    total = np.abs(advantages).sum()
    return float(np.abs(np.abs(advantages) / total - 1 / len(advantages)).sum() / 2) if total else 0.0


def _clip(comparison: Comparison) -> dict[str, Any] | None:
    clip = comparison.redistribution.clip
    if clip is None:
        return None
    mass = "given_back" if clip.gives_back else "cut"
    return {"bound": clip.bound, "mass": mass, "clipped_tokens": comparison.clipped_tokens}


def _explained(attribution: Attribution) -> dict[str, Any]:
    hierarchy, findings = attribution.hierarchy, attribution.findings
    shown = findings.estimate
    return {
        "response": hierarchy.text,
        "tokens": _tokens(hierarchy, shown),
        "tree": _tree(hierarchy, shown),
        "baseline": attribution.baseline,
        "reward": attribution.reward,
        "efficiency_residual": attribution.efficiency_residual,
        "method": {
            "name": shown.name,
            "exact": shown.exact,
            "reason": findings.reason,
            "consistent_coalitions": attribution.consistent_coalitions,
            **shown.details,
        },
        "estimates": [_estimate(hierarchy, estimate, estimate is shown) for estimate in findings.estimates],
        "partial": findings.partial,
        "masking": attribution.masking.as_json(),
        "players": hierarchy.player_kind,
        "tokenizer": hierarchy.tokenizer,
        "segmenter": hierarchy.segmenter,
        "reward_spec": attribution.reward_spec.as_json(),
        "reads_to_the_end": attribution.reads_to_the_end,
        "seed": attribution.seed,
        "cost": _cost(attribution.cost),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "evaluations_requested": cost.evaluations_requested,
        "evaluations_distinct": cost.evaluations_distinct,
        "evaluations_planned": cost.evaluations_planned,
        "forward_tokens": cost.forward_tokens,
        "seconds": cost.seconds,
    }


def _tokens(hierarchy: Hierarchy, estimate: Estimate) -> list[dict[str, Any]]:
    spans = [{"text": span.of(hierarchy.text), "start": span.start, "end": span.end} for span in hierarchy.tokens]
    return _joined(spans, _token_columns(hierarchy, estimate))


def _tree(hierarchy: Hierarchy, estimate: Estimate) -> list[dict[str, Any]]:
    nodes = []
    for number, node in enumerate(hierarchy.tree.nodes):
        span = hierarchy.node_span(number)
        nodes.append({"id": number, "parent": node.parent, "kind": node.kind, "start": span.start, "end": span.end})
    return _joined(nodes, _tree_columns(hierarchy, estimate))


def _estimate(hierarchy: Hierarchy, estimate: Estimate, shown: bool) -> dict[str, Any]:
    return {
        "name": estimate.name,
        "shown": shown,
        "unbiased": estimate.unbiased,
        "efficient": estimate.efficient,
        "confidence": CONFIDENCE,
        "tokens": _token_columns(hierarchy, estimate),
        "tree": _tree_columns(hierarchy, estimate),
    }


def _token_columns(hierarchy: Hierarchy, estimate: Estimate) -> Columns:
    players = np.eye(hierarchy.tree.n_players, dtype=bool)
    errors = estimate.standard_error(players)
    spread = None if errors is None else hierarchy.spread(errors)
    return _columns(hierarchy.spread(estimate.credit), spread, estimate)


def _tree_columns(hierarchy: Hierarchy, estimate: Estimate) -> Columns:
    members = hierarchy.tree.membership
    return _columns(estimate.total(members), estimate.standard_error(members), estimate)


def _columns(credit: np.ndarray, errors: np.ndarray | None, estimate: Estimate) -> Columns:
    if errors is None:
        unknown: list[None] = [None] * len(credit)
        return {"credit": credit.tolist(), "standard_error": unknown, "interval": unknown}
    return {
        "credit": credit.tolist(),
        "standard_error": errors.tolist(),
        "interval": (errors * estimate.quantile).tolist(),
    }


def _joined(rows: list[dict[str, Any]], columns: Columns) -> list[dict[str, Any]]:
    return [{**row, **{name: values[at] for name, values in columns.items()}} for at, row in enumerate(rows)]
