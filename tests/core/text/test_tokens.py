import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.errors import InputError, TextError
from ospo_core.text.tokens import tile
from tests.core.text.fakes import FAMILY, ByteTokenizer, texts


def cells(text, tokenizer):
    return [span.of(text) for span in tile(text, tokenizer.offsets(text))]


@given(texts, st.data())
def test_any_offsets_give_spans_that_join_back_and_never_split_a_character(text, data):
    """Whatever ranges a tokenizer reports, the spans tile the text and end between grapheme clusters."""
    bound = st.integers(0, len(text))
    offsets = data.draw(st.lists(st.tuples(bound, bound).map(lambda pair: (min(pair), max(pair)))))

    spans = tile(text, offsets)

    assert "".join(span.of(text) for span in spans) == text
    assert {span.end for span in spans} <= {match.end() for match in regex.finditer(r"\X", text)}


@given(texts)
def test_bytes_are_merged_to_exactly_the_characters_a_reader_sees(text):
    """The finest tokenizer there is gives one span per grapheme cluster."""
    assert cells(text, ByteTokenizer()) == regex.findall(r"\X", text)


@pytest.mark.parametrize(
    ("text", "offsets", "expected"),
    [
        ("e\u0301x y", [(0, 1), (1, 3), (3, 5)], ["e\u0301x", " y"]),
        ("日本 y", [(0, 2), (1, 2), (2, 4)], ["日本", " y"]),
        ("a b", [(2, 3), (0, 1)], ["a b"]),
    ],
)
def test_pieces_that_share_a_character_are_one_span(text, offsets, expected):
    """A piece that begins inside a character joins the piece that began it; so do pieces out of reading order."""
    assert [span.of(text) for span in tile(text, offsets)] == expected


@given(texts)
def test_real_tokenizers_tile_any_text(smollm2, minilm, text):
    """Byte-level BPE and WordPiece tokens join back to the text, whatever they normalise away."""
    assert "".join(cells(text, smollm2)) == text
    assert "".join(cells(text, minilm)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{FAMILY} ok", [FAMILY, " ok"]),
        ("🇩🇪🇫🇷 x", ["🇩🇪", "🇫🇷", " x"]),
        ("👋🏽!", ["👋🏽", "!"]),
        ("1\ufe0f\u20e3", ["1\ufe0f\u20e3"]),
        ("Cafe\u0301 \r\nok", ["C", "afe\u0301", " \r\n", "ok"]),
        ("日本語テスト", ["日", "本", "語", "テ", "ス", "ト"]),
        ("في البيت", ["ف", "ي", " ال", "ب", "ي", "ت"]),
        ("में", ["में"]),
        ("2,400 mg", ["2", ",", "4", "0", "0", " mg"]),
        ("  \n ", ["  ", "\n "]),
    ],
)
def test_byte_pieces_of_one_character_are_one_cell(smollm2, text, expected):
    """Emoji, flags, families, accents, CJK, Arabic, Devanagari, CRLF and lone spaces under byte-level BPE."""
    assert cells(text, smollm2) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Give  2.4 mg ", [" Give", "  2", ".", "4", " mg "]),
        ("Cafe\u0301 \r\nok", ["Cafe\u0301", " \r\nok"]),
        (f"{FAMILY} ok", [FAMILY, " ok"]),
        ("  \n ", ["  \n "]),
    ],
)
def test_what_the_tokenizer_skips_goes_to_the_token_after_it(minilm, text, expected):
    """WordPiece reports no white space: it leads the next token, ends the last, or is one span alone."""
    assert cells(text, minilm) == expected


def test_a_long_text_is_neither_cut_nor_filled_up(minilm):
    """The limit of 128 pieces in the model's own file does not apply to texts under study."""
    assert len(cells("dose " * 500, minilm)) == 500


def test_an_empty_text_is_refused():
    """There is no span of nothing."""
    with pytest.raises(TextError, match="empty"):
        tile("", [])


@pytest.mark.parametrize("offsets", [[(0, 3)], [(-1, 1)], [(2, 1)]])
def test_offsets_outside_the_text_are_refused(offsets):
    """A tokenizer that counts in bytes is found out, not believed."""
    with pytest.raises(InputError, match="offsets"):
        tile("ab", offsets)
