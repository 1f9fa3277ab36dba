"""Generated ids lie where they decode, whichever way they were sampled."""

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from ospo_core.errors import TextError
from ospo_core.training.generated_tokens import GeneratedTokens

ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())


@pytest.fixture(scope="module")
def byte_tokenizer():
    """Bytes, a few merges, and two special tokens."""
    pieces = ["<eos>", "<start>", *ALPHABET, "mg", "Ġm", "Ġmg", "Ġthe"]
    merges = [("m", "g"), ("Ġ", "m"), ("Ġ", "mg")]
    tokenizer = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>", additional_special_tokens=["<start>"])


def ids_of(tokenizer, *pieces):
    return tuple(tokenizer.convert_tokens_to_ids(piece) for piece in pieces)


def test_another_tokenization_of_the_same_text_keeps_its_own_places(byte_tokenizer):
    """` mg` sampled as three ids has three places; tokenizing the text again would give one."""
    generated = GeneratedTokens(ids_of(byte_tokenizer, "2", "Ġ", "m", "g", "<eos>"), byte_tokenizer)

    assert generated.text == "2 mg"
    assert generated.ranges == ((0, 1), (1, 2), (2, 3), (3, 4), None)
    assert len(byte_tokenizer(generated.text)["input_ids"]) == 2


def test_pieces_of_one_character_share_its_place(byte_tokenizer):
    """An emoji of four bytes is one place, held by four ids."""
    ids = (*byte_tokenizer("a💩b")["input_ids"], *ids_of(byte_tokenizer, "<eos>"))

    generated = GeneratedTokens(tuple(ids), byte_tokenizer)

    assert generated.ranges == ((0, 1), (1, 2), (1, 2), (1, 2), (1, 2), (2, 3), None)


def test_a_character_that_was_cut_off_is_still_placed(byte_tokenizer):
    """The last id before the limit may be half a character: what decoding shows instead is its place."""
    ids = byte_tokenizer("a💩")["input_ids"][:-2]

    generated = GeneratedTokens(tuple(ids), byte_tokenizer)

    assert generated.text == "a�"
    assert generated.ranges == ((0, 1), (1, 2), (1, 2))


def test_special_tokens_in_the_middle_have_no_place(byte_tokenizer):
    """They are no text; what follows them is where it is in the text without them."""
    generated = GeneratedTokens(ids_of(byte_tokenizer, "a", "<start>", "b"), byte_tokenizer)

    assert generated.ranges == ((0, 1), None, (1, 2))


def test_nothing_generated_is_nothing(byte_tokenizer):
    """An end of sequence alone."""
    generated = GeneratedTokens(ids_of(byte_tokenizer, "<eos>"), byte_tokenizer)

    assert (generated.text, generated.ranges, generated.offsets("")) == ("", (None,), [])


def test_a_tokenizer_that_decodes_ids_one_by_one_otherwise_is_read_by_prefixes():
    """A decoder that joins with spaces and strips: the places follow the text that a reward reads."""
    vocabulary = {"[UNK]": 0, "un": 1, "##related": 2, "dose": 3, "[SEP]": 4}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    pieces = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", eos_token="[SEP]")

    generated = GeneratedTokens((1, 2, 3, 4), pieces)

    assert generated.text == "unrelated dose"
    assert generated.ranges == ((0, 2), (2, 9), (9, 14), None)


def test_another_text_is_refused(byte_tokenizer):
    """Credit is never placed on ids that say something else."""
    with pytest.raises(TextError, match="what the generated ids decode to"):
        GeneratedTokens(ids_of(byte_tokenizer, "a"), byte_tokenizer).offsets("b")
