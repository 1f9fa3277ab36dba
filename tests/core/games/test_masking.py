import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.errors import SettingsError, UnsupportedMasking
from ospo_core.games.masking import Attention, Drop, Replace, masking_named
from ospo_core.games.response_game import response_game
from ospo_core.rewards.reward import RewardSpec
from ospo_core.text.spans import Span


class CountsLetters:
    """A reward with real logic and no model: the share of letters among the characters."""

    spec = RewardSpec(kind="letters")

    def score(self, prompts, responses):
        return np.array([sum(map(str.isalpha, response)) / (1 + len(response)) for response in responses])


def spans_of(*pieces):
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return "".join(pieces), [Span(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def rendered(masking, pieces, present):
    text, spans = spans_of(*pieces)
    return masking.render(text, spans, np.array(present, dtype=bool))


@pytest.mark.parametrize(
    ("pieces", "present", "left"),
    [
        (["Yes,", " give", " 240", " mg."], [1, 1, 0, 1], "Yes, give mg."),
        (["Yes,", " give", " 240", " mg."], [0, 1, 1, 0], "give 240"),
        (["one", "\n", "two"], [1, 0, 1], "one two"),
        (["The", " un", "believable", " act"], [1, 0, 1, 1], "The believable act"),
        (["notice", " given", "[2]."], [1, 0, 1], "notice[2]."),
        (["a ", "b ", "c"], [1, 0, 1], "a c"),
        (["a ", "b ", "c"], [1, 1, 0], "a b"),
        (["你", "好", "吗"], [1, 0, 1], "你吗"),
        (["  indented", " text"], [0, 1], "text"),
        (["x", " y"], [0, 0], ""),
    ],
)
def test_dropping_mends_the_spaces(pieces, present, left):
    """Absent words take their space along; words that would be glued together get one; no edge keeps a space."""
    assert rendered(Drop(), pieces, present) == left


def test_replacing_keeps_the_white_space():
    """The placeholder stands where the word stood; white space alone is left as it is."""
    assert rendered(Replace("_"), ["Yes,", " give", "\n", " mg."], [0, 1, 0, 0]) == "_ give\n _"


def test_attention_hides_merged_stretches():
    """Neighbouring absent players are one hidden span."""
    _, spans = spans_of("a", " b", " c", " d")

    assert Attention().hidden(spans, np.array([True, False, False, True])) == (Span(1, 5),)


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=8))
def test_everyone_present_is_the_text_itself(pieces):
    """The grand coalition is the response to the character, under every masking of text."""
    text, _ = spans_of(*pieces)

    assert rendered(Drop(), pieces, [True] * len(pieces)) == text
    assert rendered(Replace(), pieces, [True] * len(pieces)) == text


@given(st.lists(st.sampled_from(["a", " b", "c.", "\n", " ", "你", "(", " -"]), min_size=1, max_size=9), st.data())
def test_dropping_only_ever_removes(pieces, data):
    """What is left holds the present characters in order, and nothing new but single spaces."""
    present = data.draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    kept = "".join(piece for piece, here in zip(pieces, present, strict=True) if here)

    left = rendered(Drop(), pieces, present)

    assert "".join(left.split()) == "".join(kept.split())


def test_an_unknown_masking_is_named():
    """The error lists what there is."""
    with pytest.raises(SettingsError, match="choose one of drop, replace, attention"):
        masking_named("blur")


def test_attention_needs_a_reward_that_can_hide_text():
    """A reward without an attention mask is refused by name, with what to do instead."""
    with pytest.raises(UnsupportedMasking, match=r"'letters' has no attention mask.*use masking drop or replace"):
        response_game(prompt="", text="ab", players=[Span(0, 2)], reward=CountsLetters(), masking=Attention())


def test_coalitions_that_leave_the_same_text_are_one_evaluation():
    """Two equal words in a row: dropping either leaves the same text, hence the same key."""
    text, spans = spans_of("very", " very", " good")
    game = response_game(prompt="", text=text, players=spans, reward=CountsLetters(), masking=Drop())
    rows = np.array([[True, False, True], [False, True, True]])

    first, second = game.keys(rows)

    assert first == second == "very good"
