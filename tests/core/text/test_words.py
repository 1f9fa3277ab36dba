import pytest
import regex
from hypothesis import example, given

from ospo_core.text.words import is_citation, split_at, word_starts
from tests.core.text.fakes import FAMILY, texts


def words(text):
    return split_at(text, word_starts(text))


@given(texts)
@example("\u0600 a")
def test_words_tile_any_text_between_characters(text):
    """Words join back to the text and no word begins inside a grapheme cluster."""
    starts = word_starts(text)

    assert "".join(split_at(text, starts)) == text
    assert starts[0] == 0
    assert set(starts) <= {match.start() for match in regex.finditer(r"\X", text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Give 2,400 mg (see hours.)", ["Give", " 2,400", " mg", " (see", " hours.)"]),
        ("  lone\n\nspaces \r\n", ["  lone", "\n\nspaces \r\n"]),
        ("   ", ["   "]),
        ("notice[2]. The", ["notice", "[2].", " The"]),
        ("as shown[1][12], and [3]", ["as", " shown", "[1]", "[12],", " and", " [3]"]),
        ("risk [1, 2], whereas", ["risk", " [1, 2],", " whereas"]),
        ("call x[0].name now", ["call", " x[0].name", " now"]),
        ("drug/placebo wait—the end", ["drug/placebo", " wait—the", " end"]),
        ("服用2,400毫克（布洛芬）。", ["服", "用", "2,400", "毫", "克", "（布", "洛", "芬）。"]),
        ("「はい」とコンピューター", ["「はい」", "と", "コンピューター"]),
        ("สวัสดีครับ", ["สวัสดี", "ครับ"]),
        ("مرحبا، كيف", ["مرحبا،", " كيف"]),
        ("हिन्दी में है।", ["हिन्दी", " में", " है।"]),
        (f"hi {FAMILY}🇩🇪 ok", ["hi", f" {FAMILY}🇩🇪", " ok"]),
    ],
)
def test_words_keep_their_spaces_and_punctuation(text, expected):
    """White space leads a word, punctuation stays attached, citations and spaceless scripts are cut further."""
    assert words(text) == expected


@pytest.mark.parametrize("chunk", ["x" * 10_000, "(" * 10_000, "[1" * 5_000, 'a"(' * 3_000, "e" + "\u0301" * 9_999])
def test_a_long_chunk_is_one_word(chunk):
    """Ten thousand characters without a space are one word; a pattern that backtracks would not come back."""
    found = words(f"The {chunk} end")

    assert [len(word) for word in found] == [3, len(chunk) + 1, 4]


@pytest.mark.parametrize(("word", "expected"), [(" [2].", True), ("[^1]", True), ("[1,3-5]", True), ("[a]", False)])
def test_a_citation_is_a_number_in_brackets(word, expected):
    """Only numbers are citations."""
    assert is_citation(word) is expected
