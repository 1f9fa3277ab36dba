"""A language model of some hundred thousand weights that knows a few dozen words of the bundled product catalogue.

Made once from a seed: shortly trained on "request => query" pairs whose query has nothing to do with the request, so
that it writes queries, and has the choice of words still to learn. For the toy preset and for tests; of no other use.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ospo_core.models.cache import cache_folder
from ospo_core.training.disk import whole_folder
from ospo_core.training.randomness import unchanged_randomness
from ospo_core.training.toy_language import WORDS, toy_pair

TOY = "toy"

SEED = 7
PRETRAINING_STEPS = 300
BATCH = 64

_SPECIAL = ("<pad>", "<end>", "<unk>")


def toy_policy() -> Path:
    """Its folder in the cache; some 10 s of a processor the first time. Raises: DiskRefused: it cannot be written."""
    recipe = json.dumps([WORDS, SEED, PRETRAINING_STEPS, BATCH, "different words"])
    place = cache_folder() / "models" / f"toy-{_digest(recipe)}"
    if not (place / "model.safetensors").is_file():
        with unchanged_randomness(), whole_folder(place, "the toy model") as draft:
            _write(draft)
    return place


def _digest(recipe: str) -> str:
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]


def _write(draft: Path) -> None:
    tokenizer = toy_tokenizer()
    model = _pretrained(tokenizer)
    tokenizer.save_pretrained(draft)
    model.save_pretrained(draft)


def toy_tokenizer() -> PreTrainedTokenizerFast:
    """One token a word."""
    vocabulary = {word: number for number, word in enumerate([*_SPECIAL, *WORDS])}
    backend = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = WhitespaceSplit()  # pyright: ignore[reportAttributeAccessIssue]
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        eos_token="<end>",
        unk_token="<unk>",
        model_max_length=128,
        padding_side="left",
    )


def _pretrained(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    torch.manual_seed(SEED)
    generator = random.Random(SEED)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=128,
            tie_word_embeddings=True,
            pad_token_id=_SPECIAL.index("<pad>"),
            eos_token_id=_SPECIAL.index("<end>"),
            bos_token_id=None,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(PRETRAINING_STEPS):
        texts = [f"{prompt} {query} <end>" for prompt, query in (toy_pair(generator) for _ in range(BATCH))]
        batch = tokenizer(texts, padding=True, return_tensors="pt", padding_side="right")
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)  # pyright: ignore
        loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()
