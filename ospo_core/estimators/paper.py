"""The credit of the OSPO paper (arXiv:2601.08403), for reproduction and comparison; not the Owen value.

Coalitions are contiguous windows of players (phrases, in the paper) up to a width, with the empty and the grand
coalition; above a number they are subsampled, those two kept. A player's credit is the weighted sum of its marginal
contributions over the coalitions S such that S and S + player are both among them, with Shapley's weight
1 / (n C(n - 1, |S|)). Most marginal contributions are never formed, so the credit captures only a share of
v(N) - v(empty); the share is part of the result.
"""

from __future__ import annotations

from math import comb

import numpy as np

from ospo_core.estimators.estimate import Estimate
from ospo_core.games.ledger import Ledger
from ospo_core.shapes import Coalitions, Credit, Worths

WIDTH = 8
MOST_COALITIONS = 64


def window_coalitions(n_players: int, *, width: int = WIDTH, most: int = MOST_COALITIONS, seed: int) -> Coalitions:
    """Empty, everyone, then windows of up to `width` neighbours, shortest first; at most `most` rows in all."""
    windows = [
        (start, start + size)
        for size in range(1, min(width, n_players - 1) + 1)
        for start in range(n_players - size + 1)
    ]
    if len(windows) > most - 2:
        chosen = np.random.default_rng(seed).choice(len(windows), size=most - 2, replace=False)
        windows = [windows[which] for which in sorted(chosen)]
    rows = np.zeros((len(windows) + 2, n_players), dtype=bool)
    rows[1] = True
    for row, (start, stop) in enumerate(windows, start=2):
        rows[row, start:stop] = True
    return rows


def paper_credit(coalitions: Coalitions, worths: Worths) -> Credit:
    """Weighted sum of the marginal contributions that both of whose coalitions are among the rows."""
    n = coalitions.shape[1]
    worth_of = {row.tobytes(): worth for row, worth in zip(coalitions, worths.tolist(), strict=True)}
    credit = np.zeros(n)
    for row, worth in zip(coalitions, worths.tolist(), strict=True):
        weight = 1 / (n * comb(n - 1, int(row.sum()))) if not row.all() else 0.0
        for player in np.flatnonzero(~row):
            joined = row.copy()
            joined[player] = True
            with_player = worth_of.get(joined.tobytes())
            if with_player is not None:
                credit[player] += weight * (with_player - worth)
    return credit


def paper_estimate(n_players: int, ledger: Ledger, seed: int, *, width: int = WIDTH) -> Estimate:
    """The paper's credit with its published defaults, within the ledger's budget. At most 64 evaluations."""
    most = min(MOST_COALITIONS, ledger.max_evaluations)
    coalitions = window_coalitions(n_players, width=width, most=most, seed=seed)
    ledger.plan(len(coalitions))
    worths = ledger.worths(coalitions)
    credit = paper_credit(coalitions, worths)
    total = float(worths[1] - worths[0])
    return Estimate(
        name="paper",
        credit=credit,
        error_factor=None,
        unbiased=False,
        efficient=False,
        evaluations=ledger.distinct,
        details={
            "width": width,
            "coalitions": len(coalitions),
            "captured_share": float(credit.sum()) / total if total else None,
        },
    )
