"""What a process says of coalitions before they are evaluated."""

import numpy as np
import pytest

from ospo_core.estimators.foretelling import Foretold, Surprise, error_scale, foretell
from ospo_core.estimators.odd_game import ReadOut
from ospo_core.estimators.odd_process import DEFAULT, Seen, complete
from ospo_core.tree import Tree

TREE = Tree.from_nested([[0, 1, 2], [3, 4], [5]])


@pytest.fixture
def completed():
    rng = np.random.default_rng(0)
    everybody = np.ones(6, dtype=bool)
    read_out = ReadOut.of(TREE, everybody, rng)
    some = read_out.coalitions[:6]
    coalitions = np.concatenate([some, ~some])
    seen = Seen.of(TREE, coalitions, worth(coalitions), everybody)
    return complete(seen, read_out, rng, np.ones(6), DEFAULT)


def worth(coalitions):
    return coalitions @ np.arange(6.0) + coalitions[:, 0] * coalitions[:, 3] * coalitions[:, 5]


def odd(coalitions):
    return (worth(coalitions) - worth(~coalitions)) / 2


def test_a_coalition_and_its_complement_are_foretold_alike(completed):
    """The odd part changes its sign, and so does what is said of it: the surprise is the same."""
    batch = completed.read_out.coalitions[completed.unseen]
    turned = np.where(np.arange(len(batch))[:, None] % 2 == 0, batch, ~batch)

    as_chosen = foretell(completed, batch).surprise(odd(batch))
    some_turned = foretell(completed, turned).surprise(odd(turned))

    assert as_chosen.count == len(batch) > 4
    assert as_chosen.squares == pytest.approx(some_turned.squares, rel=1e-6)


def test_what_was_seen_is_foretold_with_certainty(completed):
    """Next to what it expects of the others, the process leaves hardly any room."""
    seen = foretell(completed, completed.seen.pairs.coalitions[:1])
    unseen = foretell(completed, completed.read_out.coalitions[completed.unseen[:1]])

    assert seen.mean[0] == pytest.approx(odd(completed.seen.pairs.coalitions[:1])[0])
    assert abs(seen.factor[0, 0]) < abs(unseen.factor[0, 0])


def test_errors_that_were_expected_together_surprise_once():
    """Two that rise and fall together: both off by a deviation is hardly more than one of them, apart is a wonder."""
    nearly_one = np.linalg.cholesky(np.array([[1.0, 0.99], [0.99, 1.0]]))
    foretold = Foretold(mean=np.array([2.0, 3.0]), factor=nearly_one)

    assert foretold.surprise(np.array([3.0, 4.0])).squares == pytest.approx(2 / 1.99)
    assert foretold.surprise(np.array([3.0, 2.0])).squares == pytest.approx(200)


def test_error_bars_follow_the_last_two_batches():
    """Errors as expected change nothing; the process's own word counts as sixteen; what was before is forgotten."""
    long_ago = Surprise(1e6, 40)

    assert error_scale([]) == 1.0
    assert error_scale([long_ago, Surprise(20.0, 20), Surprise(30.0, 30)]) == 1.0
    assert error_scale([long_ago, Surprise(20.0, 8), Surprise(24.0, 8)]) == pytest.approx((60 / 32) ** 0.5)


def test_error_bars_are_never_more_than_doubled():
    """One batch that was not foreseen at all says little of the size of the errors that are left."""
    assert error_scale([Surprise(1e6, 16), Surprise(16.0, 16)]) == 2.0
