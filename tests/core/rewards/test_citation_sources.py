import pytest

from ospo_core.errors import TextError
from ospo_core.rewards.numbered_sources import numbered_sources


def read(prompt):
    return [(source.number, source.text) for source in numbered_sources(prompt)]


@pytest.mark.parametrize(
    "prompt",
    [
        "[1] Oak is hard.\n[2] Pine is soft.",
        "Sources: [1] Oak is hard.\n[2] Pine is soft.",
        "Sources: [1] Oak is hard. [2] Pine is soft.",
        "Source [1]: Oak is hard.\nSource [2]: Pine is soft.\n",
        "Some woods:\n\n[1]\nOak is hard.\n\n[2]\nPine is soft.\n\nWhich is hard?",
        "Which is hard?\n- [1] Oak is hard.\n- [2] Pine is soft.",
        "Cite [1] or [2] after a claim.\n[1] Oak is hard.\n[2] Pine is soft.",
        "[1]. Oak is hard.\r\n[2]. Pine is soft.\r\n\r\nWhich is hard?",
        "[1] Oak is hard.\n[2] Pine is soft.\nQuestion of the carpenter: which is hard?",
        "Source [1]\nOak is hard.\nSource [2]\nPine is soft.",
        "Cite like this: [1].\n[1] Oak is hard.\n[2] Pine is soft.",
    ],
)
def test_the_usual_layouts_are_read(prompt):
    """Lines, paragraphs, labels, lists and one line: two sources each, without the question."""
    assert read(prompt) == [(1, "Oak is hard."), (2, "Pine is soft.")]


def test_a_source_keeps_its_lines_and_paragraphs():
    """Up to the next number everything belongs to it, a number within a line too."""
    assert read("[4] Oak.\n\nIt is hard [2].\n[7] Pine.") == [(4, "Oak.\n\nIt is hard [2]."), (7, "Pine.")]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("How much?", r"holds no numbered sources; write each on a line of its own, as in: \[1\] text of the source"),
        ("Cite them as [1] or [2].", "holds no numbered sources"),
        ("[1] a b\n[2] c d\n[1] e f", r"gives more than one source the number \[1\]; number every source differently"),
        ("[1] a b\n[2]\n\n[3] ...", r"has no text behind \[2\], \[3\]; write what the source says after its number"),
    ],
)
def test_sources_that_cannot_be_told_apart_are_refused(prompt, said):
    """The error says what form was expected, or names the number at fault."""
    with pytest.raises(TextError, match=said):
        numbered_sources(prompt)
