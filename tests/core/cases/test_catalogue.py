import json
import subprocess
import sys
from pathlib import Path

import pytest

from ospo_core.cases.case import load_case

SCRIPT = Path(__file__).parents[3] / "scripts" / "make_catalogue.py"


@pytest.fixture
def products() -> list[dict]:
    file = load_case("product_search").folder / "catalogue.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_the_script_makes_the_bundled_file(tmp_path: Path) -> None:
    """The catalogue is what its script writes, byte for byte."""
    again = tmp_path / "again.jsonl"

    subprocess.run([sys.executable, str(SCRIPT), str(again)], check=True, capture_output=True)

    assert again.read_bytes() == (load_case("product_search").folder / "catalogue.jsonl").read_bytes()


def test_there_are_enough_products_with_all_attributes(products: list[dict]) -> None:
    """At least 600 products, each with an id and a text of its own and every attribute filled in."""
    attributes = {"id", "text", "title", "category", "colour", "material", "audience", "price", "features"}

    assert len(products) >= 600
    assert len({one["id"] for one in products}) == len({one["text"] for one in products}) == len(products)
    assert [one["id"] for one in products if set(one) != attributes or not all(one.values())] == []


def test_the_text_of_a_product_says_its_attributes(products: list[dict]) -> None:
    """A search can find every attribute, since the text names it."""
    silent = [
        one["id"]
        for one in products
        for said in (one["title"], one["colour"], one["material"], str(one["price"]), *one["features"])
        if said not in one["text"]
    ]

    assert silent == []


def test_the_targets_are_the_products_the_shopper_wants(products: list[dict]) -> None:
    """Wanted are exactly the waterproof, recycled hiking jackets for kids under 80 euros that are not red."""
    wanted = [
        one["id"]
        for one in products
        if (one["category"], one["audience"]) == ("hiking jacket", "kids'")
        and "waterproof" in one["features"]
        and one["material"].startswith("recycled")
        and one["price"] < 80
        and one["colour"] != "red"
    ]

    assert load_case("product_search").reward["targets"] == wanted


def test_red_jackets_are_there_to_be_fetched_by_mistake(products: list[dict]) -> None:
    """Some products fulfil every wish but the colour, or the word red could do no harm."""
    red = [
        one
        for one in products
        if (one["category"], one["audience"], one["colour"]) == ("hiking jacket", "kids'", "red")
    ]

    assert len(red) >= 4
