"""How a prompt and an answer become one text: the tokenizer's chat template, or a blank line where it has none.

Knows no model. The text before the answer depends on the prompt alone; that is what a model can be given once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerFast

from ospo_core.errors import SettingsError

_STAND_IN = "\ue000"
"""A character of no language in the answer's place: it shows what a template writes before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One prompt with one answer, as the model reads it.

    Attributes:
        text: the whole.
        start: where the answer begins.
        stop: where it ends.
        trimmed: white space that the template took from the answer's beginning.
    """

    text: str
    start: int
    stop: int
    trimmed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around any answer to one prompt."""

    prompt: str
    before: str
    after: str


class Dialogue:
    """Writes prompts and answers as one tokenizer's template wants them."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._tokenizer = tokenizer
        self.has_template = tokenizer.chat_template is not None

    @property
    def identity(self) -> Mapping[str, str]:
        """What decides the text, for a specification."""
        return {"layout": "chat template" if self.has_template else "joined by a blank line"}

    def frame(self, prompt: str) -> Frame:
        """What stands around answers to `prompt`. Raises: SettingsError: the template cannot render a plain turn."""
        if not self.has_template:
            return Frame(prompt=prompt, before=f"{prompt}\n\n", after="")
        before, found, after = self._rendered(prompt, _STAND_IN).rpartition(_STAND_IN)
        if not found:
            raise SettingsError("the tokenizer's chat template leaves the answer out; choose another model")
        return Frame(prompt=prompt, before=before, after=after)

    def turn(self, frame: Frame, answer: str) -> Turn:
        """`answer` inside its frame. Raises: SettingsError: the template rewrites answers."""
        if not self.has_template:
            return Turn(text=frame.before + answer, start=len(frame.before), stop=len(frame.before) + len(answer))
        text = self._rendered(frame.prompt, answer)
        start, stop = len(frame.before), len(text) - len(frame.after)
        written = text[start:stop]
        if not text.startswith(frame.before) or written.strip() != answer.strip():
            raise SettingsError("the tokenizer's chat template rewrites answers; choose another model")
        return Turn(text=text, start=start, stop=stop, trimmed=_indent(answer) - _indent(written))

    def _rendered(self, prompt: str, answer: str) -> str:
        messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
        try:
            return str(self._tokenizer.apply_chat_template(messages, tokenize=False))
        except TemplateError as error:
            raise SettingsError(
                f"the tokenizer's chat template fails on a prompt with an answer ({type(error).__name__}); "
                "choose another model"
            ) from None


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
