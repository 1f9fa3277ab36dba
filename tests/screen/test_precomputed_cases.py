"""The cases that the screen shows without a service: the files are views of today's form, and their numbers agree."""

import json
import runpy
import typing
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from backend.attributions.schemas import AttributionBody
from ospo_core.report.view_types import VIEW_VERSION, ExplainView, PartColumns, TokenColumns

ROOT = Path(__file__).parents[2]
NAMES = ("critical_error", "brilliant_phrase")
MOST_BYTES = 200_000


@pytest.fixture(params=NAMES)
def path(request):
    return ROOT / "frontend" / "cases" / f"{request.param}.json"


@pytest.fixture
def case(path):
    return json.loads(path.read_text("utf-8"))


def joined(pieces):
    return "".join(text for _, text, _, _ in pieces)


def test_a_case_is_a_view_of_the_present_form(case):
    """Whoever changes the form of views runs scripts/precompute_cases.py again."""
    view = case["view"]

    TypeAdapter(ExplainView).validate_python(view)
    assert view["schema_version"] == VIEW_VERSION
    assert set(view) == set(ExplainView.__annotations__)
    assert set(view["tokens"]) == set(typing.get_type_hints(TokenColumns))
    assert set(view["parts"]) == set(typing.get_type_hints(PartColumns))


def test_a_case_is_small(path):
    """The landing page reads it at once."""
    assert path.stat().st_size < MOST_BYTES


def test_the_tokens_of_a_case_join_to_the_response(case):
    """So do the pieces of both maps; it is the response that the request would explain."""
    view = case["view"]

    assert "".join(view["tokens"]["text"]) == view["response"] == case["request"]["response"]
    assert joined(view["flat"]["pieces"]) == joined(view["own"]["pieces"]) == view["response"]
    assert view["prompt"] == case["request"]["prompt"]


def test_the_nodes_of_a_case_are_the_sums_of_their_parts(case):
    """Up to the digits of a view, and the root is the sum of the tokens."""
    parts = case["view"]["parts"]

    for credit, children in zip(parts["credit"], parts["children"], strict=True):
        assert not children or sum(parts["credit"][child] for child in children) == pytest.approx(credit, abs=5e-6)
    assert sum(case["view"]["tokens"]["credit"]) == pytest.approx(parts["credit"][0], abs=5e-6)


def test_both_maps_of_a_case_have_one_mean(case):
    """The rule moves advantage between tokens and adds none."""
    shown = case["view"]["tokens"]["shown"]

    assert sum(shown) / len(shown) == pytest.approx(case["view"]["flat"]["value"], abs=1e-4)


def test_a_case_can_be_asked_for_again(case):
    """Its request is one that the service takes; the response stands among the group's."""
    body = AttributionBody.model_validate(case["request"])

    assert body.response in case["responses"]
    assert case["document_cost"]["evaluations_distinct"] <= (body.options.budget or 0)


def test_the_checks_of_a_case_are_of_its_pinned_token(case):
    """Rows of what was done, predicted and measured change, and the reward then."""
    checks = case["checks"]

    assert checks["token"] == case["view"]["pinned"]
    assert len(checks["rows"]) >= 2
    assert all(len(row) == 4 and all(isinstance(cell, str) for cell in row) for row in checks["rows"])


def test_each_case_shows_what_its_button_says():
    """A losing response: GRPO pushes all of it down; here most of the blame sits on the dose, there a phrase earns."""
    error, phrase = (json.loads((ROOT / "frontend" / "cases" / f"{name}.json").read_text("utf-8")) for name in NAMES)
    told = ["".join(text for _, text in one["view"]["sentence"]) for one in (error, phrase)]

    assert [one["label"] for one in (error, phrase)] == ["One critical error", "One brilliant phrase"]
    assert all(one["view"]["flat"]["value"] < 0 for one in (error, phrase))
    assert "of the blame on" in told[0]
    assert "2,400 mg" in told[0]
    assert "of what was earned on" in told[1]
    assert "the rule lifts" in told[1]


@pytest.mark.slow
def test_explaining_a_case_again_gives_the_same_credit():
    """Every token within the interval that the file states, the reward as it is printed."""
    script = runpy.run_path(str(ROOT / "scripts" / "precompute_cases.py"))
    kept = json.loads((ROOT / "frontend" / "cases" / "critical_error.json").read_text("utf-8"))

    again = script["precomputed"](script["CASES"][0])

    before, after = kept["view"]["tokens"], again["view"]["tokens"]
    assert again["request"] == kept["request"]
    assert after["text"] == before["text"]
    assert again["view"]["cells"][0] == kept["view"]["cells"][0] | {"detail": again["view"]["cells"][0]["detail"]}
    for one, other, interval in zip(after["credit"], before["credit"], before["interval"], strict=True):
        assert one == pytest.approx(other, abs=interval)
