import numpy as np
import pytest

from ospo_core.models.passage import passage


@pytest.mark.parametrize(
    ("ids", "first_wanted", "shared"),
    [
        ([1, 2, 3, 4, 5], 4, 3),
        ([1, 2, 9, 4, 5], 4, 2),
        ([1, 2, 3, 4, 5], 1, 1),
        ([1, 2], 1, 1),
        ([1, 2, 3] + [4] * 5000, 4, 0),
    ],
)
def test_a_text_shares_its_prompt_up_to_the_seam(ids, first_wanted, shared):
    """Up to the first token that differs or is read, and nothing where so much follows that little is saved."""
    tokens = np.array(ids, dtype=np.int64)
    wanted = slice(first_wanted, first_wanted + 1)

    found = passage(np.array([1, 2, 3], dtype=np.int64), tokens, np.ones(len(tokens), dtype=bool), wanted)

    assert found.shared == shared
    assert found.rest.tolist() == ids[shared:]
    assert found.wanted == slice(first_wanted - shared, first_wanted - shared + 1)
