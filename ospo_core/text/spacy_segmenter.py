"""Segments English by the dependency parse of spaCy's en_core_web_sm (Honnibal et al., https://spacy.io).

Line breaks and unmistakable full stops part sentences and nothing else but a full stop may; where the rules of
`sentences` are undecided, the parse decides. The parser does not see markdown, bullets and citation markers, which it
would take for nouns. Knows nothing of tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Any

import regex

from ospo_core.errors import ModelMissing, TextError
from ospo_core.text.clauses import clause_starts
from ospo_core.text.parsed_word import ParsedWord
from ospo_core.text.phrases import phrase_starts
from ospo_core.text.segmentation import SPACY_MODEL, Segmentation
from ospo_core.text.sentences import is_list_marker, on_new_line, paragraph_starts, sentence_breaks
from ospo_core.text.words import is_citation, split_at, word_starts

_MARKUP = "*_`~#|>"
_LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")
# Longer chunks (base64, minified code) are one token each: tokenising them further helps no parse and takes long.
_LONGEST_CHUNK = 100
_LONGEST_TEXT = 1_000_000
# A loaded pipeline writes to its vocabulary while it works, so one text goes through it at a time.
_in_use = Lock()


class SpacySegmenter:
    """Sentences, clauses, phrases and words of English texts. The model is loaded at the first text, once a process."""

    @property
    def name(self) -> str:
        """What a result calls it."""
        return "english"

    def segment(self, text: str) -> Segmentation:
        """Nested levels of a text that is not empty. About 0.2 ms a word once the model is loaded (two seconds).

        Raises:
            TextError: the text has more than a million code points.
            ModelMissing: spaCy or its English model is not installed.
        """
        if len(text) > _LONGEST_TEXT:
            raise TextError(f"the parser takes at most {_LONGEST_TEXT:,} code points, got {len(text):,}; shorten it")
        starts = word_starts(text)
        texts = split_at(text, starts)
        words, sentences = _parse(texts)
        clauses = [cut for a, b in pairwise([*sentences, len(words)]) for cut in clause_starts(words, a, b)]
        phrases = [cut for a, b in pairwise([*clauses, len(words)]) for cut in phrase_starts(words, a, b)]
        levels = [("paragraph", paragraph_starts(texts)), ("sentence", sentences), ("clause", clauses)]
        return Segmentation.of_words(starts, [*levels, ("phrase", phrases)])


@cache
def _load() -> Any:
    """The pipeline, without what this module has no use for. Raises: ModelMissing: it is not installed."""
    try:
        import spacy

        return spacy.load(SPACY_MODEL, exclude=["ner", "lemmatizer"])
    except (ImportError, OSError) as error:
        raise ModelMissing(f"the english segmenter needs spacy and {SPACY_MODEL}; install both") from error


def _parse(texts: Sequence[str]) -> tuple[list[ParsedWord], list[int]]:
    """The words with their relations, and the numbers of those that begin a sentence."""
    breaks = sentence_breaks(texts)
    with _in_use:
        pipeline = _load()
        # Inside the zone the vocabulary forgets the strings of this text when it is done.
        with pipeline.memory_zone():
            return _read(pipeline, texts, breaks)


def _read(pipeline: Any, texts: Sequence[str], breaks: Sequence[bool | None]) -> tuple[list[ParsedWord], list[int]]:
    from spacy.tokens import Doc

    pieces = [_pieces(pipeline, texts, number) for number in range(len(texts))]
    owner = [number for number, tokens in enumerate(pieces) for _ in tokens]
    document = Doc(
        pipeline.vocab,
        words=[token for tokens in pieces for token in tokens],
        spaces=[a != b for a, b in pairwise([*owner, len(texts)])],
        sent_starts=_token_breaks(pieces, breaks),
    )
    document = pipeline(document) if owner else document
    words = [ParsedWord(text=text, head=number) for number, text in enumerate(texts)]
    sentences = [number for number, begins in enumerate(breaks) if begins]
    for first, stop in _runs(owner):
        number, top = owner[first], document[first:stop].root
        words[number] = ParsedWord(
            text=texts[number], head=owner[top.head.i], relation=top.dep_ or "dep", part_of_speech=top.pos_
        )
        if breaks[number] is None and document[first].is_sent_start:
            sentences.append(number)
    return words, sorted(sentences)


def _pieces(pipeline: Any, texts: Sequence[str], number: int) -> list[str]:
    """The parser's tokens of one word; none for what is layout and not language."""
    core = texts[number].strip().strip(_MARKUP)
    if not core or is_citation(texts[number]) or is_list_marker(texts, number):
        return []
    if on_new_line(texts, number) and not _LETTER_OR_DIGIT.search(core):
        return []
    return [core] if len(core) > _LONGEST_CHUNK else [token.text for token in pipeline.tokenizer(core)]


def _token_breaks(pieces: Sequence[Sequence[str]], breaks: Sequence[bool | None]) -> list[bool | int | None]:
    """What the parser is told of each token: it begins a sentence, it does not, or (None) decide."""
    told: list[bool | int | None] = []
    due = False
    for tokens, begins in zip(pieces, breaks, strict=True):
        due = due or begins is True
        if tokens:
            told += [True if due else begins, *[False] * (len(tokens) - 1)]
            due = False
    return told


def _runs(owner: Sequence[int]) -> list[tuple[int, int]]:
    """[first, stop) of each run of equal numbers."""
    starts = [place for place in range(len(owner)) if place == 0 or owner[place] != owner[place - 1]]
    return list(pairwise([*starts, len(owner)]))
