"""What the policy writes for the same few prompts as it learns, with the credit of every token by the engine.

Drawn as in training, but every time with the same dice: what changes from look to look is the policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from peft import PeftModel
from transformers import PreTrainedModel

from ospo_core.attribution import Attribution, Options, Subject
from ospo_core.errors import BudgetTooSmall
from ospo_core.estimators.methods import method_named
from ospo_core.models.tokenizer import FastTokenizer
from ospo_core.rewards.checked import checked_scores
from ospo_core.rewards.reward import Reward
from ospo_core.text.tokens import TokenOffsets
from ospo_core.training.policy import Policy

EVALUATIONS = 128
"""Of one sample's credit, where its text does not need more: a few seconds with an embedding model on two cores."""


def sample(
    policy: Policy,
    model: PreTrainedModel | PeftModel,
    prompt: str,
    reward: Reward,
    *,
    players: str,
    max_new_tokens: int,
    temperature: float,
    seed: int,
    end_ids: Sequence[int],
) -> Mapping[str, Any]:
    """One prompt's answer with its credit, as a `samples` event carries it. Raises: RewardError."""
    ids = written(policy, model, prompt, max_new_tokens, temperature, seed, end_ids)
    text = str(policy.tokenizer.decode(ids, skip_special_tokens=True))
    if not text.strip():
        nothing = float(checked_scores(reward, [prompt], [text])[0])
        empty: dict[str, Any] = {"pieces": [], "credit": [], "standard_error": []}
        return {"prompt": prompt, **empty, "reward": nothing, "baseline": nothing, "tokens": len(ids)}
    credit = explained(prompt, text, reward, offsets_of(policy, ids), players)
    return {"prompt": prompt, **_columns(credit), "tokens": len(ids)}


@torch.no_grad()
def written(
    policy: Policy,
    model: PreTrainedModel | PeftModel,
    prompt: str,
    max_new_tokens: int,
    temperature: float,
    seed: int,
    end_ids: Sequence[int],
) -> list[int]:
    """The ids that the model writes after a prompt, the end not among them. Draws from torch's own generator."""
    asked = torch.tensor([policy.prompt_ids(prompt)], device=model.device)
    was_training = model.training
    model.eval()
    torch.manual_seed(seed)
    try:
        whole = model.generate(  # pyright: ignore[reportCallIssue]
            input_ids=asked,
            attention_mask=torch.ones_like(asked),
            max_new_tokens=max_new_tokens,
            do_sample=True,
            temperature=temperature,
            top_p=1.0,
            top_k=0,
            pad_token_id=policy.tokenizer.pad_token_id,
            eos_token_id=list(end_ids),
        )
    finally:
        model.train(was_training)
    ids = whole[0, asked.size(1) :].tolist()
    return ids[:-1] if ids and ids[-1] in end_ids else ids


def offsets_of(policy: Policy, ids: Sequence[int]) -> TokenOffsets:
    """Where the tokens lie in the decoded text."""
    del ids
    return FastTokenizer(name=policy.name, tokenizer=policy.tokenizer.backend_tokenizer)


def explained(prompt: str, text: str, reward: Reward, offsets: TokenOffsets, players: str) -> Attribution:
    """The Owen credit within EVALUATIONS, or within the fewest that a longer text needs."""
    budget = EVALUATIONS
    while True:
        options = Options(players=players, budget=budget, segmenter="unicode")
        subject = Subject.of(prompt, text, reward, options, tokenizer=offsets)
        try:
            return subject.attribution(method_named(options.method))
        except BudgetTooSmall as error:
            if error.needed <= budget:
                raise
            budget = error.needed


def _columns(attribution: Attribution) -> dict[str, Any]:
    hierarchy, estimate = attribution.hierarchy, attribution.estimate
    errors = estimate.standard_error(np.eye(hierarchy.tree.n_players, dtype=bool))
    return {
        "pieces": [token.of(hierarchy.text) for token in hierarchy.tokens],
        "credit": hierarchy.spread(estimate.credit).tolist(),
        "standard_error": [None] * len(hierarchy.tokens) if errors is None else hierarchy.spread(errors).tolist(),
        "reward": attribution.reward,
        "baseline": attribution.baseline,
    }
