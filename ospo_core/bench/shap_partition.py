"""SHAP's PartitionExplainer on the same answer and the same reward as ours. Needs the extra `bench`.

With our words for tokens and our restricted texts its credit can be compared with ours. With the model's tokenizer it
is what SHAP's documentation shows: masked tokens stay in the text as mask tokens, so that its texts are longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ospo_core.bench.masked_answer import MaskedAnswer
from ospo_core.rewards.extras import needing
from ospo_core.shapes import Credit, Scores


class ShapPartition:
    """Explains one answer. Raises: ModelMissing: shap is not installed."""

    def __init__(self, answer: MaskedAnswer, tokenizer: Any = None) -> None:
        """With a tokenizer, SHAP cuts and masks the text by its own defaults; else into our words."""
        with needing("bench"):
            import shap
            from shap.maskers import Text
        self._answer = answer
        masker = _masker(Text, answer) if tokenizer is None else Text(tokenizer)
        self._explainer = shap.PartitionExplainer(self._scores, masker)

    def credit(self, *, budget: int | None = None, batch_size: int | None = None) -> Credit:
        """SHAP's value of each word or token, in reward units.

        Args:
            budget: most evaluations; None is SHAP's default.
            batch_size: texts given to the model at once; None is SHAP's default for texts.
        """
        asked: dict[str, Any] = {"max_evals": budget, "batch_size": batch_size}
        settings = {name: value for name, value in asked.items() if value is not None}
        explanation: Any = self._explainer([self._answer.text], silent=True, **settings)
        return np.asarray(explanation.values[0], dtype=np.float64)

    def _scores(self, texts: Any) -> Scores:
        return self._answer.scores([str(text) for text in texts])


def _masker(text_masker: type, answer: MaskedAnswer) -> Any:
    """SHAP's text masker with our words for tokens and our restricted texts."""

    class WordsMasker(text_masker):
        def __call__(self, mask: Any, text: str) -> Any:
            present = np.asarray(self._standardize_mask(mask, text), dtype=bool)
            return (np.array([answer.restricted(present)]),)

    def words_as_tokens(text: str, return_offsets_mapping: bool = True) -> dict[str, Any]:
        # SHAP tokenizes an empty text and its own placeholder too, to learn what the tokenizer puts around a text.
        if text != answer.text:
            return {"input_ids": [0] if text else [], "offset_mapping": [(0, len(text))] if text else []}
        offsets = [(player.start, player.end) for player in answer.players]
        return {"input_ids": list(range(len(offsets))), "offset_mapping": offsets}

    return WordsMasker(words_as_tokens)
