"""Prompts and answers as token numbers of whole turns, with those of the prompt alone beside them.

Knows no model. Turns are tokenized whole: prompt and answer apart could give other tokens at the seam.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Int64
from numpy import ndarray
from transformers import PreTrainedTokenizerFast

from ospo_core.models.dialogue import Dialogue, Turn
from ospo_core.models.tokenized import Tokenized, require_window, tokenized
from ospo_core.text.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizedTurn:
    """One prompt with one answer; `prompt` are the tokens of the text before any answer to it."""

    prompt: Int64[ndarray, "p"]
    turn: Turn
    tokens: Tokenized

    def in_turn(self, spans: Sequence[Span]) -> list[Span]:
        """Spans of the answer as spans of the turn's text, without what the template trimmed."""
        shift, start, stop = self.turn.start - self.turn.trimmed, self.turn.start, self.turn.stop
        moved = [(max(start, span.start + shift), min(stop, span.end + shift)) for span in spans]
        return [Span(first, end) for first, end in moved if first < end]


class TurnReader:
    """Writes turns as the tokenizer's template wants them and tokenizes each once."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, window: int) -> None:
        self.dialogue = Dialogue(tokenizer)
        self._tokenizer = tokenizer.backend_tokenizer
        self.window = window

    @property
    def identity(self) -> Mapping[str, object]:
        """What decides the tokens: the longest turn there may be, and how prompt and answer are joined."""
        return {"max_tokens": self.window, **self.dialogue.identity}

    def read(self, pairs: Sequence[tuple[str, str]], indices: Sequence[int]) -> Iterator[TokenizedTurn]:
        """One turn per prompt and answer, in order; `indices` are where the caller has them.

        Raises: TextError: one is longer than the model reads; names its index.
        """
        frames = {prompt: self.dialogue.frame(prompt) for prompt, _ in pairs}
        befores = self._tokenized([frame.before for frame in frames.values()])
        prompts = {prompt: before.ids for prompt, before in zip(frames, befores, strict=True)}
        turns = [self.dialogue.turn(frames[prompt], answer) for prompt, answer in pairs]
        texts = self._tokenized([turn.text for turn in turns])
        for (prompt, _), turn, tokens, index in zip(pairs, turns, texts, indices, strict=True):
            require_window(len(tokens.ids), self.window, index)
            yield TokenizedTurn(prompt=prompts[prompt], turn=turn, tokens=tokens)

    def _tokenized(self, texts: Sequence[str]) -> Iterator[Tokenized]:
        # A template writes the special tokens itself.
        return tokenized(self._tokenizer, texts, special=not self.dialogue.has_template)
