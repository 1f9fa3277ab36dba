"""Where the phrases of a parsed clause begin. Knows a dependency parse, not who made it.

First the words that no grammar would part are kept together: a noun with what stands before it, a preposition with
its noun, a verb with its auxiliaries and its pronouns. Then single words and "of" join the neighbour they depend on,
and what is still longer than six words is cut evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import regex

from ospo_core.text.parsed_word import ParsedWord
from ospo_core.text.unicode_segmenter import even_cuts, is_dash

_BEFORE_NOUN = frozenset(
    ("det", "amod", "nummod", "compound", "poss", "quantmod", "nmod", "advmod", "predet", "case", "neg", "npadvmod")
)
_BEFORE_VERB = frozenset(("aux", "auxpass", "neg", "prt", "advmod"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl"))
_OBJECTS = frozenset(("dobj", "dative"))
_COMPLEMENTS = frozenset(("acomp", "oprd"))
_INTRODUCE = frozenset(("CCONJ", "SCONJ"))
_NEVER_LAST = frozenset(("DET", "ADP", "CCONJ", "SCONJ", "PART", "AUX"))
_NUMBERED = regex.compile(
    r"""\s*+[("'*_]*+(?:art|article|sec|section|§§?|para|paragraph|clause|rule|reg|regulation|step|table|fig|figure|no|"""
    r"""part|chapter|schedule|annex|appendix|item|page|pp?|vol|volume|version|phase|stage|grade|type|day|week)\.?+\s*+""",
    regex.IGNORECASE,
)
_NUMBER = regex.compile(r"""\s*+[("'*_]*+[\d§]""")
# An amount with its unit is often misread by a small model, and never two phrases.
_AMOUNT = regex.compile(r"""\s*+[("'*_~<>≤≥±$€£¥-]*+\d[\d.,/–-]*+""")
_UNIT = regex.compile(
    r"""\s*+(?:[kmµμn]?g|mcg|[kcmd]?l|[kcmµμn]?m|mmol|mol|iu|i\.u|units?|mmhg|%|percent|bps|bp|thousand|million|billion|"""
    r"""trillion|bn|mn|k|ft|feet|inch(?:es)?|miles?|lbs?|oz|°[cf]|[kmgt]?b|hours?|hrs?|h|minutes?|min|seconds?|s|days?|"""
    r"""weeks?|months?|years?|times|tablets?|doses?|dollars?|euros?|usd|eur|gbp)[\p{P}]*+\s*+""",
    regex.IGNORECASE,
)
_VERSUS = frozenset(("v", "v.", "vs", "vs."))
_LONGEST = 6
_OF_PHRASE = 5
_JOINED = 4


def phrase_starts(words: Sequence[ParsedWord], first: int, stop: int) -> list[int]:
    """Numbers of the words that begin the phrases of the clause [first, stop)."""
    starts = [first, *(number for number in range(first + 1, stop) if not _kept_together(words, first, number))]
    joined = _join_small(words, starts, stop)
    return [cut for a, b in pairwise([*joined, stop]) for cut in _cut_long(words, a, b)]


def _kept_together(words: Sequence[ParsedWord], first: int, number: int) -> bool:
    """Whether no phrase can begin at `number`."""
    before, word = number - 1, words[number]
    while before > first and not words[before].parsed:
        before -= 1
    if is_dash(words[before].text):
        return True
    if not word.parsed or not words[before].parsed:
        return not is_dash(word.text)
    return _same_noun_phrase(words, before, number) or (
        not words[before].text.rstrip().endswith((",", ";", ":"))
        and (_same_verb_group(words, before, number) or _introduces(words, before, number))
    )


def _same_noun_phrase(words: Sequence[ParsedWord], before: int, number: int) -> bool:
    """A noun and its modifiers in front; a number after what it numbers ("Table 2"); the parties of a case."""
    earlier, word = words[before], words[number]
    if _is_amount(words, number) and earlier.part_of_speech in ("NOUN", "PROPN"):
        return False
    named = earlier.part_of_speech == "PROPN" and not earlier.text.rstrip().endswith((",", ";", ":", ")"))
    if _is_amount(words, before) or (_NUMBER.match(word.text) and (named or _NUMBERED.fullmatch(earlier.text))):
        return True
    versus = earlier.text.strip() in _VERSUS or word.text.strip() in _VERSUS
    return versus or _noun(words, before) == _noun(words, number)


def _is_amount(words: Sequence[ParsedWord], number: int) -> bool:
    """Whether a word is a number whose unit is the next word."""
    if number + 1 >= len(words) or not _UNIT.fullmatch(words[number + 1].text):
        return False
    return _AMOUNT.fullmatch(words[number].text) is not None


def _noun(words: Sequence[ParsedWord], number: int) -> int:
    """The last word of the noun phrase or adjective phrase a word stands in front of, itself when of none."""
    word = words[number]
    while word.relation in _BEFORE_NOUN and word.head > number and _can_end(words, number):
        number = word.head
        word = words[number]
    return number


def _can_end(words: Sequence[ParsedWord], number: int) -> bool:
    """Whether the head of a modifier ends a noun phrase: a verb does not, nor "under" after "thirty days"."""
    head = words[words[number].head]
    return not head.is_verb and not (head.part_of_speech == "ADP" and words[number].relation == "npadvmod")


def _verb(words: Sequence[ParsedWord], number: int) -> int:
    """The verb a word is an auxiliary, a negation, a particle or an adverb of; itself when of none."""
    word = words[number]
    return word.head if word.relation in _BEFORE_VERB and words[word.head].is_verb else number


def _same_verb_group(words: Sequence[ParsedWord], before: int, number: int) -> bool:
    """A verb with its auxiliaries, with a pronoun beside it, or a copula with its adjective."""
    earlier, word, verb = words[before], words[number], _verb(words, before)
    if verb == _verb(words, number):
        return True
    if earlier.part_of_speech == "PRON" and earlier.relation in _SUBJECTS:
        return earlier.head == _verb(words, number)
    if word.part_of_speech == "PRON" and word.relation in _OBJECTS:
        return word.head == verb
    complement = words[_noun(words, number)]
    return complement.relation in _COMPLEMENTS and complement.head == verb


def _introduces(words: Sequence[ParsedWord], before: int, number: int) -> bool:
    """A conjunction before anything; a preposition before its object or a second preposition."""
    earlier = words[before]
    if earlier.part_of_speech in _INTRODUCE or earlier.relation in ("cc", "mark", "preconj"):
        return True
    return earlier.part_of_speech == "ADP" and words[_noun(words, number)].head == before


def _join_small(words: Sequence[ParsedWord], starts: Sequence[int], stop: int) -> list[int]:
    """Join single words and phrases with "of" to the neighbour they depend on, while the result stays short."""
    joined = list(starts[:1])
    for start, end in pairwise([*starts[1:], stop]):
        size = end - joined[-1]
        single = min(start - joined[-1], end - start) == 1 and size <= _JOINED
        of_phrase = words[start].text.strip().casefold() == "of" and size <= _OF_PHRASE
        if not ((single or of_phrase) and _linked(words, joined[-1], start, end)):
            joined.append(start)
    return joined


def _linked(words: Sequence[ParsedWord], first: int, middle: int, stop: int) -> bool:
    """Whether a word of one run depends on a word of the other, and no comma stands between."""
    if words[middle - 1].text.rstrip().endswith((",", ";", ":")) or is_dash(words[middle].text):
        return False
    left = any(middle <= word.head < stop for word in words[first:middle])
    return left or any(first <= word.head < middle for word in words[middle:stop])


def _cut_long(words: Sequence[ParsedWord], first: int, stop: int) -> list[int]:
    """Even cuts of a run of more than six words, each moved back before words that cannot end a phrase."""
    if stop - first <= _LONGEST:
        return [first]
    cuts = [first]
    for cut in even_cuts(first, stop)[1:]:
        while cut - 1 > cuts[-1] and words[cut - 1].part_of_speech in _NEVER_LAST:
            cut -= 1
        cuts.append(cut)
    return cuts
