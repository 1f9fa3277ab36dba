import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.rewards.phrase import normalised, occurrences


def stands(phrase, text):
    return any(True for _ in occurrences(normalised(phrase), normalised(text)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("ibuprofen", "Take IBUPROFEN."),
        ("with  food", "with\n\tfood"),
        ("with food", "with\u00a0food"),
        ("cafe\u0301", "un CAFÉ noir"),
        ("strasse", "Straße 5"),
        ("布洛芬", "请服用布洛芬片"),
        ("c++", "in c++, mostly"),
        ("kg", "5kg"),
        ("mg", "5 mg每天"),
    ],
)
def test_case_spacing_and_spelling_of_accents_do_not_matter(phrase, text):
    """And scripts without spaces have no word edges to respect."""
    assert stands(phrase, text) == (phrase != "kg")


@pytest.mark.parametrize(
    ("phrase", "text"),
    [("art", "start"), ("art", "party"), ("art", "art1"), ("été", "étés"), ("with food", "withfood"), ("a b", "a, b")],
)
def test_parts_of_words_do_not_count(phrase, text):
    """A phrase is whole words."""
    assert not stands(phrase, text)


def test_a_later_whole_word_counts_after_a_part_of_one():
    """The search goes on behind a match inside a word."""
    assert list(occurrences("art", "party art start art")) == [6, 16]
    assert list(occurrences("a a", "xa a a")) == [3]


@given(st.text())
def test_normalising_twice_changes_nothing_in_spacing(text):
    """No two spaces in a row, none at the ends."""
    found = normalised(text)

    assert found == " ".join(found.split())
