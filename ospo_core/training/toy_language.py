"""The words and sentences of the toy: requests for products of the bundled catalogue, and queries for any product."""

from __future__ import annotations

import random
from collections.abc import Sequence

COLOURS = ("red", "blue", "green", "yellow", "grey", "black", "orange")
AUDIENCES = ("men's", "women's", "kids'", "unisex")
MATERIALS = ("recycled", "polyester", "nylon", "wool", "cotton", "leather", "merino")
FEATURES = ("waterproof", "hooded", "breathable", "packable", "insulated", "windproof", "stretchy", "lightweight")
PRODUCTS = ("hiking", "softshell", "down", "jacket", "fleece", "trousers", "boots", "backpack", "tent", "socks")
OTHERS = ("wanted:", "=>", "for", "in", "of")
WORDS: tuple[str, ...] = (*COLOURS, *AUDIENCES, *MATERIALS, *FEATURES, *PRODUCTS, *OTHERS)

_CHOICES = (COLOURS, AUDIENCES, MATERIALS, FEATURES, PRODUCTS)


def request(words: Sequence[str]) -> str:
    """A request for these things, up to where the query is to be written."""
    return f"wanted: {' '.join(words)} =>"


def toy_pair(generator: random.Random) -> tuple[str, str]:
    """A request, and a query that has nothing to do with it."""
    return request(_some(generator)), " ".join(_some(generator))


def _some(generator: random.Random) -> list[str]:
    """Four to eight different words of all kinds, in no order."""
    return generator.sample([word for kind in _CHOICES for word in kind], generator.randint(4, 8))
