"""A small policy that says words, and rewards that count them: real logic, made in a moment."""

from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ospo_core.training.config import OSPOConfig
from ospo_core.training.trainer import OSPOTrainer

WORDS = ["red", "blue", "green", "wool", "cotton", "jacket", "shirt", "dose", "240", "mg", "the", "a", "of", "."]
PROMPTS = [{"prompt": "the red"}, {"prompt": "a blue"}]


def word_tokenizer() -> PreTrainedTokenizerFast:
    """One id a word."""
    vocabulary = {word: number for number, word in enumerate(["<pad>", "<eos>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>", padding_side="left"
    )


def tiny_policy(seed: int = 0) -> LlamaForCausalLM:
    """Two layers of 32, random by the seed."""
    torch.manual_seed(seed)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(
        vocab_size=3 + len(WORDS),
        num_key_value_heads=2,
        max_position_embeddings=128,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
        **shape,
    )
    return LlamaForCausalLM(config)


def wool_reward(completions: Sequence[str], **_: object) -> list[float]:
    """1 for wool, half for a jacket, and every word costs a little."""
    return [("wool" in words) + 0.5 * ("jacket" in words) - 0.05 * len(words) for words in map(str.split, completions)]


def settings(folder: Path, **changes: object) -> OSPOConfig:
    """Eight completions of at most eight words for one prompt a step, on the CPU."""
    usual = {
        "output_dir": str(folder),
        "per_device_train_batch_size": 8,
        "num_generations": 8,
        "max_completion_length": 8,
        "learning_rate": 2e-3,
        "max_steps": 1,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "use_cpu": True,
        "bf16": False,
        "disable_tqdm": True,
        "seed": 1,
    }
    return OSPOConfig(**(usual | changes))


def stored_policy(folder: Path) -> LlamaForCausalLM:
    """The small policy read from a folder: TRL loads the reference of a KL term by the name of the model."""
    tiny_policy().save_pretrained(folder / "policy")
    return LlamaForCausalLM.from_pretrained(folder / "policy")


def trainer(
    folder: Path, *, reward=wool_reward, policy: LlamaForCausalLM | None = None, prompts=PROMPTS, **changes
) -> OSPOTrainer:
    """A trainer of the small policy; `reward` is one function or a list."""
    return OSPOTrainer(
        model=policy or tiny_policy(),
        reward_funcs=reward,
        args=settings(folder, **changes),
        train_dataset=Dataset.from_list(prompts),
        processing_class=word_tokenizer(),
    )


def step_batch(training: OSPOTrainer) -> dict[str, torch.Tensor]:
    """Generate and score one batch, as a training step does, from the same random state every time."""
    torch.manual_seed(3)
    training.model.train()
    size = training.args.per_device_train_batch_size
    rows = [PROMPTS[number * len(PROMPTS) // size] for number in range(size)]
    return training._generate_and_score_completions(rows)
