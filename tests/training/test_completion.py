"""A completion as players: words of the generated ids, and what earns no credit."""

import numpy as np

from ospo_core.training.completion import Completion
from ospo_core.training.generated_tokens import GeneratedTokens
from tests.training.test_generated_tokens import byte_tokenizer
from tests.training.tiny_policy import word_tokenizer

__all__ = ["byte_tokenizer"]


def said(tokenizer, text, kind="word"):
    """What the tokenizer would have generated, with an end."""
    return Completion(GeneratedTokens((*tokenizer(text)["input_ids"], tokenizer.eos_token_id), tokenizer), kind)


def test_words_are_players_and_their_ids_know_them(byte_tokenizer):
    """Every id of a word belongs to it; the end of the sequence to none."""
    completion = said(byte_tokenizer, "Take 2 mg.")

    assert completion.n_players == 3
    assert completion.tokens.tolist() == list(range(8))
    assert completion.player_of_token.tolist() == [0, 0, 0, 0, 1, 1, 2, 2]


def test_thinking_and_tags_are_no_players(byte_tokenizer):
    """They stay in every coalition, and only the rest is cut into players."""
    completion = said(byte_tokenizer, "<think>two or three?</think>\n<answer>two mg</answer>")

    [nobody] = completion.restricted(np.zeros((1, completion.n_players), dtype=bool))

    assert "two or three?" in nobody
    assert "two mg" not in nobody
    assert {completion.text[start] for start in completion.token_starts} <= set("two mg")


def test_thinking_that_was_cut_off_earns_nothing(byte_tokenizer):
    """A limit of tokens may end it; there is no answer yet."""
    completion = said(byte_tokenizer, "<think>two or")

    assert completion.n_players == 0
    assert completion.tree is None


def test_prefixes_are_the_text_cut_off(byte_tokenizer):
    """Before each player, and whole."""
    completion = said(byte_tokenizer, "Take 2 mg.")

    assert completion.up_to_players() == ["", "Take", "Take 2", "Take 2 mg."]


def test_an_empty_completion_has_no_players():
    """The policy said nothing but the end."""
    completion = Completion(GeneratedTokens((1,), word_tokenizer()), "word")

    assert completion.n_players == 0
    assert completion.up_to_players() == [""]


def test_phrases_are_fewer_than_words(byte_tokenizer):
    """Coarser players cost fewer evaluations."""
    text = "Take the red jacket of wool with a dose of 240 mg."

    assert said(byte_tokenizer, text, "phrase").n_players < said(byte_tokenizer, text).n_players
