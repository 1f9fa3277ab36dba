"""Two results against each other: what is held against what, and what is said of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter

from ospo_core.report.alignment import align
from ospo_core.report.group_member import group_member
from ospo_core.report.nesting import Nesting
from ospo_core.report.pair import Pair
from ospo_core.report.pair_view import pair_view
from ospo_core.report.view_types import PairView
from tests.core.report.documents import ARABIC, HOSTILE, compare_document, explain_document, segmented

WRONG, RIGHT = "One dose is 2,400 mg. Call a doctor.", "One dose is 240 mg. Call a doctor soon."
WORDS = some.lists(some.sampled_from(["one", "two", "2,400", "mg.", "and", "…"]), min_size=1, max_size=12)


def explained(text, credit=None, **more):
    return explain_document(segmented(text), credit=credit or {}, estimates=1, **more)


def said(sentence):
    return "".join(text for _, text in sentence)


def joined(pieces):
    return "".join(text for _, text, _, _ in pieces)


def marked(view, name):
    """The classes of the column's tokens by their words."""
    return {text.strip(): css for act, text, css, _ in view["columns"][name] if act == "token"}


EDIT = pair_view(
    explained(WRONG, {"2,400": -0.6, "dose": 0.1}),
    explained(RIGHT, {"240": 0.4, "dose": 0.1}),
    left_id="a",
    right_id="b",
)


def test_a_pair_view_has_the_fields_of_its_type():
    """It is plain data, and pydantic finds every value of the promised type."""
    again = json.loads(json.dumps(EDIT, allow_nan=False))

    assert TypeAdapter(PairView).validate_python(again)["left"]["id"] == "a"
    assert set(EDIT) == set(PairView.__annotations__)


def test_a_word_in_the_place_of_another_is_what_is_told():
    """What became of the reward, and the credit of both words."""
    assert said(EDIT["sentence"]) == (
        "The reward rises from −0.54 to 0.46. “240” has the credit +0.400; “2,400” in its place had −0.600."
    )
    assert EDIT["rows"][0] == ("2,400 → 240", "−0.600", "+0.400", "+1.000")
    assert EDIT["left"]["title"] == "First response"


@pytest.mark.parametrize(
    ("credit", "told"), [(0.3, "“240” has the credit +0.300; "), (0.1, "The two differ most on “mg”")]
)
def test_an_edit_is_told_before_a_slightly_larger_difference(credit, told):
    """What was done comes first, unless it made less than half the difference of another word."""
    view = pair_view(explained(WRONG, {"mg": -0.2}), explained(RIGHT, {"240": credit, "mg": 0.2}))

    assert told in said(view["sentence"])


def test_a_token_that_only_one_side_has_has_no_difference():
    """It has no colour and says so; it has no partner, and every other token has one of the same text."""
    css = marked(EDIT, "difference")

    assert (css["240"], css["soon"]) == ("z only", "z only")
    assert "only" not in css["mg"]
    assert EDIT["labels"]["difference"][3] == "only here"
    for match, one, other in (("left", WRONG, RIGHT), ("right", RIGHT, WRONG)):
        texts = [token["text"] for token in explained(one)["tokens"]]
        others = [token["text"] for token in explained(other)["tokens"]]
        partners = EDIT["match"][match]
        assert len(partners) == len(texts)
        assert all(texts[place] == others[at] for place, at in enumerate(partners) if at is not None)


@pytest.mark.slow
@given(WORDS, WORDS)
def test_an_alignment_pairs_equal_tokens_in_order(one, other):
    """Both ways alike, never crossing; its stretches cover both texts once."""
    left, right = (explained(" ".join(words)) for words in (one, other))

    found = align(left["response"], Nesting.of(left), right["response"], Nesting.of(right))

    pairs = [(place, at) for place, at in enumerate(found.of_left) if at is not None]
    assert pairs == [(at, place) for place, at in enumerate(found.of_right) if at is not None]
    assert pairs == sorted(pairs, key=lambda pair: pair[1])
    assert all(left["tokens"][a]["text"].strip() == right["tokens"][b]["text"].strip() for a, b in pairs)
    for side, count in (("left", len(left["tokens"])), ("right", len(right["tokens"]))):
        runs = [getattr(stretch, side) for stretch in found.stretches]
        assert [place for run in runs for place in range(*run)] == list(range(count))


def test_the_same_result_twice_agrees_on_every_word():
    """Every token is held against itself and the difference is nowhere coloured."""
    document = explained(WRONG, {"2,400": -0.6})

    view = pair_view(document, document)

    assert said(view["sentence"]) == "The two agree on every word."
    assert view["rows"] == []
    assert set(marked(view, "difference").values()) == {"z"}
    assert view["match"]["left"] == list(range(len(document["tokens"])))


def test_two_rewards_on_one_text_are_named_by_their_kind():
    """The sentence says which gives what, and the note that their units need not be one."""
    other = explained(WRONG, {"2,400": 0.1})
    other["reward_spec"] = {**other["reward_spec"], "kind": "similarity"}

    view = pair_view(explained(WRONG, {"2,400": -0.6}), other)

    assert (view["left"]["title"], view["right"]["title"]) == ("Rubric", "Similarity")
    assert said(view["sentence"]) == "The two differ most on “2,400”: −0.600 by rubric, +0.100 by similarity."
    assert "the two rewards need not have one unit" in view["note"]


def test_two_rules_of_one_group_are_compared_in_advantages():
    """They are named by the rule, and their labels are advantages."""
    signed, uniform = (group_member(compare_document(rule), 2) for rule in ("signed", "uniform"))

    view = pair_view(signed, uniform)

    assert (view["left"]["title"], view["right"]["title"]) == ("Signed", "Uniform")
    assert view["unit"].startswith("advantage per token, in σ of the group")
    assert view["labels"]["right"][0].startswith("advantage ")
    assert "under signed" in said(view["sentence"])


def test_a_result_without_a_group_is_compared_in_credit():
    """The unit that both have; the other side's group is left out of it."""
    view = pair_view(group_member(compare_document(), 2), explained(WRONG))

    assert view["unit"].startswith("credit per token, in reward units")
    assert view["means"]["left"].startswith("sums to ")


def test_the_difference_is_right_minus_left():
    """For every token that both have; on the scale of all three maps."""
    pair = Pair.of(explained(WRONG, {"dose": 0.1}), explained(WRONG, {"dose": 0.4}))

    dose = next(at for at, token in enumerate(pair.right.document["tokens"]) if token["text"].strip() == "dose")
    assert pair.difference[dose] == pytest.approx(0.3)
    assert pair.intervals[dose] == pytest.approx(
        (pair.left.intervals[dose] ** 2 + pair.right.intervals[dose] ** 2) ** 0.5
    )
    assert pair.left.scale == pair.right.scale


@pytest.mark.parametrize("texts", [(HOSTILE, ARABIC), (ARABIC, "a"), ("a", "b"), ("one. two. three.", "one.")])
def test_the_columns_hold_exactly_their_texts(texts):
    """Also where the two have nothing in common; the difference stands on the right text."""
    view = pair_view(*(explained(text, lambda word: len(word) / 100) for text in texts))

    assert [joined(view["columns"][name]) for name in ("left", "right", "difference")] == [texts[0], texts[1], texts[1]]
    assert len(view["cells"]) == 6


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("One dose.", "One dose. Then wait.", "“Then wait” comes in with the credit +0.500."),
        ("One dose. Then wait.", "One dose.", "“Then wait” goes, and with it the credit +0.500."),
    ],
)
def test_words_that_come_or_go_are_told(before, after, told):
    """With the credit that they bring or take."""
    credit = {"Then": 0.3, "wait": 0.2}

    view = pair_view(explained(before, credit), explained(after, credit))

    assert said(view["sentence"]).endswith(told)
