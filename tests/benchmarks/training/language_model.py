"""A tiny causal language model in plain torch, its sampler, and its pretraining on a world's sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.benchmarks.training.world import EOS, PAD, SEP, World

WIDTH, LAYERS, HEADS = 32, 1, 2
PRETRAINING_STEPS, PRETRAINING_BATCH, PRETRAINING_RATE = 400, 128, 3e-3

Past = tuple[Tensor, Tensor]


class Block(nn.Module):
    """Attention and a two-layer perceptron, normalised before each."""

    def __init__(self, rng: torch.Generator) -> None:
        super().__init__()
        self.mix, self.out = _matrix(3 * WIDTH, WIDTH, rng), _matrix(WIDTH, WIDTH, rng)
        self.up, self.down = _matrix(4 * WIDTH, WIDTH, rng), _matrix(WIDTH, 4 * WIDTH, rng)

    def forward(self, x: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        """(B, T, WIDTH) on, with the keys and values so far; after a past, one position at a time."""
        size, length, _ = x.shape
        mixed = functional.linear(functional.layer_norm(x, (WIDTH,)), self.mix)
        query, key, value = mixed.view(size, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        x = x + functional.linear(seen.transpose(1, 2).reshape(size, length, WIDTH), self.out)
        risen = functional.relu(functional.linear(functional.layer_norm(x, (WIDTH,)), self.up))
        return x + functional.linear(risen, self.down), (key, value)


class LanguageModel(nn.Module):
    """Word embeddings shared by input and output, learned positions, LAYERS blocks."""

    def __init__(self, *, words: int, positions: int, seed: int) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(seed)
        self.words, self.positions = _matrix(words, WIDTH, rng), _matrix(positions, WIDTH, rng)
        self.blocks = nn.ModuleList(Block(rng) for _ in range(LAYERS))

    def forward(self, tokens: Tensor, pasts: list[Past] | None = None) -> tuple[Tensor, list[Past]]:
        """(B, T, words) logits of the next word, and the keys and values of all positions so far."""
        start = 0 if pasts is None else pasts[0][0].shape[2]
        x = self.words[tokens] + self.positions[start : start + tokens.shape[1]]
        so_far: list[Past] = []
        for block, past in zip(self.blocks, pasts or [None] * LAYERS, strict=True):
            x, kept = block(x, past)
            so_far.append(kept)
        return functional.linear(functional.layer_norm(x, (WIDTH,)), self.words), so_far


def _matrix(rows: int, columns: int, rng: torch.Generator) -> nn.Parameter:
    return nn.Parameter(torch.randn(rows, columns, generator=rng) * columns**-0.5)


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """Sampled texts.

    Attributes:
        prompts: (B,) number of the prompt.
        texts: (B, T) words, PAD behind; without the end of sequence.
        lengths: (B,) words. A text of T words has no end of sequence: it was cut.
        entropy: mean entropy (nats) of the distributions that were sampled from.
    """

    prompts: Tensor
    texts: Tensor
    lengths: Tensor
    entropy: float

    @property
    def mask(self) -> Tensor:
        """(B, T) True on words."""
        return self.texts != PAD

    @property
    def tokens(self) -> Tensor:
        """(B, T) words and, where there is one, the end of sequence."""
        return self.texts.masked_fill(torch.arange(self.texts.shape[1]) == self.lengths[:, None], EOS)


@torch.no_grad()
def sample(model: LanguageModel, world: World, prompts: Tensor, rng: torch.Generator) -> Rollout:
    """One text for each number in `prompts`, at temperature 1. PAD and SEP are never drawn."""
    logits, pasts = model(world.prompts[prompts])
    ended, drawn, seen, alive = torch.zeros(len(prompts), dtype=torch.bool), [], [], []
    for position in range(world.longest):
        if position:
            logits, pasts = model(drawn[-1][:, None], pasts)
        chances = possible(logits[:, -1]).softmax(dim=1)
        word = _drawn(chances, rng)
        seen.append(chances)
        alive.append(~ended)
        ended = ended | (word == EOS)
        drawn.append(word)
    living = torch.stack(alive, dim=1)
    tokens = torch.stack(drawn, dim=1)
    texts = torch.where(living & (tokens != EOS), tokens, PAD)
    entropy = torch.special.entr(torch.stack(seen, dim=1)[living]).sum(dim=1).mean()
    return Rollout(prompts=prompts, texts=texts, lengths=(texts != PAD).sum(dim=1), entropy=float(entropy))


def _drawn(chances: Tensor, rng: torch.Generator) -> Tensor:
    """(B,) words drawn by inverting the cumulative distribution: many times faster than torch.multinomial here."""
    cumulative = chances.cumsum(dim=1)
    target = torch.rand(len(chances), 1, generator=rng) * cumulative[:, -1:]
    return torch.searchsorted(cumulative, target, right=True).squeeze(1).clamp(max=chances.shape[1] - 1)


def possible(logits: Tensor) -> Tensor:
    """Logits with PAD and SEP ruled out: they are no words of a text."""
    return logits + _ruled_out(logits.shape[-1])


@cache
def _ruled_out(words: int) -> Tensor:
    return torch.zeros(words).index_fill_(0, torch.tensor([PAD, SEP]), -torch.inf)


def log_probabilities(model: LanguageModel, world: World, rollout: Rollout) -> Tensor:
    """(B, T) log-probability of every token of a rollout under `model`; 0 behind the end."""
    tokens = rollout.tokens
    context = world.prompts.shape[1]
    logits, _ = model(torch.cat([world.prompts[rollout.prompts], tokens[:, :-1]], dim=1))
    chosen = possible(logits[:, context - 1 :]).log_softmax(dim=2).gather(2, tokens[:, :, None]).squeeze(2)
    return torch.where(tokens != PAD, chosen, 0.0)


def pretrained(world: World, seed: int) -> LanguageModel:
    """A model that writes the world's sentences, and knows a little of what they should say. A few seconds."""
    width = world.prompts.shape[1]
    model = LanguageModel(words=len(world.vocabulary), positions=width + world.longest + 1, seed=seed)
    sentences = world.sentences(PRETRAINING_STEPS * PRETRAINING_BATCH // 8, seed)
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=PRETRAINING_RATE, fused=True)
    for _ in range(PRETRAINING_STEPS):
        rows = sentences[torch.randint(len(sentences), (PRETRAINING_BATCH,), generator=rng)]
        logits, _ = model(rows[:, :-1])
        loss = functional.cross_entropy(
            logits[:, width - 1 :].flatten(0, 1), rows[:, width:].flatten(), ignore_index=PAD
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
