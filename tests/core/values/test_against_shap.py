"""A second implementation by other people: on a binary tree SHAP's PartitionExplainer, run to the end, is the value."""

import warnings

import numpy as np
import pytest

from ospo_core.games.ledger import Ledger
from ospo_core.games.masking import Drop
from ospo_core.games.response_game import response_game
from ospo_core.rewards.registry import build_reward
from ospo_core.text.spans import Span
from ospo_core.tree import Tree
from ospo_core.values.exact import owen_value

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing SHAP warns of optional packages; not ours to mend
    import shap

TEXT = "Give her 240 mg every six hours please"
REFERENCE = "240 mg of paracetamol every six hours, at most four times a day"
BALANCED = [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
LINKAGE = np.array(
    [[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 1, 2], [6, 7, 1, 2], [8, 9, 2, 4], [10, 11, 2, 4], [12, 13, 3, 8]], dtype=float
)
LOPSIDED = [0, [1, [2, [3, [4, [5, [6, 7]]]]]]]
LOPSIDED_LINKAGE = np.array(
    [[6, 7, 1, 2], [5, 8, 2, 3], [4, 9, 3, 4], [3, 10, 4, 5], [2, 11, 5, 6], [1, 12, 6, 7], [0, 13, 7, 8]], dtype=float
)


class Words:
    """The masker that SHAP asks for: it hands the mask itself through as the input of the model."""

    def __init__(self, linkage):
        self.clustering = linkage
        self.shape = (1, len(linkage) + 1)

    def __call__(self, mask, _):
        return (np.atleast_2d(mask),)


@pytest.mark.slow
@pytest.mark.parametrize(("nested", "linkage"), [(BALANCED, LINKAGE), (LOPSIDED, LOPSIDED_LINKAGE)])
def test_equals_the_partition_explainer_run_to_the_end(nested, linkage):
    """On a real MiniLM game and a binary tree both agree to 1e-5 in reward units."""
    starts = [0, *(index for index, character in enumerate(TEXT) if character == " ")]
    players = [Span(a, b) for a, b in zip(starts, [*starts[1:], len(TEXT)], strict=True)]
    reward = build_reward("similarity", {"reference": REFERENCE})
    game = response_game(prompt="", text=TEXT, players=players, reward=reward, masking=Drop())

    ours = owen_value(Tree.from_nested(nested), Ledger(game, max_evaluations=256))
    explainer = shap.PartitionExplainer(lambda masks: game.worths(masks.astype(bool)), Words(linkage))
    theirs = explainer(np.zeros((1, 8)), max_evals=10_000, silent=True).values[0]

    np.testing.assert_allclose(ours, theirs, atol=1e-5, rtol=0)
    assert np.abs(ours).max() > 0.05
