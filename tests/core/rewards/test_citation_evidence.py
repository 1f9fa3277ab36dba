import numpy as np
import pytest

from ospo_core.rewards.numbered_sources import NumberedSource
from ospo_core.rewards.source_evidence import SourceEvidence, passages_of

SOURCES = [
    NumberedSource(number=1, text="aaaa aaaa"),
    NumberedSource(number=2, text="bbbb bbbb"),
    NumberedSource(number=5, text="cccc cccc"),
]


@pytest.fixture
def fit(letters):
    evidence = SourceEvidence(SOURCES, letters)
    return lambda claim, *cited: evidence.fit(letters.encode([claim])[0].astype(np.float64), cited)


def test_a_citation_is_set_against_every_other_source(fit):
    """The nearest of the others is the rival, whether or not it is nearer."""
    right, wrong = fit("aaa b", 1), fit("aaa b", 5)

    assert (right.rival_number, wrong.rival_number) == (2, 1)
    assert right.cited > right.rival
    assert wrong.cited < wrong.rival
    assert (right.nearest_number, wrong.nearest_number) == (1, 1)


def test_two_sources_that_are_both_needed_beat_each_alone(fit):
    """A claim made of two sources is nearer to them together."""
    both = fit("aaa bbb", 1, 2)

    assert both.cited > both.rival + 0.1


def test_citing_everything_is_no_way_out(fit):
    """A claim from one source is less near to all of them together than to that one."""
    padded = fit("aaa", 1, 2, 5)

    assert padded.rival_number == 1
    assert padded.cited < padded.rival - 0.1


def test_without_a_citation_only_the_nearest_source_is_said(fit):
    """There is nothing that a rival could compete with."""
    uncited = fit("ccc")

    assert (uncited.cited, uncited.rival, uncited.rival_number, uncited.nearest_number) == (None, None, None, 5)


def test_a_single_source_has_no_rival(letters):
    """Only the floor can then speak against a citation."""
    alone = SourceEvidence(SOURCES[:1], letters)

    assert alone.fit(letters.encode(["aaa"])[0].astype(np.float64), [1]).rival is None


def test_a_sentence_deep_in_a_long_source_is_found(letters):
    """A source is compared passage by passage: another subject before does not hide it."""
    long = NumberedSource(number=1, text="The zoo. " * 60 + "Aaaa aaaa.")
    evidence = SourceEvidence([long, SOURCES[1]], letters)

    found = evidence.fit(letters.encode(["aaaa aaaa"])[0].astype(np.float64), [1])

    assert found.cited > 0.9


def test_passages_end_with_sentences():
    """Nothing is lost, and no sentence is cut."""
    text = "One two three four five six. " * 23

    passages = passages_of(text)

    assert [len(passage.split()) for passage in passages] == [60, 60, 18]
    assert all(passage.endswith("six.") for passage in passages)
