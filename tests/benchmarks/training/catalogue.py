"""Query rewriting against a product catalogue: the shopper's words in, the catalogue's words out.

A product has one word of each of four facets and two of the shop's own words. Query and product are compared by the
distinct words they share; products that share none are not retrieved. A product is as relevant as it has facets of
the product the shopper describes (in other words than the catalogue's). The reward is NDCG@10 in four shapes:

    ndcg      NDCG@10
    sparse    1 where NDCG@10 is at least 0.7, else 0
    concise   NDCG@10 - 0.03 for every word beyond the fifth
    tight     NDCG@10 - 0.05 for every word

A fragment is a query like any other; the empty query retrieves nothing and is worth 0. Word order does not matter,
and a word said twice counts once: each copy makes the other's removal free.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tests.benchmarks.training.world import EOS, PAD, SEP, SPECIAL

FACETS: tuple[dict[str, str], ...] = (
    {
        "crimson": "red",
        "navy": "blue",
        "emerald": "green",
        "ivory": "white",
        "ebony": "black",
        "golden": "yellow",
        "rosy": "pink",
        "ashen": "grey",
    },
    {
        "woolly": "wool",
        "hide": "leather",
        "breathable": "linen",
        "soft": "cotton",
        "shiny": "silk",
        "rugged": "denim",
        "cosy": "fleece",
        "stretchy": "nylon",
    },
    {
        "toddler": "kids",
        "gentleman": "men",
        "lady": "women",
        "teenager": "youth",
        "hiker": "outdoor",
        "jogger": "running",
        "clerk": "office",
        "bride": "wedding",
    },
    {
        "outerwear": "jacket",
        "footwear": "shoes",
        "headwear": "hat",
        "legwear": "trousers",
        "neckwear": "scarf",
        "handwear": "gloves",
        "top": "shirt",
        "luggage": "bag",
    },
)
SHOP_WORDS = ("new", "sale", "classic", "premium", "basic", "eco", "slim", "light")
FILLERS = ("i", "need", "a", "for", "with", "the", "please", "find", "me", "some", "nice", "and")
TEMPLATES = (
    "i need a 0 1 3 for 2",
    "a 0 3 for 2 please",
    "find me some 1 3",
    "0 1 3 for 2",
    "2 3 and 0",
    "nice 0 3 with 1",
    "some * 3 for 2",
    "the * 0 1 3",
    "1 3 please",
    "a 2 3 with the * 0",
)
PRODUCTS, TRAINING, TOP = 160, 96, 10
RIGHT, BETTER_START = 0.35, 0.65
"""How often pretraining has the word that the shopper means, in the two versions; else any word of the facet."""
GAINS = (0.0, 1.0, 3.0, 7.0, 15.0)
"""By facets that agree: 2 ** facets - 1, the usual gain of graded relevance."""


class Catalogue:
    """One catalogue and its shoppers, drawn from a seed."""

    name = "catalogue"
    right = RIGHT
    shapes = ("ndcg", "sparse", "concise", "tight")
    vocabulary = (
        *SPECIAL,
        *(w for f in FACETS for w in f),
        *(w for f in FACETS for w in f.values()),
        *SHOP_WORDS,
        *FILLERS,
    )
    longest = 10
    training = TRAINING

    def __init__(self, seed: int) -> None:
        rng = torch.Generator().manual_seed(seed)
        self._number = {word: number for number, word in enumerate(self.vocabulary)}
        sizes = [len(facet) for facet in FACETS]
        codes = torch.randperm(torch.tensor(sizes).prod().item(), generator=rng)[:PRODUCTS]
        self._facets = torch.stack(torch.unravel_index(codes, sizes), dim=1)
        self._said = torch.tensor([[self._number[w] for w in facet] for facet in FACETS])
        self._meant = torch.tensor([[self._number[w] for w in facet.values()] for facet in FACETS])
        self.prompts = self._described(rng)
        self._shares = self._words_of_products(rng)
        agree = (self._facets[:, None] == self._facets[None]).sum(dim=2)
        self._gains = torch.tensor(GAINS)[agree]
        self._discount = 1 / torch.log2(torch.arange(TOP) + 2.0)
        self._ideal = self._gains.topk(TOP, dim=1).values @ self._discount

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
        ndcg, length = self._ndcg(prompts, texts), (texts != PAD).sum(dim=1)
        match shape:
            case "ndcg":
                return ndcg
            case "sparse":
                return (ndcg >= 0.7).to(torch.float64)
            case "concise":
                return ndcg - 0.03 * (length - 5).clamp(min=0)
            case "tight":
                return ndcg - 0.05 * length
        raise ValueError(f"{self.name} has no shape {shape!r}; it has {', '.join(self.shapes)}")

    def model_answers(self) -> Tensor:
        """See World."""
        answers = torch.full((PRODUCTS, self.longest), PAD)
        answers[:, : len(FACETS)] = self._meant[torch.arange(len(FACETS)), self._facets]
        return answers

    def facets_named(self, texts: Tensor) -> Tensor:
        """(N, facets) does a text have any word of the facet?"""
        return (texts[:, :, None, None] == self._meant).any(dim=3).any(dim=1)

    def facets_right(self, prompts: Tensor, texts: Tensor) -> Tensor:
        """(N, facets) does it have the word that the shopper means?"""
        meant = self._meant[torch.arange(len(FACETS)), self._facets[prompts]]
        return (texts[:, :, None] == meant[:, None]).any(dim=1)

    def _ndcg(self, prompts: Tensor, texts: Tensor) -> Tensor:
        said = torch.zeros(len(texts), len(self.vocabulary)).scatter_(1, texts, 1.0)
        scores, found = (said @ self._shares).topk(TOP, dim=1)
        gains = self._gains[prompts[:, None], found] * (scores >= 0.5)
        return ((gains @ self._discount) / self._ideal[prompts]).to(torch.float64)

    def _described(self, rng: torch.Generator) -> Tensor:
        """The shopper's words of every product in any order, SEP behind."""
        said = self._said[torch.arange(len(FACETS)), self._facets]
        order = torch.rand(said.shape, generator=rng).argsort(dim=1)
        return torch.cat([said.gather(1, order), torch.full((PRODUCTS, 1), SEP)], dim=1)

    def _words_of_products(self, rng: torch.Generator) -> Tensor:
        """(vocabulary, products) 1 where a product has a word; less a trifle by which ties are broken."""
        shares = torch.zeros(PRODUCTS, len(self.vocabulary))
        shares.scatter_(1, self._meant[torch.arange(len(FACETS)), self._facets], 1.0)
        own = torch.rand(PRODUCTS, len(SHOP_WORDS), generator=rng).topk(2, dim=1).indices
        shares.scatter_(1, own + self._number[SHOP_WORDS[0]], 1.0)
        trifle = torch.randperm(PRODUCTS, generator=rng) / PRODUCTS * 1e-3
        return (shares * (1 - trifle[:, None])).T.contiguous()

    def _sentence(self, prompt: int, rng: torch.Generator) -> list[int]:
        template = TEMPLATES[int(torch.randint(len(TEMPLATES), (), generator=rng))]
        return [*(self._filled(slot, prompt, rng) for slot in template.split()), EOS]

    def _filled(self, slot: str, prompt: int, rng: torch.Generator) -> int:
        if slot == "*":
            return self._number[SHOP_WORDS[int(torch.randint(len(SHOP_WORDS), (), generator=rng))]]
        if not slot.isdigit():
            return self._number[slot]
        meant = self._meant[int(slot)]
        right = torch.rand((), generator=rng) < self.right
        number = self._facets[prompt, int(slot)] if right else torch.randint(len(meant), (), generator=rng)
        return int(meant[number])


class BetterStart(Catalogue):
    """The same catalogue for a model that names the right word more often than not before it is trained on rewards."""

    name = "better start"
    right = BETTER_START
