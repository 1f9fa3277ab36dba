"""The libraries on an answer short enough for every coalition to be evaluated, each beside its own exact value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ospo_core.attribution import Options, attribute
from ospo_core.bench.captum_sampling import CaptumSampling
from ospo_core.bench.masked_answer import MaskedAnswer
from ospo_core.bench.seconds_to_error import Estimator, Racer
from ospo_core.bench.shap_partition import ShapPartition
from ospo_core.errors import ModelMissing
from ospo_core.games.ledger import Ledger
from ospo_core.games.masking import Drop
from ospo_core.games.response_game import response_game
from ospo_core.rewards.reward import Reward
from ospo_core.shapes import Credit
from ospo_core.tree import Tree
from ospo_core.values.exact import owen_value

_EVERY = 10**6
"""A budget that no exact value of a short answer exceeds."""


def racers(prompt: str, text: str, reward: Reward) -> tuple[Racer, ...]:
    """Ours, SHAP and captum; those left out whose package is not installed. 2**words evaluations for the exact values.

    Raises: TextError, ModelMissing: of the text and the reward's model.
    """
    kinds: Sequence[Callable[[MaskedAnswer], Racer]] = (_ours, _shap, _captum)
    found = []
    for kind in kinds:
        answer = MaskedAnswer.of(prompt, text, reward)
        try:
            found.append(kind(answer))
        except ModelMissing:  # said already by the contender of the same name
            continue
    return tuple(found)


def _ours(answer: MaskedAnswer) -> Racer:
    def estimate(budget: int, seed: int) -> Credit:
        options = Options(budget=budget, seed=seed)
        return attribute(answer.prompt, answer.text, answer.reward, options).estimate.credit

    exact = attribute(answer.prompt, answer.text, answer.reward, Options(method="exact", budget=_EVERY))
    return Racer(
        contender="ospo",
        target="Winter, text's tree",
        exact=exact.estimate.credit,
        estimator=_counted(answer, estimate),
    )


def _shap(answer: MaskedAnswer) -> Racer:
    explainer = ShapPartition(answer)
    return Racer(
        contender="shap_default",
        target="Owen, SHAP's tree",
        exact=explainer.credit(budget=_EVERY),
        estimator=_counted(answer, lambda budget, _: explainer.credit(budget=budget)),
    )


def _captum(answer: MaskedAnswer) -> Racer:
    sampling, words = CaptumSampling(answer), len(answer.players)
    return Racer(
        contender="captum_shapley_sampling",
        target="Shapley",
        exact=_shapley_value(answer),
        estimator=_counted(answer, lambda budget, seed: sampling.credit(orders=budget // words, seed=seed)),
    )


def _shapley_value(answer: MaskedAnswer) -> Credit:
    game = response_game(
        prompt=answer.prompt, text=answer.text, players=answer.players, reward=answer.reward, masking=Drop()
    )
    return owen_value(Tree.flat(game.n_players), Ledger(game, max_evaluations=_EVERY))


def _counted(answer: MaskedAnswer, estimate: Callable[[int, int], Credit]) -> Estimator:
    def run(budget: int, seed: int) -> tuple[Credit, int]:
        before = answer.evaluations
        credit = estimate(budget, seed)
        return credit, answer.evaluations - before

    return run
