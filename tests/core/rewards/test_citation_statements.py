import pytest

from ospo_core.rewards.cited_statements import cited_numbers, cited_statements


def read(response):
    return [(statement.claim, statement.cited) for statement in cited_statements(response)]


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [(" [2],", {2}), ("[1, 3]", {1, 3}), ("[1-3]", {1, 2, 3}), ("[2–4; 9]", {2, 3, 4, 9}), ("[3-1].", {1, 2, 3})],
)
def test_every_way_to_write_numbers_is_read(marker, numbers):
    """Lists and ranges, in either order."""
    assert cited_numbers(marker) == numbers


@pytest.mark.parametrize(
    ("response", "statements"),
    [
        ("Oak is hard [1]. Pine is not.", [("Oak is hard", (1,)), ("Pine is not.", ())]),
        ("Oak is hard. [1] Pine is not.", [("Oak is hard.", (1,)), ("Pine is not.", ())]),
        ("Oak is hard [1][2].", [("Oak is hard", (1, 2))]),
        ("Oak is hard [1] and [3-4].", [("Oak is hard and", (1, 3, 4))]),
        ("Oak is hard [1], but pine [2], a fir, is not.", [("Oak is hard", (1,)), ("but pine a fir, is not.", (2,))]),
        ("As [1] says, oak is hard.", [("As says, oak is hard.", (1,))]),
        ("[3]", [("", (3,))]),
        (" \n", []),
    ],
)
def test_a_marker_cites_for_the_words_before_it(response, statements):
    """Sentences are cut after each group of markers but the last; markers are no part of a claim."""
    assert read(response) == statements


def test_statements_tile_the_response():
    """Their spans meet, from the first character to the last: a display can colour each."""
    response = "  Oak is hard [1], pine is soft [2]. Both float. [1]\n\n- Fir [3]\n"

    spans = [statement.span for statement in cited_statements(response)]

    assert "".join(span.of(response) for span in spans) == response
    assert len(spans) == 4


def test_only_words_count_as_words():
    """A dash and the markers do not make a fragment longer."""
    (statement,) = cited_statements("Oak – hard wood [1] [2].")

    assert statement.words == 3
