#!/usr/bin/env python3
"""Write the catalogue of the bundled case product_search: invented outdoor products, one JSON object a line.

Usage: make_catalogue.py [FILE]; without a file, where the case reads it. Always the same bytes. Knows no search.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

SEED = 20
PLACE = Path(__file__).parents[1] / "ospo_core" / "cases" / "product_search" / "catalogue.jsonl"

COLOURS = ("red", "red", "blue", "green", "yellow", "grey", "black", "orange")
"""Red stands twice: outdoor shops are full of it, and the case is about not wanting it."""
EVERYONE = ("men's", "women's", "kids'")
ANYONE = ("unisex",)
NAMES = (
    "Alder", "Aspen", "Beck", "Birch", "Bramble", "Cairn", "Cedar", "Cliff", "Cobble", "Crag", "Dale", "Delta",
    "Dune", "Ember", "Fell", "Fern", "Fjord", "Flint", "Glen", "Gorge", "Granite", "Grove", "Hazel", "Heath",
    "Heron", "Juniper", "Larch", "Ledge", "Lichen", "Marsh", "Meadow", "Mesa", "Mistral", "Moor", "Moss", "Otter",
    "Pebble", "Pine", "Quarry", "Rapids", "Reed", "Ridge", "Rowan", "Sedge", "Shale", "Slate", "Spruce", "Summit",
    "Tarn", "Thicket", "Tundra", "Willow",
)  # fmt: skip
SENTENCES = (
    "{title} in {colour}: {features}. Made of {material}, {price} euros.",
    "{title}, {features}, made of {material}. Colour {colour}, {price} euros.",
    "{title}. {colour}, {material}, {features}. Costs {price} euros.",
)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of products: how many there are, and what they are drawn from. Prices are those of adults', in euros."""

    category: str
    count: int
    audiences: tuple[str, ...]
    materials: tuple[str, ...]
    features: tuple[str, ...]
    prices: tuple[int, int]


SHELL = ("recycled polyester", "recycled polyester", "polyester", "nylon")
LINES = (
    Line(
        category="hiking jacket",
        count=168,
        audiences=EVERYONE,
        materials=SHELL,
        features=("waterproof", "waterproof", "waterproof", "hooded", "breathable", "packable"),
        prices=(55, 190),
    ),
    Line(
        category="softshell jacket",
        count=48,
        audiences=EVERYONE,
        materials=SHELL,
        features=("windproof", "breathable", "stretchy", "hooded"),
        prices=(50, 150),
    ),
    Line(
        category="down jacket",
        count=48,
        audiences=EVERYONE,
        materials=("recycled nylon", "nylon"),
        features=("insulated", "packable", "hooded", "windproof"),
        prices=(80, 260),
    ),
    Line(
        category="fleece",
        count=48,
        audiences=EVERYONE,
        materials=("recycled polyester", "polyester", "wool blend"),
        features=("warm", "breathable", "hooded", "quick-drying"),
        prices=(30, 110),
    ),
    Line(
        category="rain trousers",
        count=48,
        audiences=EVERYONE,
        materials=SHELL,
        features=("waterproof", "packable", "breathable", "reflective"),
        prices=(30, 120),
    ),
    Line(
        category="hiking trousers",
        count=48,
        audiences=EVERYONE,
        materials=("recycled polyester", "cotton", "nylon"),
        features=("stretchy", "quick-drying", "zip-off", "breathable"),
        prices=(35, 130),
    ),
    Line(
        category="T-shirt",
        count=48,
        audiences=EVERYONE,
        materials=("merino wool", "organic cotton", "recycled polyester"),
        features=("quick-drying", "breathable", "odour-resistant", "stretchy"),
        prices=(15, 70),
    ),
    Line(
        category="hiking boots",
        count=54,
        audiences=EVERYONE,
        materials=("leather", "suede", "recycled polyester"),
        features=("waterproof", "breathable", "high-cut", "cushioned"),
        prices=(60, 230),
    ),
    Line(
        category="sandals",
        count=24,
        audiences=EVERYONE,
        materials=("leather", "recycled polyester"),
        features=("quick-drying", "cushioned", "adjustable"),
        prices=(25, 110),
    ),
    Line(
        category="gloves",
        count=36,
        audiences=EVERYONE,
        materials=("leather", "merino wool", "recycled polyester"),
        features=("waterproof", "insulated", "windproof", "touchscreen-ready"),
        prices=(15, 80),
    ),
    Line(
        category="backpack",
        count=42,
        audiences=(*ANYONE, "kids'"),
        materials=("recycled nylon", "nylon", "canvas"),
        features=("waterproof", "padded", "ventilated", "hydration-ready"),
        prices=(35, 210),
    ),
    Line(
        category="tent for two",
        count=24,
        audiences=ANYONE,
        materials=("nylon", "recycled polyester", "cotton canvas"),
        features=("waterproof", "lightweight", "freestanding", "windproof"),
        prices=(120, 520),
    ),
    Line(
        category="sleeping bag",
        count=30,
        audiences=(*ANYONE, "kids'"),
        materials=("down", "recycled polyester"),
        features=("insulated", "packable", "lightweight", "water-repellent"),
        prices=(50, 320),
    ),
    Line(
        category="trekking poles",
        count=18,
        audiences=ANYONE,
        materials=("aluminium", "carbon"),
        features=("foldable", "adjustable", "lightweight"),
        prices=(30, 160),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One line of the file; `text` is what a search reads, the rest what it says in attributes."""

    id: str
    text: str
    title: str
    category: str
    colour: str
    material: str
    audience: str
    price: int
    features: tuple[str, ...]


def catalogue() -> tuple[Product, ...]:
    """Every product, line by line."""
    # Of a seeded generator, only random() is promised to give the same numbers in every version of Python.
    draw = random.Random(SEED)
    lines = [line for line in LINES for _ in range(line.count)]
    return tuple(product(f"p{number:03}", line, draw) for number, line in enumerate(lines, start=1))


def product(identity: str, line: Line, draw: random.Random) -> Product:
    """One product of a line."""
    audience, colour, material = (pick(some, draw) for some in (line.audiences, COLOURS, line.materials))
    features = tuple(dict.fromkeys(pick(line.features, draw) for _ in range(3)))
    price = price_between(*line.prices, draw, share=0.6 if audience == "kids'" else 1.0)
    title = f"{pick(NAMES, draw)} {audience} {line.category}"
    details = {"title": title, "colour": colour, "material": material, "price": price}
    return Product(
        id=identity,
        text=pick(SENTENCES, draw).format(features=", ".join(features), **details),
        category=line.category,
        audience=audience,
        features=features,
        **details,
    )


def pick(some: Sequence[Item], draw: random.Random) -> Item:
    """One of them, each as likely as the next."""
    return some[int(draw.random() * len(some))]


def price_between(least: int, most: int, draw: random.Random, *, share: float) -> int:
    """A share of a price in whole euros; cheap is more likely than dear."""
    return round(share * (least + (most - least) * draw.random() ** 2))


def as_jsonl(products: Sequence[Product]) -> str:
    """The file's content."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in products)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    place.write_text(as_jsonl(catalogue()), "utf-8", newline="\n")
    print(f"{len(catalogue())} products in {place}")
