#!/usr/bin/env python3
"""Write the bundled training data: product_search, citations and toy, to train on and held out, one JSON object a line.

Usage: make_training_data.py [FOLDER]; without a folder, where the package reads them. Always the same bytes. Everything
in them is invented. Knows no reward, only which settings one takes.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

SEED = 11
ROOT = Path(__file__).parents[1] / "ospo_core"
PLACE = ROOT / "training" / "data"
CATALOGUE = ROOT / "cases" / "product_search" / "catalogue.jsonl"
CATALOGUE_FROM_DATA = "../../cases/product_search/catalogue.jsonl"

Row = Mapping[str, Any]

# --- product search -------------------------------------------------------------------------------------------------

TRAINED_REQUESTS, HELD_OUT_REQUESTS = 56, 32
FEWEST_WANTED, MOST_WANTED = 4, 24

WHO = {
    "kids'": ("my eight-year-old", "my daughter who starts school", "the twins, both nine", "my son's scout camp"),
    "men's": ("my husband", "my father", "my brother, a tall man", "myself (I am a man)"),
    "women's": ("my wife", "my mother", "my sister", "myself (I am a woman)"),
}
WHAT = {
    "hiking jacket": ("a jacket for long walks", "something to wear on top when we hike", "a hiking jacket"),
    "softshell jacket": ("a softshell", "a soft jacket for cool days"),
    "down jacket": ("a down jacket", "one of those jackets filled with feathers"),
    "fleece": ("a fleece", "a cosy fleece pullover"),
    "rain trousers": ("trousers to pull on when it pours", "rain trousers"),
    "hiking trousers": ("trousers for the trail", "hiking trousers"),
    "hiking boots": ("boots for the mountains", "hiking boots"),
    "T-shirt": ("a T-shirt for sports", "a T-shirt"),
    "gloves": ("gloves", "something to keep the hands warm"),
}
NEEDS = {
    "waterproof": ("that keeps the rain out", "for a place where it always rains", "that lets no water in"),
    "breathable": ("that one does not sweat in", "that lets air through"),
    "hooded": ("with a hood",),
    "packable": ("that folds up small in a bag", "that takes no room in the backpack"),
    "windproof": ("that stops the wind",),
    "quick-drying": ("that dries fast",),
    "stretchy": ("that gives when one climbs",),
    "insulated": ("with a warm lining", "that is warm enough for winter"),
    "lightweight": ("that weighs next to nothing",),
    "cushioned": ("that are soft under the foot",),
}
OPENINGS = (
    "I am looking for {what} {need}, for {who}{more}.",
    "Do you have {what} {need}? It is for {who}{more}.",
    "{What} {need}, for {who}{more}. Thank you!",
    "We leave on Friday and still miss {what} {need}: something for {who}{more}.",
)
TASK = (
    'A shopper writes: "{request}" Rewrite this as a query of at most 16 words for the shop\'s search engine. '
    "Write the query and nothing else."
)


def product_requests(items: Sequence[Row]) -> list[Row]:
    """Requests of all kinds whose wanted products are neither too few nor too many, in a mixed order."""
    generator = random.Random(SEED)
    rows = []
    for audience, category, feature in product(WHO, WHAT, NEEDS):
        wanted = [one for one in items if _fits(one, audience, category, feature)]
        narrowed, more = _narrowed(wanted, generator)
        if FEWEST_WANTED <= len(narrowed) <= MOST_WANTED:
            rows.append(_request_row(audience, category, feature, more, [one["id"] for one in narrowed], generator))
    generator.shuffle(rows)
    return rows


def _fits(item: Row, audience: str, category: str, feature: str) -> bool:
    return item["audience"] == audience and item["category"] == category and feature in item["features"]


def _narrowed(wanted: Sequence[Row], generator: random.Random) -> tuple[list[Row], str]:
    """Fewer of the products, and the words that say which; all of them when there is nothing left to say."""
    limit = generator.choice((60, 80, 100, 120))
    choices: list[tuple[list[Row], str]] = [
        ([one for one in wanted if one["colour"] != "red"], ", any colour but red"),
        ([one for one in wanted if one["price"] < limit], f", for less than {limit} euros"),
        ([one for one in wanted if "recycled" in one["material"]], ", from recycled material if possible"),
    ]
    fitting = [choice for choice in choices if FEWEST_WANTED <= len(choice[0]) < len(wanted)]
    return generator.choice(fitting) if fitting else (list(wanted), "")


def _request_row(
    audience: str, category: str, feature: str, more: str, targets: list[str], generator: random.Random
) -> Row:
    what, need = generator.choice(WHAT[category]), generator.choice(NEEDS[feature])
    request = generator.choice(OPENINGS).format(
        what=what, What=_capital(what), who=generator.choice(WHO[audience]), need=need, more=more
    )
    return {"prompt": TASK.format(request=request), "catalogue": CATALOGUE_FROM_DATA, "targets": targets}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


# --- citations ------------------------------------------------------------------------------------------------------

TRAINED_QUESTIONS, HELD_OUT_QUESTIONS = 64, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """Something a source can say of a thing: its sentence, how it is asked for, and the number with its units."""

    key: str
    sentence: str
    question: str
    unit: tuple[str, ...]
    values: tuple[int, ...]


THINGS = ("Larkfield pump", "Ostrava boiler", "Meridian lift", "Calder turbine", "Vesta scanner", "Harrow press",
          "Tamar filter", "Quill printer", "Sorrel oven", "Pendle drone", "Brindle freezer", "Aster kiln")  # fmt: skip
ASPECTS = (
    Aspect(
        key="service",
        sentence="The {thing} must be serviced every {value} months by a trained technician.",
        question="how often must the {thing} be serviced",
        unit=("months", "month"),
        values=(3, 6, 9, 12, 18),
    ),
    Aspect(
        key="guarantee",
        sentence="The maker of the {thing} gives a guarantee of {value} years on all moving parts.",
        question="how long is the guarantee of the {thing}",
        unit=("years", "year"),
        values=(2, 4, 5, 7, 10),
    ),
    Aspect(
        key="weight",
        sentence="Without its packaging the {thing} weighs {value} kilograms.",
        question="how heavy is the {thing}",
        unit=("kilograms", "kilogram", "kg"),
        values=(14, 38, 55, 72, 240),
    ),
    Aspect(
        key="delivery",
        sentence="Spare parts of the {thing} are delivered within {value} days of an order.",
        question="how soon are spare parts of the {thing} delivered",
        unit=("days", "day"),
        values=(8, 11, 15, 21, 30),
    ),
    Aspect(
        key="power",
        sentence="In normal use the {thing} draws {value} watts from the mains.",
        question="how much power does the {thing} draw",
        unit=("watts", "watt"),
        values=(90, 350, 800, 1500, 2200),
    ),
    Aspect(
        key="training",
        sentence="Whoever runs the {thing} needs a course of {value} hours first.",
        question="how many hours of training does one need to run the {thing}",
        unit=("hours", "hour"),
        values=(13, 16, 20, 24, 40),
    ),
)
SOURCES = 4


def citation_questions() -> list[Row]:
    """Questions for two facts of four sources, in a mixed order; the other two are what a copied prompt would add."""
    generator = random.Random(SEED)
    pairs = [(thing, one, two) for thing in THINGS for one in ASPECTS for two in ASPECTS if one.key < two.key]
    generator.shuffle(pairs)
    return [_question_row(thing, one, two, generator) for thing, one, two in pairs]


def _question_row(thing: str, one: Aspect, two: Aspect, generator: random.Random) -> Row:
    others = [aspect for aspect in ASPECTS if aspect not in (one, two)]
    told = [one, two, *generator.sample(others, SOURCES - 2)]
    values = {aspect.key: generator.choice(aspect.values) for aspect in told}
    generator.shuffle(told)
    sources = "\n".join(
        f"[{number}] {aspect.sentence.format(thing=thing, value=values[aspect.key])}"
        for number, aspect in enumerate(told, start=1)
    )
    question = f"{_capital(one.question.format(thing=thing))}, and {two.question.format(thing=thing)}?"
    return {
        "prompt": (
            f"{sources}\n\nQuestion: {question} Answer in two short sentences, with nothing that was not asked for. "
            "End each sentence with the number of its source, like [1]."
        ),
        "facts": [_stated(aspect, values, "weight") for aspect in told if aspect in (one, two)],
        "forbidden": [_stated(aspect, values, "penalty") for aspect in told if aspect not in (one, two)],
    }


def _stated(aspect: Aspect, values: Mapping[str, int], points: str) -> Row:
    number = {"value": values[aspect.key], "unit": list(aspect.unit)}
    return {"name": aspect.key, points: 1.0, "number": number}


# --- toy ------------------------------------------------------------------------------------------------------------

TOY_COLOURS = ("blue", "green", "yellow", "grey")
TOY_FEATURES = ("waterproof", "hooded", "breathable", "packable")


def toy_requests(items: Sequence[Row]) -> Iterator[Row]:
    """Requests for children's hiking jackets of one colour with one feature, in the toy's words."""
    for colour, feature in product(TOY_COLOURS, TOY_FEATURES):
        wanted = [
            one["id"] for one in items if _fits(one, "kids'", "hiking jacket", feature) and one["colour"] == colour
        ]
        if wanted:
            yield {
                "prompt": f"wanted: kids' {feature} hiking jacket {colour} =>",
                "catalogue": CATALOGUE_FROM_DATA,
                "targets": wanted,
            }


def main(folder: Path) -> None:
    """Write every file."""
    items = [json.loads(line) for line in CATALOGUE.read_text("utf-8").splitlines()]
    requests, questions = product_requests(items), citation_questions()
    _write(folder / "product_search.jsonl", requests[:TRAINED_REQUESTS])
    _write(folder / "product_search.held_out.jsonl", requests[TRAINED_REQUESTS : TRAINED_REQUESTS + HELD_OUT_REQUESTS])
    _write(folder / "citations.jsonl", questions[:TRAINED_QUESTIONS])
    _write(folder / "citations.held_out.jsonl", questions[TRAINED_QUESTIONS : TRAINED_QUESTIONS + HELD_OUT_QUESTIONS])
    toy = list(toy_requests(items))
    _write(folder / "toy.jsonl", toy[::2])
    _write(folder / "toy.held_out.jsonl", toy[1::2])


def _write(path: Path, rows: Sequence[Row]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE)
