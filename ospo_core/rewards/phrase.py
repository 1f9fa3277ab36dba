"""Whether a phrase stands in a text as whole words, whatever its case and spacing. Knows nothing of facts.

Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) have no edges to respect.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

SPACED_LETTER = r"[\w--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
"""One character of a word in a script that separates words, as a set of the `regex` module's version 1 syntax."""

_INSIDE_WORD = regex.compile(SPACED_LETTER + "{2}", regex.V1)


def normalised(text: str) -> str:
    """Composed (NFC), case-folded, every run of white space one space: the form in which texts are compared."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def occurrences(phrase: str, text: str) -> Iterator[int]:
    """Where the phrase starts in the text as whole words; both normalised, the phrase not empty."""
    start = text.find(phrase)
    while start >= 0:
        if is_word_edge(text, start) and is_word_edge(text, start + len(phrase)):
            yield start
        start = text.find(phrase, start + 1)


def is_word_edge(text: str, position: int) -> bool:
    """Whether no word runs across this position of the text."""
    return position == 0 or _INSIDE_WORD.match(text, position - 1) is None
