"""A word with its place in a dependency parse. Knows neither the parser nor the text's layout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedWord:
    """One word of a text; several tokens of a parser make one word, and the highest of them speaks for it.

    Attributes:
        text: the word with its spaces and punctuation.
        head: number of the word it depends on; its own number for the root of a sentence.
        relation: the dependency label (ClearNLP's, as spaCy's English models give it); empty for what was not parsed,
            such as a citation marker or the bullet of a list.
        part_of_speech: the universal tag; empty likewise.
    """

    text: str
    head: int
    relation: str = ""
    part_of_speech: str = ""

    @property
    def parsed(self) -> bool:
        """Whether the parser saw this word."""
        return self.relation != ""

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb or an auxiliary."""
        return self.part_of_speech in ("VERB", "AUX")
