import pytest
import regex
from hypothesis import given

from ospo_core.text.unicode_segmenter import UnicodeSegmenter
from tests.core.text.fakes import outline, parts, texts


def cut(text):
    return outline(UnicodeSegmenter().segment(text), text)


@given(texts)
def test_any_text_is_cut_into_nested_levels_between_characters(text):
    """The segmentation is valid (it checks itself), complete, and splits no grapheme cluster."""
    levels = UnicodeSegmenter().segment(text).levels

    assert [kind for kind, _ in levels][-4:] == ["sentence", "clause", "phrase", "word"]
    assert set(levels[-1][1]) <= {match.start() for match in regex.finditer(r"\X", text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Der Mieter muss drei Monate vorher kündigen, es sei denn, der Vermieter verzichtet. Fertig.",
            [
                "Der Mieter muss | drei Monate vorher kündigen, || es sei denn, || der Vermieter verzichtet.",
                "Fertig.",
            ],
        ),
        ("患者每天服用2,400毫克，最多三天。谢谢！", ["患者每 | 天服用 | 2,400毫克， || 最多三天。", "谢谢！"]),
        ("مرحبا يا صديقي، كيف حالك؟ أنا بخير؛ شكرا.", ["مرحبا يا صديقي، || كيف حالك؟", "أنا بخير؛ || شكرا."]),
        ("यह एक परीक्षण है। दूसरा, तीसरा वाक्य है।", ["यह एक परीक्षण है।", "दूसरा, तीसरा वाक्य है।"]),
        (
            "La dose – 2,400 mg – est fausse : dix fois trop.",
            ["La dose || – 2,400 mg || – est fausse : || dix fois trop."],
        ),
    ],
)
def test_clauses_end_at_the_punctuation_of_each_script(text, expected):
    """German, Chinese, Arabic, Hindi and French; phrases are even cuts of up to four words, numbers stay whole."""
    assert cut(text) == expected


def test_a_single_word_before_a_comma_is_no_clause():
    """Enumerations do not become one clause per word; a colon or semicolon always parts."""
    assert cut("rot, blau, grün; gelb") == ["rot, blau, || grün; || gelb"]


def test_paragraphs_are_a_level_only_where_there_are_several():
    """One paragraph is the response itself."""
    several = UnicodeSegmenter().segment("un\n\ndeux")

    assert parts(several, "un\n\ndeux", "paragraph") == ["un", "deux"]
    assert UnicodeSegmenter().segment("un\ndeux").levels[0][0] == "sentence"


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["x", " ", "日", "a, ", "[1]", "\n", "(", "ก", ". "])
def test_the_longest_texts_are_cut_without_getting_lost(unit):
    """Twenty thousand characters of anything: a pattern that backtracks would not come back."""
    levels = UnicodeSegmenter().segment((unit * 20_000)[:20_000]).levels

    assert all(starts[0] == 0 and starts[-1] < 20_000 for _, starts in levels)
