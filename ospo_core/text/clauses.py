"""Where the clauses of a parsed sentence begin. Knows a dependency parse, not who made it.

Every word belongs to the nearest verb above it that heads a clause. A clause interrupted by another ("the deposit,
which was paid, must be returned") is not one run of words; each of its runs is a clause here, because the nodes of a
tree of players are contiguous.
"""

from __future__ import annotations

from collections.abc import Sequence

from ospo_core.text.parsed_word import ParsedWord
from ospo_core.text.unicode_segmenter import ends_strongly, is_dash

_HEADS = frozenset(("advcl", "ccomp", "relcl", "csubj", "csubjpass", "parataxis"))
_LOOKS_AHEAD = frozenset(("cc", "mark", "preconj"))
_SHORTEST = 2


def clause_starts(words: Sequence[ParsedWord], first: int, stop: int) -> list[int]:
    """Numbers of the words that begin the clauses of the sentence [first, stop); linear in its length.

    A colon, semicolon or spaced dash always parts clauses; the parse parts them where both sides stand on their own,
    having two words or the verb that heads the clause.
    """
    owners = _owners(words, first, stop)
    starts = [first]
    for number in range(first + 1, stop):
        strong = ends_strongly(words[number - 1].text) or is_dash(words[number].text)
        turn = owners[number - first] != owners[number - first - 1]
        complete = number - starts[-1] >= _SHORTEST or owners[starts[-1] - first] == starts[-1]
        parsed = turn and complete and _stands(owners, number, first)
        if parsed or (strong and not is_dash(words[number - 1].text)):
            starts.append(number)
    return starts


def _owners(words: Sequence[ParsedWord], first: int, stop: int) -> list[int]:
    """For each word of the sentence the number of the clause's head; conjunctions go with what they introduce.

    What was not parsed goes with the word before it (citations) or, beginning a sentence, after it (bullets).
    """
    known: dict[int, int] = {}
    owners = [_owner(words, number, known) for number in range(first, stop)]
    for place in reversed(range(len(owners) - 1)):
        if words[first + place].relation in _LOOKS_AHEAD or not words[first + place].parsed:
            owners[place] = owners[place + 1]
    for place in range(1, len(owners)):
        if not words[first + place].parsed:
            owners[place] = owners[place - 1]
    return owners


def _owner(words: Sequence[ParsedWord], number: int, known: dict[int, int]) -> int:
    """The nearest head of a clause at or above a word, remembered for all words on the way."""
    path = []
    while number not in known and not _heads_clause(words, number):
        path.append(number)
        number = words[number].head
    owner = known.get(number, number)
    known.update(dict.fromkeys((*path, number), owner))
    return owner


def _heads_clause(words: Sequence[ParsedWord], number: int) -> bool:
    """The root, a verb that depends as a clause, or a verb coordinated with such a verb."""
    word = words[number]
    if word.head == number:
        return True
    if not word.is_verb:
        return False
    if word.relation == "conj":
        return words[word.head].is_verb and _heads_clause(words, word.head)
    return word.relation in _HEADS


def _stands(owners: Sequence[int], number: int, first: int) -> bool:
    """Whether the run of words that begins at `number` makes a clause: its own head, or two words of one owner."""
    ahead = owners[number - first : number - first + _SHORTEST]
    return ahead[0] == number or ahead == [ahead[0]] * _SHORTEST
