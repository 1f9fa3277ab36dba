from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.errors import InputError, SettingsError, TextError
from ospo_core.text.hierarchy import MAX_CODE_POINTS, MAX_TOKENS, PLAYER_KINDS, build_hierarchy
from ospo_core.text.segmentation import Segmentation
from ospo_core.text.spacy_segmenter import SpacySegmenter
from ospo_core.text.spans import Span
from ospo_core.text.unicode_segmenter import UnicodeSegmenter
from tests.core.text.fakes import FAMILY, ByteTokenizer, FixedOffsets, FixedSegmenter, NeverSegmenter, texts

ANSWER = "Give ibuprofen 2,400 mg[1]. Stop it if the rash spreads!"


def build(text, players="word", segmenter=None, tokenizer=None):
    return build_hierarchy(
        text, players=players, segmenter=segmenter or UnicodeSegmenter(), tokenizer=tokenizer or ByteTokenizer()
    )


def players_of(hierarchy):
    return [span.of(hierarchy.text) for span in hierarchy.players]


@given(texts, st.sampled_from(PLAYER_KINDS))
def test_any_text_makes_a_hierarchy_for_every_kind_of_player(text, players):
    """Its invariants are checked when it is made; nodes of a level tile the text and tokens join back to it."""
    hierarchy = build(text, players)

    leaves = [hierarchy.node_span(leaf) for leaf in hierarchy.tree.leaves]
    assert "".join(span.of(text) for span in leaves) == text
    assert "".join(token.of(text) for token in hierarchy.tokens) == text
    assert hierarchy.node_span(0) == Span(0, len(text))


@pytest.mark.slow
@given(texts, st.sampled_from(PLAYER_KINDS))
def test_real_tokens_and_words_that_disagree_are_reconciled(smollm2, minilm, text, players):
    """Whatever the tokenizers glue together, no token lies in two players."""
    assert build(text, players, tokenizer=smollm2).tokens[-1].end == len(text)
    assert build(text, players, tokenizer=minilm).tokens[-1].end == len(text)


@given(texts, st.sampled_from(PLAYER_KINDS), st.integers(0, 2**32 - 1))
def test_spreading_keeps_every_players_credit(text, players, seed):
    """The tokens of a player share its credit, neither more nor less, negative credit too."""
    hierarchy = build(text, players)
    credit = np.random.default_rng(seed).normal(size=len(hierarchy.players))

    spread = hierarchy.spread(credit)

    totals = np.bincount(hierarchy.player_of_token, weights=spread, minlength=len(credit))
    np.testing.assert_allclose(totals, credit, atol=1e-12, rtol=0)
    assert (hierarchy.token_shares >= 0).all()


@pytest.mark.parametrize(
    ("players", "expected"),
    [
        ("sentence", ["Give ibuprofen 2,400 mg[1].", " Stop it if the rash spreads!"]),
        ("phrase", ["Give ibuprofen", " 2,400 mg[1].", " Stop it", " if the rash spreads!"]),
        ("word", ["Give", " ibuprofen", " 2,400", " mg", "[1].", " Stop", " it", " if", " the", " rash", " spreads!"]),
    ],
)
def test_the_leaves_are_the_players_that_were_asked_for(smollm2, players, expected):
    """Levels finer than the players are left out."""
    hierarchy = build(ANSWER, players, SpacySegmenter(), smollm2)

    assert players_of(hierarchy) == expected
    assert hierarchy.tree.nodes[-1].kind == hierarchy.player_kind == players
    assert (hierarchy.segmenter, hierarchy.tokenizer) == ("english", "SmolLM2-135M-Instruct")


def test_tokens_can_be_players():
    """A level of tokens is added below the words, and each token has all its player's credit."""
    hierarchy = build(f"{FAMILY}! é", "token")

    assert players_of(hierarchy) == [FAMILY, "!", " ", "é"]
    assert hierarchy.player_of_token == (0, 1, 2, 3)
    assert hierarchy.token_shares.tolist() == [1, 1, 1, 1]
    assert [node.kind for node in hierarchy.tree.nodes][:5] == ["response", "sentence", "clause", "phrase", "word"]


def test_paragraphs_are_nodes_where_there_are_several():
    """They stand between the response and its sentences."""
    kinds = [node.kind for node in build("One.\n\nTwo.").tree.nodes]

    assert kinds[:3] == ["response", "paragraph", "sentence"]
    assert kinds.count("paragraph") == 2


def test_a_segment_that_starts_inside_a_token_starts_at_the_next():
    """Starts that then coincide are one, and those inside the last token fall away."""
    segmenter = FixedSegmenter(Segmentation((("sentence", (0, 3)), ("word", (0, 1, 3, 4, 7)))))

    hierarchy = build("abcdefgh", "word", segmenter, FixedOffsets(((0, 2), (2, 5), (5, 8))))

    assert players_of(hierarchy) == ["ab", "cde", "fgh"]
    assert [hierarchy.node_span(number) for number in range(3)] == [Span(0, 8), Span(0, 5), Span(0, 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b.", [0.5, 0, 0.5, 0]),
        ("$5!", [0.5, 0.5, 0]),
        ("?!", [0.5, 0.5]),
        (" é", [0, 1]),
        ("👍.", [1, 0]),
    ],
)
def test_punctuation_gets_no_share_beside_letters_digits_or_symbols(text, expected):
    """Equal among the tokens that hold any; among all where none does."""
    assert build(text).token_shares.tolist() == expected


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "empty"),
        ("secret\0", r"U\+0000 at position 6"),
        ("secret\ud83d", r"U\+D83D at position 6"),
        ("secret " * MAX_CODE_POINTS, "1,400,000 characters; at most 200,000"),
    ],
)
def test_what_is_no_text_is_refused_before_it_is_tokenized(text, wrong):
    """The error says what and where, and does not quote the text."""
    with pytest.raises(TextError, match=wrong) as caught:
        build(text, segmenter=NeverSegmenter(), tokenizer=FixedOffsets(((9, 3),)))

    assert "secret" not in str(caught.value)


@pytest.mark.slow
def test_too_many_tokens_are_refused_before_segmenting(smollm2):
    """Fifty thousand tokens are counted and refused; no segmenter ever sees them."""
    with pytest.raises(TextError, match=f"50,000 tokens; at most {MAX_TOKENS:,}"):
        build("a," * 25_000, segmenter=NeverSegmenter(), tokenizer=smollm2)


def test_unknown_players_are_refused():
    """Only the four kinds are known; clauses and paragraphs are levels, no players."""
    with pytest.raises(SettingsError, match="word, token, phrase, sentence"):
        build("text", "clause")


def test_a_segmenter_without_the_level_is_named():
    """A segmenter of one's own may have fewer levels."""
    with pytest.raises(SettingsError, match="no phrase level; it has sentence, word"):
        build("ab", "phrase", FixedSegmenter(Segmentation((("sentence", (0,)), ("word", (0,))))))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"tokens": (Span(0, 1),)}, "tokens must tile"),
        ({"players": (Span(0, 1), Span(2, 3))}, "players must tile"),
        ({"players": (Span(0, 3),)}, "tree of 2 leaves cannot have 1"),
        ({"player_of_token": (0, 1)}, "3 tokens need as many"),
        ({"player_of_token": (0, 0, 1)}, "token 1 does not lie inside player 0"),
        ({"player_of_token": (0, 1, 2)}, "token 2 does not lie inside player 2"),
    ],
)
def test_a_hierarchy_that_contradicts_itself_is_refused(change, wrong):
    """Tokens and players tile the text, and every token lies in the player it is said to."""
    with pytest.raises(InputError, match=wrong):
        replace(build("a b"), **change)
