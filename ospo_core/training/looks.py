"""What is looked at beside the reward, and never trained on: is it still language, does it repeat itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

import torch
from peft import PeftModel
from transformers import PreTrainedModel


def repetition(texts: Sequence[str]) -> float:
    """Share of the pairs of neighbouring words that stood before in the same text; 0 where no text has two words."""
    pairs = [list(pairwise(words)) for words in (text.lower().split() for text in texts)]
    total = sum(map(len, pairs))
    return 1 - sum(len(set(one)) for one in pairs) / total if total else 0.0


@torch.no_grad()
def fluency(
    model: PreTrainedModel | PeftModel, reference: PreTrainedModel | None, batch: Mapping[str, Any]
) -> float | None:
    """Mean natural log-probability of a generated token under the untrained model; None where no token was generated.

    The untrained model is `reference`, or the trained one with its adapter off. One forward pass over the batch.
    """
    prompt, completion = batch["prompt_ids"], batch["completion_ids"]
    mask = batch["completion_mask"].bool()
    if not mask.any():
        return None
    untrained, adapter_off = _untrained(model, reference)
    was_training = untrained.training
    untrained.eval()
    try:
        with adapter_off:
            logits = untrained(
                input_ids=torch.cat([prompt, completion], dim=1),
                attention_mask=torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1),
                logits_to_keep=completion.size(1) + 1,
            ).logits[:, :-1]
    finally:
        untrained.train(was_training)
    logs = -torch.nn.functional.cross_entropy(logits.float().transpose(1, 2), completion, reduction="none")
    return float(logs[mask].double().mean())


def _untrained(
    model: PreTrainedModel | PeftModel, reference: PreTrainedModel | None
) -> tuple[PreTrainedModel | PeftModel, AbstractContextManager[Any]]:
    if reference is not None:
        return reference, nullcontext()
    assert isinstance(model, PeftModel)
    return model, model.disable_adapter()
