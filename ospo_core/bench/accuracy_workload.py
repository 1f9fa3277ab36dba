"""The workload `accuracy`: how far from the exact value, at equal evaluations, beside other estimators.

Every instance of a family is evaluated at all its consistent coalitions, once; the estimators then run on what is
remembered, so that seconds here say nothing of speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ospo_core.bench.accuracy_cell import Cell, cell
from ospo_core.bench.accuracy_contenders import AccuracyContender, Ours, Permutations
from ospo_core.bench.accuracy_sheets import bad_cell_sheet, coverage_sheet, error_sheet, need_sheet, verdict_sheet
from ospo_core.bench.accuracy_verdicts import Verdict, below, compared, covering, not_above_noise, sooner
from ospo_core.bench.evaluations_to_error import Need, need
from ospo_core.bench.game_families import GameFamily, flat_families, tree_families
from ospo_core.bench.kernel_shap import PairedKernelShap
from ospo_core.bench.known_game import KnownGame
from ospo_core.bench.shap_on_tree import ShapOnTree
from ospo_core.bench.workload import Absent, Measured, Tell
from ospo_core.errors import ModelMissing

Families = Callable[[], tuple[GameFamily, ...]]
OURS, PERMUTATIONS, SHAP, KERNEL_SHAP = "ospo", "permutation", "shap_partition", "kernel_shap_paired"
"""The names of the contenders."""

_Found = TypeVar("_Found", Cell, Need)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyWorkload:
    """Ours, antithetic permutations, SHAP and, on games without a tree, shapiq. `repeat` is the number of seeds.

    Attributes:
        per_player: budgets on the trees, in distinct evaluations a player.
        instances: games of each family on the tree, and of each without one.
    """

    name: str = "accuracy"
    families: Families = tree_families
    flat_families: Families = flat_families
    per_player: tuple[int, ...] = (4, 8, 16, 32)
    instances: int = 6
    flat_instances: int = 3

    def measure(self, repeat: int, tell: Tell) -> Measured:
        """As promised by Workload."""
        shap, no_shap = self._present(SHAP, ShapOnTree)
        kernel, no_kernel = self._present(KERNEL_SHAP, PairedKernelShap)
        cells = list(self._cells((Ours(), Permutations(), *shap), repeat, tell))
        needs = list(self._needs((Ours(), *kernel), repeat, tell))
        verdicts = _verdicts(cells, needs, self.per_player)
        return Measured(
            rows=[each.as_json(self.name) for each in cells],
            more={
                "flat_games": [each.as_json(self.name) for each in needs],
                "accuracy_verdicts": [each.as_json(self.name) for each in verdicts],
            },
            sheets=(
                error_sheet(cells),
                coverage_sheet(_of(OURS, cells)),
                need_sheet(needs),
                verdict_sheet(verdicts),
                bad_cell_sheet(verdicts),
            ),
            absent=(*no_shap, *no_kernel),
        )

    def _present(
        self, name: str, kind: Callable[[], AccuracyContender]
    ) -> tuple[tuple[AccuracyContender, ...], tuple[Absent, ...]]:
        """(the contender, or nobody; who is absent)."""
        try:
            return (kind(),), ()
        except ModelMissing as missing:
            return (), (Absent(workload=self.name, contender=name, reason=str(missing)),)

    def _cells(self, contenders: Sequence[AccuracyContender], seeds: int, tell: Tell) -> Iterator[Cell]:
        families = self.families()
        steps, done = len(families) * (self.instances + len(contenders) * len(self.per_player)), 0
        for family in families:
            games = self._evaluated(family, self.instances, partial(_later, tell, done, steps))
            done += self.instances
            for budget in self.per_player:
                for contender in contenders:
                    tell(f"{self.name}: {family.name}, {contender.name} at {budget}n", done, steps)
                    yield cell(family.name, contender, games, budget * family.tree.n_players, seeds)
                    done += 1

    def _needs(self, contenders: Sequence[AccuracyContender], seeds: int, tell: Tell) -> Iterator[Need]:
        families = self.flat_families()
        steps, done = len(families) * (self.flat_instances + len(contenders)), 0
        for family in families:
            games = self._evaluated(family, self.flat_instances, partial(_later, tell, done, steps))
            done += self.flat_instances
            for contender in contenders:
                tell(f"{self.name}: {family.name} without a tree, {contender.name}", done, steps)
                yield need(family.name, contender, games, seeds)
                done += 1

    def _evaluated(self, family: GameFamily, instances: int, tell: Callable[[str, int], None]) -> list[KnownGame]:
        games: list[KnownGame] = []
        tell(f"{self.name}: {family.name}, every coalition of game 1 of {instances}", 0)
        for game in family.known(instances):
            games.append(game)
            if len(games) < instances:
                tell(f"{self.name}: {family.name}, every coalition of game {len(games) + 1} of {instances}", len(games))
        return games


def _later(tell: Tell, done: int, steps: int, what: str, further: int) -> None:
    tell(what, done + further, steps)


def _of(contender: str, found: Sequence[_Found]) -> list[_Found]:
    return [each for each in found if each.contender == contender]


def _verdicts(cells: Sequence[Cell], needs: Sequence[Need], per_player: Sequence[int]) -> list[Verdict]:
    """The promises, in the order in which they are printed; those without a contender are left out."""
    ours, permutation, shap = (_of(name, cells) for name in (OURS, PERMUTATIONS, SHAP))
    larger = [budget for budget in per_player if budget >= 8]
    smaller = [budget for budget in per_player if budget < 8]
    found = [
        *(compared(f"below {SHAP}", below, ours, shap, at, exceptions=1) for at in per_player if at <= 16),
        *(compared(f"below {PERMUTATIONS}", below, ours, permutation, at) for at in larger),
        *(compared(f"within noise of {PERMUTATIONS}", not_above_noise, ours, permutation, at) for at in smaller),
        *(covering(ours, at) for at in larger),
        sooner(_of(OURS, needs), _of(KERNEL_SHAP, needs), exceptions=1),
    ]
    return [verdict for verdict in found if verdict is not None]
