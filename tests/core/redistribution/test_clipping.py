import torch
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.redistribution.clipping import clip_cut, clip_given_back
from tests.core.redistribution.groups import NUMBERS

WIDE = NUMBERS.map(lambda value: 10 * value)
ROWS = st.lists(st.lists(WIDE, min_size=5, max_size=5), min_size=1, max_size=4)


def padded(rows, lengths=None):
    values = torch.tensor(rows, dtype=torch.float64)
    mask = torch.ones_like(values, dtype=torch.bool)
    for row, length in enumerate(lengths or []):
        mask[row, length:] = False
    return torch.where(mask, values, 0.0), mask


@given(ROWS, st.floats(0.5, 8))
def test_giving_back_keeps_the_sum(rows, bound):
    """What is clipped off some tokens goes to the others: the response's total stays."""
    values, mask = padded(rows)

    clipped = clip_given_back(values, mask, bound)

    torch.testing.assert_close(clipped.sum(1), values.sum(1), atol=1e-9, rtol=0)


@given(ROWS, st.floats(0.5, 8))
def test_giving_back_stays_within_the_bound_where_the_mean_does(rows, bound):
    """Within the bound, unless the mean itself lies beyond it: then every token has the mean."""
    values, mask = padded(rows)

    clipped = clip_given_back(values, mask, bound)

    means = values.mean(1, keepdim=True)
    limit = torch.maximum(means.abs(), torch.tensor(bound, dtype=torch.float64))
    assert (clipped.abs() <= limit + 1e-9).all()


def test_giving_back_by_hand():
    """(9, 0, 0) at 3: the first is held at 3, the clipped 6 goes evenly to the others, which reach the bound too."""
    values, mask = padded([[9.0, 0.0, 0.0], [4.0, 0.0, 0.0], [5.0, 1.0, -6.0]])

    clipped = clip_given_back(values, mask, 3.0)

    expected = torch.tensor([[3.0, 3.0, 3.0], [3.0, 0.5, 0.5], [3.0, 0.0, -3.0]], dtype=torch.float64)
    torch.testing.assert_close(clipped, expected, atol=1e-9, rtol=0)


def test_rows_within_the_bound_are_left_alone():
    """No rounding either: the same bits come back."""
    values, mask = padded([[1.0, -2.0, 0.1], [9.0, 0.0, 0.0]])

    assert torch.equal(clip_given_back(values, mask, 3.0)[0], values[0])


def test_padding_takes_no_part():
    """Mass is given back to completion tokens only, and padding stays exactly 0."""
    values, mask = padded([[4.0, 0.0, 0.0, 0.0]], lengths=[2])

    clipped = clip_given_back(values, mask, 3.0)

    torch.testing.assert_close(clipped, torch.tensor([[3.0, 1.0, 0.0, 0.0]], dtype=torch.float64), atol=1e-9, rtol=0)


def test_the_papers_cut_does_not_keep_the_sum():
    """Reproduced for what it is: at 2 the excess is lost."""
    values, _ = padded([[5.0, 1.0]])

    assert clip_cut(values, 2.0).tolist() == [[2.0, 1.0]]
