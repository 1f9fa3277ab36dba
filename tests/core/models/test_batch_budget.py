import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.models.batch_budget import CONTEXT_TOKENS, LEAST_TOKENS, BatchBudget, canonical_width, least_rows


@given(st.integers(0, 100_000))
def test_a_width_holds_the_text_and_little_more(tokens):
    """At most seven tokens of padding, or an eighth, and no more widths than a batch can be filled from."""
    width = canonical_width(tokens, 200_000)

    assert tokens <= width <= max(8, tokens + 7, tokens * 9 // 8)
    assert width % 8 == 0


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_no_width_is_above_what_the_model_has_positions_for(tokens, more):
    """Padding has positions too, and some models look each up in a table."""
    assert tokens <= canonical_width(tokens, tokens + more) <= tokens + more


@given(st.integers(1, 10_000), st.integers(1, 100_000), st.integers(0, 100_000))
def test_a_batch_keeps_within_the_budget(width, tokens, context):
    """Padding and the shared prompt included; a single row is always let through."""
    rows = BatchBudget(tokens).rows(width, context)

    assert rows == 1 or (rows * width <= tokens and rows * (width + context) <= CONTEXT_TOKENS)
    assert rows >= 1


def test_what_did_not_fit_is_remembered():
    """Half of it is the next try, and stays so."""
    budget = BatchBudget(160)

    budget.halve(16, 10)

    assert budget.tokens == 80


@pytest.mark.parametrize(("width", "least"), [(1, LEAST_TOKENS), (8, 2), (LEAST_TOKENS, 1), (500, 1)])
def test_no_product_is_of_very_few_rows(width, least):
    """Narrow batches have several rows."""
    assert least_rows(width) == least
