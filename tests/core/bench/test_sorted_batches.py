from ospo_core.bench.sorted_batches import sorted_batches


def test_every_text_is_in_one_batch_with_its_like():
    """Longest first; who is under three quarters of the longest begins another batch."""
    assert list(sorted_batches([10, 3, 40, 30, 8, 29], 1000)) == [[2, 3], [5], [0, 4], [1]]


def test_a_batch_keeps_to_its_tokens():
    """Padding included; one text may be longer than that."""
    assert list(sorted_batches([10, 10, 10, 50], 25)) == [[3], [0, 1], [2]]


def test_no_texts_are_no_batches():
    """Nothing to do."""
    assert list(sorted_batches([], 100)) == []
