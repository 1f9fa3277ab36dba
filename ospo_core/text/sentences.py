"""Where sentences and paragraphs begin, told from the words alone. Knows no grammar.

After Unicode Standard Annex 29 (sentence boundaries), with what answers of language models need besides: lines of
lists and code, citation markers after the full stop, and abbreviations. Where a full stop could be either, the rules
say so (None) and leave the decision to whoever has a parse.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from ospo_core.text.words import is_citation

_CLOSERS = r"""[\p{Pe}\p{Pf}"'*_`~]*+\s*+\Z"""
_MARK = regex.compile(rf"([.!?…．。！？｡؟।॥۔።։])(?={_CLOSERS})", regex.V1)
_NEEDS_NO_SPACE = frozenset("。！？｡")
_LINE = regex.compile(r"\s*?\R")
_BLANK_LINE = regex.compile(r"\s*?\R\h*\R")
_LIST_MARKER = regex.compile(r"(?:\(?(?:\d{1,3}|\p{L}|[ivx]{1,4})\)|(?:\d{1,3}|\p{Ll}|[ivx]{1,4}|[IVX]{2,4})\.)")
_GOES_ON = regex.compile(r"[\p{L}\p{N},]\Z")
_INITIALS = regex.compile(r"\p{L}\.|\p{L}{1,3}(?:\.\p{L}{1,3})+\.")
_NUMBER = regex.compile(r"[\d§(]|[IVXLC]+\b")
_EDGES = "\"'“”‘’«»()[]{}*_`~"

_QUOTES = ('"', "'", "”", "’", "»")
_NEVER_LAST = regex.compile(
    r"dr|mr|mrs|ms|prof|hon|gen|sen|rep|gov|capt|lt|sgt|rev|messrs|st|mt|v|vs|e\.g|i\.e|cf|viz|approx|ca|"
    r"bzw|resp|z\.b|d\.h|u\.a|mme|mlle|sr|sra"
)
_BEFORE_NUMBERS = regex.compile(
    r"nos?|nr|arts?|secs?|figs?|eqs?|ch|chap|vol|pp?|paras?|cl|regs?|sched|tab|app|ex|nn?|abs|ziff|núm|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_EITHER = regex.compile(r"al|inc|ltd|corp|co|llc|jr|etc|dept|est")


def sentence_breaks(words: Sequence[str]) -> list[bool | None]:
    """For each word whether a sentence begins with it; None where only grammar could tell. Words hold their spaces."""
    breaks: list[bool | None] = [True]
    fenced = False
    for number in range(1, len(words)):
        fenced ^= words[number - 1].count("```") % 2 == 1
        breaks.append(_breaks_line(words[number - 1], words[number], fenced) or _break_after_mark(words, number))
    return breaks


def paragraph_starts(words: Sequence[str]) -> list[int]:
    """Numbers of the words that begin a paragraph: the first, and those after a blank line."""
    return [number for number, word in enumerate(words) if number == 0 or _BLANK_LINE.match(word)]


def on_new_line(words: Sequence[str], number: int) -> bool:
    """Whether a word is the first of its line."""
    return number == 0 or _LINE.match(words[number]) is not None


def is_list_marker(words: Sequence[str], number: int) -> bool:
    """Whether a word is the number or letter of a list item, such as "2." at the beginning of a line."""
    return on_new_line(words, number) and _LIST_MARKER.fullmatch(words[number].strip()) is not None


def _breaks_line(before: str, word: str, fenced: bool) -> bool:
    """A line break ends a sentence, unless the text is wrapped: unfinished before it, in lower case after it."""
    if not _LINE.match(word):
        return False
    wrapped = _GOES_ON.search(before) is not None and word.strip()[:1].islower()
    return fenced or not wrapped or _BLANK_LINE.match(word) is not None


def _break_after_mark(words: Sequence[str], number: int) -> bool | None:
    """Whether the words before `number` end a sentence by their punctuation; citations belong to what they follow."""
    word, last = words[number], number - 1
    if is_citation(word):
        return False
    while last > 0 and is_citation(words[last]) and not _MARK.search(words[last]):
        last -= 1
    mark = _MARK.search(words[last])
    if mark is None or is_list_marker(words, last):
        return False
    if mark.group(1) in _NEEDS_NO_SPACE:
        return True
    if not word[0].isspace():
        return False
    ends = _after_stop(words[last].strip().strip(_EDGES), word.strip().lstrip(_EDGES))
    # What goes on in lower case after a quotation is the speaker's name or verb.
    return False if ends is None and words[last].strip().endswith(_QUOTES) else ends


def _after_stop(stopped: str, following: str) -> bool | None:
    """Whether a word that ends in a full stop or the like ends the sentence, given the bare word that follows."""
    stem = stopped[:-1].casefold()
    if stopped.endswith("."):
        if _NEVER_LAST.fullmatch(stem) or (_BEFORE_NUMBERS.fullmatch(stem) and _NUMBER.match(following)):
            return False
        if _EITHER.fullmatch(stem) or _INITIALS.fullmatch(stopped):
            return None
    return None if following[:1].islower() else True
