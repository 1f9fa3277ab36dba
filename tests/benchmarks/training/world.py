"""What a world is: a task whose reward, in several shapes, is defined on every text and every fragment of one.

Words are numbers; a text is a row of them, PAD behind its end. Prompts of one world all have the same length.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

PAD, EOS, SEP = 0, 1, 2
SPECIAL = ("<pad>", "<eos>", "<sep>")


class World(Protocol):
    """One draw of a task. The same seed draws the same world.

    Attributes:
        name: what it is called in results.
        shapes: the rewards it offers.
        vocabulary: every word, SPECIAL first.
        prompts: (prompts, L) words, SEP last.
        training: how many prompts, from the first, are trained on; the others are held out.
        longest: most words of a text.
    """

    name: str
    shapes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    prompts: Tensor
    training: int
    longest: int

    def sentences(self, count: int, seed: int) -> Tensor:
        """(count, L + longest + 1) training prompts with a text to pretrain on: well formed, seldom right."""
        ...

    def worths(self, shape: str, prompts: Tensor, texts: Tensor) -> Tensor:
        """(N,) float64 reward of `texts` (N, longest) as answers to the prompts numbered `prompts` (N,)."""
        ...

    def model_answers(self) -> Tensor:
        """(prompts, longest) the shortest text that answers each prompt in full: shows what can be reached."""
        ...
