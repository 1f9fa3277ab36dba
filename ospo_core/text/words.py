"""Where words begin, in any script. Knows no language: the rules are whitespace and Unicode's scripts.

A word is a chunk between white spaces, with the white space before it and the punctuation attached to it, so that
words tile a text and deleting some leaves a text. Two things are cut out of chunks: a citation marker such as "[2]" or
"[2, 3]" is a word of its own, and scripts written without spaces are cut further, after Unicode Standard Annex 29: a
Han ideograph, a run of Hiragana, a run of Katakana. Thai, Lao, Khmer and Myanmar need a dictionary to do well; here a
word of theirs is up to four grapheme clusters, an arbitrary length near that of a short word. Closing punctuation goes
with the word before it, opening punctuation with the word after.
"""

from __future__ import annotations

import regex

from ospo_core.text.graphemes import grapheme_starts

_OPENING = r"""[\p{Ps}\p{Pi}"'*_`\#]"""
_CLOSING = r"[\p{P}--[\p{Ps}\p{Pi}]]"
_CLUSTERED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_SPACELESS_WORD = rf"""(?:
    (?=\p{{Han}})\X
    | \p{{Hiragana}}[\p{{Hiragana}}\p{{M}}ー]*
    | \p{{Katakana}}[\p{{Katakana}}\p{{M}}ー]*
    | (?:(?={_CLUSTERED})\X){{1,4}}
)"""
_MARKER = r"\[\^?\d{1,4}(?:[,;–-]\x20?\d{1,4}){0,8}\]"
# What follows must end the chunk, so that the index in `x[0].name` is no citation.
_CITATION = rf"(?:{_MARKER}(?={_CLOSING}{{0,4}}(?:\s|\Z|\[|{_SPACELESS})))"
_SPECIAL = rf"{_OPENING}{{0,4}}(?:{_SPACELESS_WORD}|{_CITATION})"
# Every repetition is bounded or possessive: a chunk of any length is read once.
_WORD = regex.compile(
    rf"\s*+(?:{_SPECIAL}{_CLOSING}*+|(?:(?!{_OPENING}{{0,4}}(?:{_SPACELESS}|{_CITATION}))\S)++|\Z)",
    regex.V1 | regex.VERBOSE,
)
_LONE_CITATION = regex.compile(rf"\s*+\(?{_MARKER}{_CLOSING}*+\s*+", regex.V1)


def word_starts(text: str) -> tuple[int, ...]:
    """Sorted starts of the words that tile `text`, the first 0, all on grapheme boundaries; linear in its length."""
    found = {match.start() for match in _WORD.finditer(text) if match.group().strip()}
    return tuple(sorted((found & grapheme_starts(text)) | {0}))


def split_at(text: str, starts: tuple[int, ...]) -> list[str]:
    """The pieces of `text` that begin at the given sorted starts."""
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def is_citation(word: str) -> bool:
    """Whether a word is nothing but a citation marker with its punctuation."""
    return _LONE_CITATION.fullmatch(word) is not None
