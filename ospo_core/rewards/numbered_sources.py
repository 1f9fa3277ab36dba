"""The numbered sources that a prompt for a retrieval-augmented answer gives: "[1] text ... [2] text ...".

Knows layouts, not meaning: a source begins with its number at the beginning of a line ("[1] ...", "- [1] ...",
"Source [1]: ...", "Sources: [1] ...", or the number on a line of its own); or anywhere, if not more than one line
begins with a number. It ends where the next begins; the last ends at a blank line or at a line that asks
("Question ...:").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from ospo_core.errors import TextError

_NUMBER = r"\[(?P<number>\d{1,4})\]"
_STOP = r"(?:\h*+[:.)–-])?+"
_BULLET = r"^\h*+[-*•#>]{0,4}\h*+"
_PLAIN = rf"{_NUMBER}{_STOP}(?=\h*+(?:\r?$|[^\s\[\],;]))"
_LABELLED = rf"\p{{L}}++\h*+{_NUMBER}(?:\h*+:|(?=\h*+\()|(?=\h*+\r?$))"
_INTRODUCED = rf"\p{{L}}++(?:\h\p{{L}}++)?:\h++{_NUMBER}{_STOP}(?=\h*+[^\s\[\],;])"
_AT_LINE = regex.compile(rf"{_BULLET}(?:{_PLAIN}|{_LABELLED}|{_INTRODUCED})", regex.MULTILINE)
# Two words at least, so that "cite as [1] or [2]" is not read as a source.
_ANYWHERE = regex.compile(rf"(?<!\S){_NUMBER}{_STOP}(?=(?:\s++[^\s\[\],;]++){{2}})")
_END_OF_LAST = regex.compile(
    r"\R\h*+\R|\R\h*+(?=(?:question|query|task|instructions?|user|answer|q)\b[^\n:]{0,40}:)", regex.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedSource:
    """One source: its number in the prompt, and what it says."""

    number: int
    text: str


def numbered_sources(prompt: str) -> tuple[NumberedSource, ...]:
    """The sources in the order of the prompt; linear in its length.

    Raises: TextError: there are none, a number is given twice, or a source says nothing.
    """
    found = _beginnings(prompt)
    if not found:
        raise TextError("holds no numbered sources; write each on a line of its own, as in: [1] text of the source")
    sources = [
        NumberedSource(number=int(this["number"]), text=prompt[this.end() : following.start()].strip())
        for this, following in pairwise(found)
    ]
    last = NumberedSource(number=int(found[-1]["number"]), text=_to_its_end(prompt[found[-1].end() :]))
    _check([*sources, last])
    return (*sources, last)


def _beginnings(prompt: str) -> list[regex.Match[str]]:
    at_line, anywhere = list(_AT_LINE.finditer(prompt)), list(_ANYWHERE.finditer(prompt))
    return at_line if len(at_line) > 1 or not anywhere else anywhere


def _to_its_end(rest: str) -> str:
    return _END_OF_LAST.split(rest.strip(), maxsplit=1)[0].strip()


def _check(sources: Sequence[NumberedSource]) -> None:
    times = Counter(source.number for source in sources)
    twice = [f"[{number}]" for number, count in times.items() if count > 1]
    if twice:
        raise TextError(f"gives more than one source the number {', '.join(twice)}; number every source differently")
    empty = [f"[{source.number}]" for source in sources if not any(map(str.isalnum, source.text))]
    if empty:
        raise TextError(f"has no text behind {', '.join(empty)}; write what the source says after its number")
