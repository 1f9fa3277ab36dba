"""How far each estimator is from the exact value at equal evaluations, on real rewards and real texts.

    python tests/benchmarks/estimators.py [--seeds 20] [--evaluations-per-player 16] [--json FILE]
                                          [--noise SHARE] [--sampled]

Relative L2 error against the exact value of a 5x3x3 tree (6,272 coalitions), mean over seeds, for plain
permutations of the tree, for our antithetic rotated ones, and for what `auto` shows; then how often the nominal 95 %
intervals of what is shown hold the truth, over all players and over those above a tenth of the largest credit.

`--noise` adds to every worth a fixed random number of that share of their standard deviation, a judge that is only
roughly right; the error is then against the exact value without noise. `--sampled` reads credit out over 64 sampled
orders, as for responses too long to list their consistent coalitions.
"""

from __future__ import annotations

import argparse
import json
import platform
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ospo_core.bench.accuracy_contenders import covered
from ospo_core.bench.game_families import TEXT_FAMILIES, specimen_game
from ospo_core.bench.known_game import KnownGame
from ospo_core.bench.specimen_rewards import SpecimenRewards
from ospo_core.bench.specimens import PLAYERS, SPECIMENS, TREE
from ospo_core.estimators import odd_game
from ospo_core.estimators.estimate import Estimate
from ospo_core.estimators.methods import method_named
from ospo_core.estimators.orders import OrderSampler, prefixes
from ospo_core.games.ledger import Ledger
from ospo_core.values.consistent import ConsistentCoalitions

Row = dict[str, float | str]

RETRIEVALS = ("NDCG", "BM25")
PRODUCTS = ("jacket", "tent", "boots")


def known_games() -> Iterator[tuple[str, str, KnownGame]]:
    """(game, text, the game itself): cosine and rubric on every text, dense and lexical NDCG on the product texts."""
    rewards = SpecimenRewards()
    for specimen in SPECIMENS:
        for name, reward in TEXT_FAMILIES.items():
            if name not in RETRIEVALS or specimen.name in PRODUCTS:
                game = specimen_game(specimen, specimen.players, reward(rewards, specimen))
                yield name, specimen.name, KnownGame(game, TREE)


class Noisy:
    """A known game seen through a judge whose every answer is off by a fixed random amount; `exact` is without it."""

    def __init__(self, game: KnownGame, share: float) -> None:
        every = ConsistentCoalitions(TREE).coalitions
        self._game, self._sd = game, share * float(game.worths(every).std())
        self.n_players, self.exact, self.keys = game.n_players, game.exact, game.keys

    def worths(self, coalitions: np.ndarray) -> np.ndarray:
        errors = [np.random.default_rng(zlib.crc32(str(key).encode())).normal() for key in self.keys(coalitions)]
        return self._game.worths(coalitions) + self._sd * np.array(errors)


def plain_permutations(game: KnownGame | Noisy, budget: int, seed: int) -> np.ndarray:
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


def ours(game: KnownGame | Noisy, budget: int, seed: int) -> tuple[Estimate, Estimate]:
    """(permutations on the whole budget, what `auto` shows when exact does not fit)."""
    permutation = method_named("permutation").find(TREE, Ledger(game, max_evaluations=budget), seed)
    shown = method_named("bayesian-quadrature").find(TREE, Ledger(game, max_evaluations=budget), seed)
    return permutation.estimate, shown.estimate


def measured(name: str, text: str, game: KnownGame | Noisy, budget: int, seeds: int) -> Row:
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
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--sampled", action="store_true")
    asked = parser.parse_args()
    if asked.sampled:
        odd_game.MOST_CONTEXTS, odd_game.READ_OUT_ORDERS = 100, (64, 64)
    rows: list[Row] = []
    for name, text, game in known_games():
        seen = Noisy(game, asked.noise) if asked.noise else game
        rows.append(measured(name, text, seen, asked.evaluations_per_player * PLAYERS, asked.seeds))
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
