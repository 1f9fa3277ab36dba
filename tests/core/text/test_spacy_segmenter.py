import threading

import pytest
from hypothesis import given, settings

from ospo_core.errors import ModelMissing, TextError
from ospo_core.text import spacy_segmenter
from ospo_core.text.spacy_segmenter import SpacySegmenter
from ospo_core.text.words import word_starts
from tests.core.text.fakes import outline, parts, texts


def cut(text):
    return outline(SpacySegmenter().segment(text), text)


@given(texts)
@settings(max_examples=50)
def test_any_text_is_cut_into_nested_levels_of_the_same_words(text):
    """Whatever the text, the segmentation is valid (it checks itself) and its words are the shared ones."""
    levels = SpacySegmenter().segment(text).levels

    assert levels[-1] == ("word", word_starts(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Give ibuprofen 2,400 mg every four hours for a child of 16 kg, because the fever is high. "
            "Do not exceed the daily maximum; if vomiting starts, stop the drug and call a doctor. "
            "The dose in Table 2 [3] was wrong.",
            [
                "Give ibuprofen | 2,400 mg | every four hours | for a child | of 16 kg, "
                "|| because the fever | is high.",
                "Do not exceed | the daily maximum; || if vomiting starts, || stop the drug || and call | a doctor.",
                "The dose | in Table 2 [3] | was wrong.",
            ],
        ),
        (
            "The tenant must give three months' notice under Art. 12 of the lease, unless the landlord waives it in "
            "writing. Although the clause is void, the court held that the deposit, which was paid in 2019, must be "
            "returned[2].",
            [
                "The tenant | must give | three months' notice | under Art. 12 | of the lease, "
                "|| unless the landlord | waives it | in writing.",
                "Although the clause | is void, || the court held || that the deposit, || which was paid | in 2019, "
                "|| must be returned[2].",
            ],
        ),
        (
            "The Federal Reserve raised its benchmark rate by 25 basis points in July 2023. Higher rates reduce bond "
            "prices, so a portfolio with long duration lost more than a short-term fund.",
            [
                "The Federal Reserve raised | its benchmark rate | by 25 basis points | in July 2023.",
                "Higher rates reduce | bond prices, || so a portfolio | with long duration | lost more "
                "| than a short-term fund.",
            ],
        ),
        (
            "Sale items cannot be returned. To return the jacket, print the label we emailed you and drop the parcel "
            "at any UPS store within 30 days.",
            [
                "Sale items | cannot be returned.",
                "To return | the jacket, || print the label || we emailed you || and drop | the parcel "
                "| at any UPS store | within 30 days.",
            ],
        ),
    ],
)
def test_answers_are_cut_as_a_linguist_would(text, expected):
    """Medicine, law, finance and search: clauses from the parse, phrases of two to five words."""
    assert cut(text) == expected


def test_markdown_is_layout_and_lines_are_sentences():
    """Headings, list items and code lines stand alone; marks, bullets and numbers stay with their words."""
    text = "# Answer\n\nThe **maximum daily dose** is 4 g.\n\n1. Take 500 mg with food."
    text += "\n- Don't drink alcohol!\n```\nx = 1\n```"

    segmentation = SpacySegmenter().segment(text)

    assert parts(segmentation, text, "sentence") == [
        "# Answer",
        "The **maximum daily dose** is 4 g.",
        "1. Take 500 mg with food.",
        "- Don't drink alcohol!",
        "```",
        "x = 1",
        "```",
    ]
    assert "The **maximum daily dose**" in parts(segmentation, text, "phrase")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Court agreed. It was late.", ["The U.S. Court agreed.", "It was late."]),
        ("Revenue of Apple Inc. rose. Costs fell.", ["Revenue of Apple Inc. rose.", "Costs fell."]),
        ("He came at 5 p.m. She left at once.", ["He came at 5 p.m.", "She left at once."]),
        ('"Stop!" he said. She did.', ['"Stop!" he said.', "She did."]),
    ],
)
def test_where_rules_are_undecided_the_parse_decides(text, expected):
    """A full stop after an abbreviation ends a sentence only where the grammar says so."""
    assert parts(SpacySegmenter().segment(text), text, "sentence") == expected


@pytest.mark.parametrize(
    "text", ["[2]", "- ", "   ", "👨\u200d👩\u200d👧", "患者应服用。", "```", "x" * 10_000, "\x1c", "…"]
)
def test_texts_without_english_are_cut_all_the_same(text):
    """Nothing to parse is no error."""
    assert SpacySegmenter().segment(text).levels[0] == ("sentence", (0,))


def test_a_text_above_the_parsers_limit_is_refused_without_being_quoted():
    """The error names the numbers."""
    with pytest.raises(TextError, match="at most 1,000,000 code points, got 1,000,001"):
        SpacySegmenter().segment("x" * 1_000_001)


def test_the_vocabulary_forgets_the_text():
    """A long-running process does not collect the words of confidential texts."""
    SpacySegmenter().segment("The zzyzxquux is here.")

    assert "zzyzxquux" not in spacy_segmenter._load().vocab.strings


def test_threads_can_share_it():
    """Several texts at once give what each gives alone."""
    alone = SpacySegmenter().segment("The dose is wrong, because the child is small.")
    together = []

    def work():
        together.append(SpacySegmenter().segment("The dose is wrong, because the child is small."))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == [alone] * 8


def test_a_missing_model_says_what_to_install(monkeypatch):
    """One line, no traceback of spaCy's to decode."""
    monkeypatch.setattr(spacy_segmenter, "SPACY_MODEL", "a_model_that_nobody_installed")
    monkeypatch.setattr(spacy_segmenter, "_load", spacy_segmenter._load.__wrapped__)

    with pytest.raises(ModelMissing, match="install both"):
        SpacySegmenter().segment("The dose is wrong.")
