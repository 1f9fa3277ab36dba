"""How long choosing coalitions takes, apart from evaluating them: 100 players, 1,000 evaluations, one thread.

    python tests/benchmarks/planning.py [--repeat 5]

The game costs next to nothing. Printed are processor seconds of each round of planning (refit, read-out, choice of the
next batch), the slowest round, all rounds together, and the error bars at the end, as medians over the repeats.
"""

from __future__ import annotations

import argparse
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from ospo_core.estimators.methods import method_named
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree

PLAYERS, EVALUATIONS = 100, 1000
TREE = Tree.from_nested([[[20 * s + 4 * p + w for w in range(4)] for p in range(5)] for s in range(5)])


class TimedGame:
    """Saturating and pairwise; notes when it is asked and when it has answered."""

    n_players = PLAYERS

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._single, self._pairs = rng.normal(size=PLAYERS) / 5, rng.normal(size=(PLAYERS, PLAYERS)) / 500
        self.asked: list[float] = []
        self.answered: list[float] = []

    def keys(self, coalitions: np.ndarray) -> list[bytes]:
        return [row.tobytes() for row in coalitions]

    def worths(self, coalitions: np.ndarray) -> np.ndarray:
        self.asked.append(process_time())
        present = coalitions.astype(float)
        worths = np.tanh(present @ self._single) + ((present @ self._pairs) * present).sum(axis=1)
        self.answered.append(process_time())
        return worths


def rounds() -> np.ndarray:
    """Processor seconds between an answer and the next question, the time after the last answer as the last entry."""
    game = TimedGame()
    method_named("bayesian-quadrature").find(TREE, Ledger(game, max_evaluations=EVALUATIONS), 0)
    return np.array([*game.asked[1:], process_time()]) - np.array(game.answered)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    with threadpool_limits(1):
        seconds = np.median([rounds() for _ in range(parser.parse_args().repeat)], axis=0)
    print(f"{PLAYERS} players, {EVALUATIONS} evaluations, processor seconds on one thread")
    print("each round of planning:", " ".join(f"{one:.3f}" for one in seconds[:-1]))
    print(
        f"slowest round {seconds[:-1].max():.3f}   all rounds {seconds[:-1].sum():.3f}   at the end {seconds[-1]:.3f}"
    )


if __name__ == "__main__":
    main()
