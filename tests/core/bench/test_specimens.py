from types import MappingProxyType

import numpy as np
import pytest

from ospo_core.bench.game_families import flat_families, tree_families
from ospo_core.bench.remembering_encoder import RememberingEncoder
from ospo_core.bench.specimen_rewards import SpecimenRewards
from ospo_core.bench.specimens import ALL_SPECIMENS, BINARY_TREE, PLAYERS, TREE
from ospo_core.values.consistent import count_consistent


@pytest.mark.parametrize("specimen", ALL_SPECIMENS, ids=lambda specimen: specimen.name)
def test_a_specimen_has_five_sentences_of_nine_words(specimen):
    """One player a word, which tile the text."""
    sentences = specimen.text.rstrip(".").split(". ")

    assert [len(sentence.split()) for sentence in sentences] == [9] * 5
    assert "".join(player.of(specimen.text) for player in specimen.players) == specimen.text
    assert len(specimen.players) == PLAYERS


def test_the_trees_are_small_enough_to_be_known():
    """One with sentences and phrases, one with every node split in two."""
    assert (count_consistent(TREE), count_consistent(BINARY_TREE)) == (6272, 1868)
    assert {len(BINARY_TREE.nodes[node].children) for node in BINARY_TREE.inner_nodes()} == {2}


def test_the_families():
    """Six on the tree, five without one, on twelve players."""
    assert [family.name for family in tree_families()] == ["cosine", "NDCG", "BM25", "rubric", "unanimity", "sparse"]
    assert [family.name for family in flat_families()] == ["cosine", "NDCG", "rubric", "unanimity", "sparse"]
    assert {next(iter(family.games())).n_players for family in flat_families() if family.name == "sparse"} == {12}


@pytest.fixture
def jacket():
    return next(each for each in ALL_SPECIMENS if each.name == "jacket")


def test_a_rubric_reads_the_facts_of_the_specimen(jacket):
    """All five, less the penalty for what should not be said; nothing is worth nothing."""
    scores = SpecimenRewards().rubric(jacket).score(["", "", ""], [jacket.text, " ".join(jacket.facts), ""])

    assert 0.2 < scores[0] < scores[1]
    assert scores[1:].tolist() == [1.0, 0.0]


def test_a_retrieval_wants_what_the_reference_finds(jacket):
    """The reference itself finds all of it; nothing finds nothing."""
    scores = SpecimenRewards().bm25(jacket).score(["", ""], [jacket.reference, ""])

    assert scores.tolist() == [1.0, 0.0]


@pytest.mark.slow
def test_a_flat_text_is_cut_into_twelve_pieces():
    """Of three or four words; leaving all out leaves nothing."""
    game = next(iter(next(family for family in flat_families() if family.name == "rubric").games()))

    everyone, nobody, first = game.keys(np.array([[True] * 12, [False] * 12, [True] + [False] * 11]))

    assert (everyone, nobody) == (ALL_SPECIMENS[0].text, "")
    assert len(str(first).split()) == 4


def test_no_text_is_embedded_twice():
    """Within a call or across calls; vectors come back in the order of the texts."""
    calls = []

    class Lengths:
        identity = MappingProxyType({"model": "lengths"})

        def encode(self, texts):
            calls.append(list(texts))
            return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

        def encode_hidden(self, texts, hidden):
            raise NotImplementedError

        def truncated(self, texts):
            return np.zeros(len(texts), dtype=bool)

    encoder = RememberingEncoder(Lengths())
    encoder.encode(["ab", "a"])

    vectors = encoder.encode(["abc", "ab", "abc"])

    np.testing.assert_array_equal(vectors[:, 0], [3.0, 2.0, 3.0])
    assert calls == [["ab", "a"], ["abc"]]
