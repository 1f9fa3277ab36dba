import pytest

from ospo_core.text.sentences import is_list_marker, paragraph_starts, sentence_breaks
from ospo_core.text.words import split_at, word_starts


def words(text):
    return split_at(text, word_starts(text))


def break_before(text, word):
    found = words(text)
    return sentence_breaks(found)[[each.strip() for each in found].index(word)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It stops. Here", "Here"),
        ("It stops! Here", "Here"),
        ('He said "no." Here', "Here"),
        ("It **stops.** Here", "Here"),
        ("It stops.[2] Here", "Here"),
        ("It stops. [2] Here", "Here"),
        ("It stops [2]. Here", "Here"),
        ("Wait... Here", "Here"),
        ("A heading\n\nhere", "here"),
        ("one item\n- two", "-"),
        ("Heading\nHere", "Here"),
        ("```\nx = 1\ny = 2\n```", "y"),
        ("停。好", "好"),
        ("كيف؟ أنا", "أنا"),
        ("है। दूसरा", "दूसरा"),
    ],
)
def test_a_sentence_begins(text, word):
    """After stops of any script, their quotes, markup and citations; on new lines of lists, headings and code."""
    assert break_before(text, word) is True


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ask Dr. Smith", "Smith"),
        ("Roe v. Wade", "Wade"),
        ("drugs, e.g. Aspirin", "Aspirin"),
        ("See No. 5", "5"),
        ("under Art. 12", "12"),
        ("take 2.4 mg", "mg"),
        ("It stops. [2] Here", "[2]"),
        ("1. Take", "Take"),
        ("wrapped line\nthat goes on", "that"),
        ("no stop Here", "Here"),
        ('"Stop!" he said', "he"),
    ],
)
def test_a_sentence_goes_on(text, word):
    """After abbreviations, before citations, after the number of a list item and in wrapped lines."""
    assert break_before(text, word) is False


@pytest.mark.parametrize(
    ("text", "word"),
    [("the U.S. Court", "Court"), ("Apple Inc. Then", "Then"), ("5 mg. then", "then"), ("Ask J. Roe", "Roe")],
)
def test_what_only_grammar_can_tell_is_left_open(text, word):
    """A full stop that may be an abbreviation's is not decided by rule."""
    assert break_before(text, word) is None


def test_paragraphs_are_parted_by_blank_lines():
    """A blank line, with spaces in it or Windows line ends, begins a paragraph; a single line break does not."""
    found = words("one\ntwo\n \nthree\r\n\r\nfour")

    assert [found[number].strip() for number in paragraph_starts(found)] == ["one", "three", "four"]


def test_a_list_marker_stands_at_the_beginning_of_a_line():
    """The same number inside a line is no marker."""
    found = words("2. Take 2.\n(a) Then")

    assert [is_list_marker(found, number) for number in range(len(found))] == [True, False, False, True, False]
