import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.models.batch_budget import CONTEXT_TOKENS, LEAST_TOKENS, BatchBudget, canonical_width, copies_needed


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


@given(st.integers(1, 10_000), st.lists(st.integers(1, 20_000), min_size=1, max_size=40), st.integers(0, 20_000))
def test_a_batch_is_as_large_as_the_budget_allows(tokens, widths, context):
    """Padding and the shared prompt included; a single row is always let through."""
    rows = BatchBudget(tokens).rows(widths, context)

    def fit(number):
        return sum(widths[:number]) <= tokens and sum(widths[:number]) + number * context <= CONTEXT_TOKENS

    assert rows == 1 or fit(rows)
    assert rows == len(widths) or not fit(rows + 1)


def test_what_did_not_fit_is_remembered():
    """Half of it is the next try, and stays so."""
    budget = BatchBudget(160)

    budget.halve(160)

    assert budget.tokens == 80


@pytest.mark.parametrize(
    ("widths", "copies"), [([1], LEAST_TOKENS - 1), ([8], 1), ([8, 6], 1), ([8, 8], 0), ([500], 0)]
)
def test_no_product_is_of_very_few_rows(widths, copies):
    """Small batches are filled up with copies of their first row."""
    assert copies_needed(widths) == copies
