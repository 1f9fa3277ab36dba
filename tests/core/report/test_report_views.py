"""The views: plain data of one form, that holds the response and nothing that a screen would have to compute."""

import copy
import json
import typing

import pytest
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from ospo_core.report import numbers
from ospo_core.report.compare_view import compare_view
from ospo_core.report.explain_page import explain_html
from ospo_core.report.explain_view import explain_view
from ospo_core.report.group_member import group_member
from ospo_core.report.view_types import CompareView, ExplainView
from tests.core.report.documents import (
    ARABIC,
    CODE,
    HOSTILE,
    MEDICAL,
    compare_document,
    explain_document,
    segmented,
)

GROUP = (0.5, 0.42, 0.3, -0.1, 0.61)
DOCUMENTS = {
    "medical": explain_document(MEDICAL, rewards=GROUP),
    "alone": explain_document(MEDICAL),
    "hostile": explain_document(segmented(HOSTILE), prompt=HOSTILE, rewards=GROUP),
    "arabic": explain_document(segmented(ARABIC)),
    "code": explain_document(segmented(CODE), error=None, estimates=1),
    "exact": explain_document(error=0.0, estimates=1),
    "stopped": explain_document(partial=True),
    "one word": explain_document([[["Yes."]]], rewards=GROUP),
}
VIEWS = {name: explain_view(document) for name, document in DOCUMENTS.items()}


def shape(value, kind=None):
    """The names of a view's fields, and below them those of what they hold; of a type where one is given."""
    if kind is None:
        return {name: shape(item) if isinstance(item, dict) else ... for name, item in value.items()}
    hints = typing.get_type_hints(kind)
    return {name: shape(None, _typed(hint)) if _typed(hint) else ... for name, hint in hints.items()}


def _typed(hint):
    found = [one for one in (hint, *typing.get_args(hint)) if is_typeddict(one)]
    return found[0] if found and typing.get_origin(hint) is not list else None


def floats(value):
    """Every float in JSON data."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in floats(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in floats(item)]
    return [value] if isinstance(value, float) else []


def joined(pieces):
    return "".join(text for _, text, _, _ in pieces)


def said(sentence):
    return "".join(text for _, text in sentence)


def test_a_view_has_the_fields_of_its_type():
    """No more and no fewer, on every level."""
    view = {**VIEWS["medical"]}
    owners = view.pop("owners")

    expected = shape(None, ExplainView)
    assert expected.pop("owners") is ...
    assert shape(view) == expected
    assert set(owners) == {"response", "sentence", "clause", "phrase", "word"}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_plain_data_of_its_type(name):
    """It goes through JSON and back, and pydantic finds every value of the promised type."""
    again = json.loads(json.dumps(VIEWS[name], allow_nan=False))

    assert TypeAdapter(ExplainView).validate_python(again) == TypeAdapter(ExplainView).validate_python(VIEWS[name])


@pytest.mark.parametrize("name", VIEWS)
def test_the_maps_of_a_view_hold_exactly_the_response(name):
    """Character by character, the flat map too where there is one; the token texts join to it as well."""
    view = VIEWS[name]

    maps = [view["own"]["pieces"], *([view["flat"]["pieces"]] if view["flat"] else [])]
    assert [joined(pieces) for pieces in maps] == [view["response"]] * len(maps)
    assert "".join(view["tokens"]["text"]) == DOCUMENTS[name]["response"]


@pytest.mark.parametrize("name", VIEWS)
def test_the_columns_of_a_view_are_parallel(name):
    """One entry a token, one entry a node, everywhere."""
    view = VIEWS[name]
    counts = {len(column) for column in view["tokens"].values()}
    nodes = {len(column) for column in [*view["parts"].values(), view["tree_sentences"]]}

    assert counts == {len(DOCUMENTS[name]["tokens"])}
    assert nodes == {len(DOCUMENTS[name]["tree"])}
    assert {len(owners) for owners in view["owners"].values()} == counts


def test_numbers_of_a_view_have_six_digits():
    """A view is small: no float carries digits that nobody can see."""
    given = explain_document(credit=lambda word: len(word) / 7, rewards=GROUP)

    assert all(number == float(f"{number:.6g}") for number in floats(explain_view(given)))


def test_a_view_leaves_its_document_alone():
    """Drawing changes nothing in the document it reads."""
    before = copy.deepcopy(DOCUMENTS["medical"])

    explain_view(DOCUMENTS["medical"])

    assert DOCUMENTS["medical"] == before


def test_the_page_says_what_the_view_says():
    """The HTML is drawn from it: its sentence, its cells and its labels stand there."""
    html = explain_html(DOCUMENTS["alone"])
    view = VIEWS["alone"]

    for cell in view["cells"]:
        assert f"<b>{cell['value']}</b><em>{cell['detail']}</em>" in html
    for kind, text in view["sentence"]:
        assert text in html, kind


def test_the_state_of_a_view_is_told_by_its_document():
    """Where no run is named: stopped early or complete."""
    assert (VIEWS["alone"]["state"], VIEWS["alone"]["id"]) == ("succeeded", None)
    assert VIEWS["stopped"]["state"] == "cancelled"
    assert VIEWS["stopped"]["notice"].startswith("Stopped at 2,048 of 2,048 evaluations.")


def test_a_running_estimate_is_called_so():
    """Its notice says how far it is, not that it was stopped."""
    view = explain_view(DOCUMENTS["stopped"], run_id="r", state="running")

    assert (view["id"], view["state"]) == ("r", "running")
    assert view["notice"] == "Running estimate after 2,048 of 2,048 evaluations."


def test_the_pinned_token_is_the_largest_and_the_tree_opens_at_its_sentence():
    """The order by size begins with it."""
    view = VIEWS["medical"]

    assert view["tokens"]["text"][view["pinned"]].strip() in "2,400"
    assert view["order"][0] == view["pinned"]
    assert view["parts"]["title"][view["selected"]] == "sentence 2"


def test_paragraphs_are_a_level_like_the_others():
    """A response of several paragraphs has them in its tree; they are named, counted and can colour the text."""
    document = explain_document(segmented("One two. Three four."), estimates=1)
    root, *nodes = document["tree"]
    sentences = [node for node in nodes if node["kind"] == "sentence"]
    tree = [root]
    for place, sentence in enumerate(sentences):
        paragraph = {**sentence, "id": 100 + place, "kind": "paragraph"}
        inside = [node for node in nodes if sentence["start"] <= node["start"] < sentence["end"]]
        tree += [paragraph, {**inside[0], "parent": paragraph["id"]}, *inside[1:]]

    view = explain_view({**document, "tree": tree})

    assert view["levels"] == ["token", "word", "phrase", "clause", "sentence", "paragraph"]
    assert [title for title in view["parts"]["title"] if "paragraph" in title] == ["paragraph 1", "paragraph 2"]
    assert view["tree_cells"][1]["value"] == "2 paragraphs, 2 sentences, 2 clauses, 2 phrases"


def test_a_compare_view_has_the_fields_of_its_type():
    """On the first level, and in every row; it validates."""
    view = compare_view(compare_document(), rules=["signed", "rank"], run_id="g")

    assert TypeAdapter(CompareView).validate_python(json.loads(json.dumps(view)))["rules"] == ["signed", "rank"]
    assert set(view) == set(CompareView.__annotations__)
    assert [set(row) for row in view["rows"]] == [set(typing.get_type_hints(_row_type()))] * 6


def _row_type():
    return typing.get_args(typing.get_type_hints(CompareView)["rows"])[0]


def test_a_row_of_a_group_shows_its_response_three_times():
    """Flat, under the rule, and the difference: each map holds the text, each barcode a step for every token."""
    document = compare_document(prompt=HOSTILE)

    for given, row in zip(document["responses"], compare_view(document)["rows"], strict=True):
        assert [joined(pieces) for pieces in row["maps"].values()] == [given["response"]] * 3
        apart = given["token_advantages"][0] - given["advantage"]
        assert row["labels"]["difference"][0] == f"difference {numbers.advantage(apart)}"
        assert [len(steps) for steps in row["barcode"].values()] == [len(given["tokens"])] * 3
        assert 0 <= row["dot"]["low"] <= row["dot"]["mean"] <= row["dot"]["high"] <= 1
        assert 0 <= row["dot"]["at"] <= 1


def test_a_member_of_a_group_reads_as_an_explained_response():
    """With its place in the group: the same flat advantage, the same advantages, what the others cost."""
    document = compare_document()

    view = explain_view(group_member(document, 3))

    assert view["response"] == document["responses"][3]["response"]
    assert view["flat"]["value"] == pytest.approx(document["responses"][3]["advantage"], rel=1e-5)
    assert view["tokens"]["shown"] == pytest.approx(document["responses"][3]["token_advantages"], rel=1e-5)
    assert "10,240 for the group" in view["cells"][1]["detail"]


def test_a_response_that_was_not_reached_can_be_seen():
    """What a stopped group keeps of it is an even split, and the readout says so."""
    document = compare_document()
    document["responses"][1]["method"] |= {"name": "even-split", "exact": False}

    view = explain_view(group_member(document, 1))

    assert view["cells"][3]["detail"] == "split evenly, stopped before it was explained, seed 11"


def test_the_window_warning_stands_among_the_notes():
    """Only where the reward's model does not read to the end."""
    notes = explain_view(explain_document(reads_to_the_end=False))["notes"]

    assert [kind for kind, _ in notes[1]] == ["strong", "text"]
    assert "reads only the beginning" in said(notes[1])
    assert len(VIEWS["alone"]["notes"]) == 1
