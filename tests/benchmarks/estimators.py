"""How far each estimator is from the exact value at equal evaluations, on real rewards and real texts.

    python tests/benchmarks/estimators.py [--seeds 20] [--evaluations-per-player 16] [--json FILE]

Relative L2 error against the exact value of a 5x3x3 tree (6,272 coalitions), mean over seeds, for plain
permutations of the tree, for our antithetic rotated ones, and for what `auto` shows; then how often the nominal 95 %
intervals of what is shown hold the truth, over all players and over those above a tenth of the largest credit.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import method_named
from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.games.ledger import Ledger
from tests.benchmarks.games import KnownGame, known_games
from tests.benchmarks.texts import PLAYERS, TREE

Row = dict[str, float | str]


def plain_permutations(game: KnownGame, budget: int, seed: int) -> np.ndarray:
    """Independent orders of the tree, each walked once, while the next one fits the budget."""
    ledger, rng, marginals = Ledger(game, max_evaluations=budget), np.random.default_rng(seed), []
    while True:
        order = OrderSampler(TREE, rng).draw()
        walk = prefixes(order)
        if len(ledger.unseen(walk)) > ledger.left or ledger.requested > 4 * budget:
            return np.mean(marginals, axis=0)
        gained = np.empty(PLAYERS)
        gained[order] = np.diff(ledger.worths(walk))
        marginals.append(gained)


def ours(game: KnownGame, budget: int, seed: int) -> tuple[Estimate, Estimate]:
    """(permutations on the whole budget, what `auto` shows when exact does not fit)."""
    permutation = method_named("permutation").find(TREE, Ledger(game, max_evaluations=budget), seed)
    shown = method_named("bayesian-quadrature").find(TREE, Ledger(game, max_evaluations=budget), seed)
    return permutation.estimate, shown.estimate


def covered(estimate: Estimate, exact: np.ndarray) -> np.ndarray:
    """Which players' intervals hold the exact value; one that is right to rounding counts."""
    errors = estimate.standard_error(np.eye(PLAYERS, dtype=bool))
    if errors is None:
        return np.zeros(PLAYERS, dtype=bool)
    return np.abs(estimate.credit - exact) <= estimate.quantile * errors + 1e-9 * np.abs(exact).max()


def measured(name: str, text: str, game: KnownGame, budget: int, seeds: int) -> Row:
    """One row of the table."""
    size, credited = np.linalg.norm(game.exact), np.abs(game.exact) > 0.1 * np.abs(game.exact).max()
    plain, rotated, shown, inside, inside_credited = [], [], [], [], []
    for seed in range(seeds):
        permutation, estimate = ours(game, budget, seed)
        plain.append(np.linalg.norm(plain_permutations(game, budget, seed) - game.exact) / size)
        rotated.append(np.linalg.norm(permutation.credit - game.exact) / size)
        shown.append(np.linalg.norm(estimate.credit - game.exact) / size)
        inside.append(covered(estimate, game.exact).mean())
        inside_credited.append(covered(estimate, game.exact)[credited].mean())
    return {
        "game": name,
        "text": text,
        "plain permutations": float(np.mean(plain)),
        "antithetic rotated": float(np.mean(rotated)),
        "shown by auto": float(np.mean(shown)),
        "worst seed": float(np.max(shown)),
        "coverage, all": float(np.mean(inside)),
        "coverage, credited": float(np.mean(inside_credited)),
    }


def printed(row: Row) -> str:
    """A line of the table."""
    return "  ".join(f"{value:>18}" if isinstance(value, str) else f"{value:>18.3f}" for value in row.values())


def main() -> None:
    """Print the table, game by game as they are done; write it as JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--evaluations-per-player", type=int, default=16)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows: list[Row] = []
    for name, text, game in known_games():
        rows.append(measured(name, text, game, asked.evaluations_per_player * PLAYERS, asked.seeds))
        if len(rows) == 1:
            print("  ".join(f"{title:>18}" for title in rows[0]))
        print(printed(rows[-1]), flush=True)
    for name in dict.fromkeys(row["game"] for row in rows):
        of_game = [row for row in rows if row["game"] == name]
        columns = [title for title in of_game[0] if title not in ("game", "text")]
        print(
            printed({"game": name, "text": "mean", **{c: float(np.mean([row[c] for row in of_game])) for c in columns}})
        )
    if asked.json:
        machine = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
        asked.json.write_text(json.dumps({"machine": machine, "settings": vars(asked) | {"json": None}, "rows": rows}))


if __name__ == "__main__":
    main()
