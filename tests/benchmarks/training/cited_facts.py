"""Cited facts in the order they were asked for: a world where order and neighbours matter.

A prompt names three topics. Each topic has one fact; each fact has one source, and counts when that source is the
very next word. Each fact has a contrary: a text that says both contradicts itself, and pays 0.3 for each such pair.
With k the wanted facts that are cited, in three shapes, each less the price of contradictions:

    minlen    k / 3, but 0 for a text of fewer than six words
    gate      (k - 1) / 2: nothing for the first fact
    chain     k / 3, where only facts count whose predecessors in the prompt were all cited before them

A fragment is what is left, closed up: removing a word makes neighbours of those beside it. The empty text is worth 0.
"""

from __future__ import annotations

from itertools import permutations

import torch
from torch import Tensor

from tests.benchmarks.training.world import EOS, PAD, SEP, SPECIAL

TOPICS, SOURCES, ASKED = 16, 8, 3
CONNECTIVES = ("and", "so", "then", "also", "because", "thus", "while", "but", "hence", "moreover")
TEMPLATES = (
    "0 and 1 then 2",
    "0. so 1. also 2.",
    "0. 1. 2.",
    "because 0. 1 hence 2",
    "1. 0. moreover 2",
    "0. but -1 thus 2.",
    "while -0 then 1. 2",
    "2. then 0.",
    "0 and -0. 1.",
    "0. hence 1.",
)
"""A number is the fact of that topic, with a minus its contrary, with a dot followed by a source."""
PROMPTS, TRAINING = 224, 160
RIGHT_FACT, RIGHT_SOURCE = 0.3, 0.4
CONTRADICTION = 0.3
SHORTEST = 6


class CitedFacts:
    """One set of facts, sources and questions, drawn from a seed."""

    name = "cited facts"
    shapes = ("minlen", "gate", "chain")
    vocabulary = (
        *SPECIAL,
        *(f"topic{n}" for n in range(TOPICS)),
        *(f"fact{n}" for n in range(TOPICS)),
        *(f"contrary{n}" for n in range(TOPICS)),
        *(f"[{n}]" for n in range(SOURCES)),
        *CONNECTIVES,
    )
    longest = 10
    training = TRAINING

    def __init__(self, seed: int) -> None:
        rng = torch.Generator().manual_seed(seed)
        self._number = {word: number for number, word in enumerate(self.vocabulary)}
        self._topic, self._fact = self._number["topic0"], self._number["fact0"]
        self._contrary, self._source = self._number["contrary0"], self._number["[0]"]
        fact_of_topic = torch.randperm(TOPICS, generator=rng)
        source_of_fact = torch.randint(SOURCES, (TOPICS,), generator=rng)
        every = torch.tensor(list(permutations(range(TOPICS), ASKED)))
        asked = every[torch.randperm(len(every), generator=rng)[:PROMPTS]]
        self.prompts = torch.cat([asked + self._topic, torch.full((PROMPTS, 1), SEP)], dim=1)
        self._wanted = fact_of_topic[asked] + self._fact
        self._source_of = torch.full((len(self.vocabulary),), -1)
        self._source_of[self._fact : self._fact + TOPICS] = source_of_fact + self._source

    def sentences(self, count: int, seed: int) -> Tensor:
        """See World."""
        rng = torch.Generator().manual_seed(seed)
        rows = torch.full((count, self.prompts.shape[1] + self.longest + 1), PAD)
        which = torch.randint(TRAINING, (count,), generator=rng).tolist()
        for row, prompt in zip(rows, which, strict=True):
            text = self._sentence(prompt, rng)
            row[: self.prompts.shape[1]] = self.prompts[prompt]
            row[self.prompts.shape[1] :][: len(text)] = torch.tensor(text)
        return rows

    def worths(self, shape: str, prompts: Tensor, texts: Tensor) -> Tensor:
        """See World."""
        hits = self._hits(prompts, texts)
        price = CONTRADICTION * self._contradictions(texts)
        k = hits.any(dim=1).sum(dim=1).to(torch.float64)
        match shape:
            case "minlen":
                return (k / ASKED - price) * ((texts != PAD).sum(dim=1) >= SHORTEST)
            case "gate":
                return (k - 1).clamp(min=0) / (ASKED - 1) - price
            case "chain":
                return self._chained(hits).to(torch.float64) / ASKED - price
        raise ValueError(f"{self.name} has no shape {shape!r}; it has {', '.join(self.shapes)}")

    def model_answers(self) -> Tensor:
        """See World."""
        answers = torch.full((PROMPTS, self.longest), PAD)
        answers[:, 0 : 2 * ASKED : 2] = self._wanted
        answers[:, 1 : 2 * ASKED : 2] = self._source_of[self._wanted]
        return answers

    def _hits(self, prompts: Tensor, texts: Tensor) -> Tensor:
        """(N, longest - 1, ASKED) is the wanted fact at this position, with its source behind it?"""
        cited = self._source_of[texts[:, :-1]] == texts[:, 1:]
        return (texts[:, :-1, None] == self._wanted[prompts][:, None]) & cited[:, :, None]

    def _contradictions(self, texts: Tensor) -> Tensor:
        """(N,) facts that are said together with their contrary."""
        said = torch.zeros(len(texts), len(self.vocabulary), dtype=torch.bool).scatter_(1, texts, True)
        facts = said[:, self._fact : self._fact + TOPICS]
        return (facts & said[:, self._contrary : self._contrary + TOPICS]).sum(dim=1)

    @staticmethod
    def _chained(hits: Tensor) -> Tensor:
        """(N,) facts cited in the order asked, without a gap."""
        done = torch.zeros(len(hits), dtype=torch.long)
        for here in torch.cat([hits, torch.zeros_like(hits[:, :, :1])], dim=2).unbind(dim=1):
            done = done + here.gather(1, done[:, None]).squeeze(1)
        return done

    def _sentence(self, prompt: int, rng: torch.Generator) -> list[int]:
        template = TEMPLATES[int(torch.randint(len(TEMPLATES), (), generator=rng))]
        return [*(word for slot in template.split() for word in self._filled(slot, prompt, rng)), EOS]

    def _filled(self, slot: str, prompt: int, rng: torch.Generator) -> list[int]:
        place = slot.strip("-.")
        if not place.isdigit():
            return [self._number[slot]]
        right = torch.rand((), generator=rng) < RIGHT_FACT
        drawn = int(torch.randint(TOPICS, (), generator=rng)) + self._fact
        fact = int(self._wanted[prompt, int(place)]) if right else drawn
        word = fact - self._fact + self._contrary if slot.startswith("-") else fact
        return [word, self._some_source(fact, rng)] if slot.endswith(".") else [word]

    def _some_source(self, fact: int, rng: torch.Generator) -> int:
        right = torch.rand((), generator=rng) < RIGHT_SOURCE
        return int(self._source_of[fact]) if right else int(torch.randint(SOURCES, (), generator=rng)) + self._source
