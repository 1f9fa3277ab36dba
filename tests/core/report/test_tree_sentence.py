"""The sentence over a node of the tree: chosen by the data, and true of the waterfall under it."""

import pytest

from ospo_core.report.explain_view import explain_view
from tests.core.report.documents import MEDICAL, MEDICAL_CREDIT, explain_document


def sentences(phrases, credit, **more):
    """From a node's title to its sentence in plain text."""
    view = explain_view(explain_document(phrases, credit=credit, estimates=1, **more))
    told = zip(view["parts"]["title"], view["tree_sentences"], strict=True)
    return {title: "".join(text for _, text in sentence) for title, sentence in told if sentence}


DOSE = [
    [["The usual dose ", "is 15 mg, "], ["you would give ", "2,400 mg ", "every four hours."]],
    [["Drink ", "plenty."]],
]
CREDIT = {"2,400": -0.4, "mg": [0.01, -0.03], "four": -0.2, "hours": -0.07, "15": 0.03, "usual": 0.01, "Drink": 0.1}


def test_blame_names_the_parts_that_carry_it():
    """What the sentence costs, the share of it, the run of its phrases, and what goes against it."""
    credit = MEDICAL_CREDIT | {"15": 0.05}

    assert sentences(MEDICAL, credit, error=0.0001)["sentence 2"] == (
        "Sentence 2 costs 0.74 of reward. 95\u00a0% of that comes from two phrases, “2,400 mg every four hours”; "
        "“is 15 mg” earns 0.05."
    )


def test_a_share_beyond_the_whole_is_one_of_the_blame():
    """Where much goes against it, more was lost than what is left: the share is of what was lost."""
    credit = {"2,400": -0.4, "four": -0.3, "15": 0.2}

    assert sentences(DOSE, credit, error=0.0001)["sentence 1"] == (
        "Sentence 1 costs 0.49 of reward. 100\u00a0% of its blame comes from two words, “2,400” and “four”; "
        "“15” earns 0.20."
    )


def test_a_phrase_is_quoted_and_told_by_its_words():
    """Its number says nothing to a reader, its words do."""
    told = sentences(DOSE, CREDIT, error=0.0001)

    assert told["phrase 5"] == (
        "Phrase 5, “every four hours”, costs 0.27 of reward. 100\u00a0% of that comes from two words, “four hours”."
    )


def test_the_response_is_held_against_saying_nothing():
    """Its sum is what it adds to the empty response."""
    assert sentences(DOSE, CREDIT)["response"].startswith("The response costs 0.55 of reward against saying nothing. ")


def test_a_sum_that_cannot_be_told_from_zero_is_not_called_a_cost():
    """It is given with its interval, and with its distinct parts of both signs."""
    credit = {"usual": 0.2, "15": -0.2}
    told = sentences(DOSE, credit)["clause 1"]

    assert told.startswith("Clause 1, “The usual dose is 15 mg”, cannot be told from zero, +0.001 ± 0.0")
    assert told.endswith(", while “usual” earns 0.20 and “15” costs 0.20.")


def test_a_node_without_credit_says_so():
    """Nothing is invented for it."""
    assert sentences(DOSE, {"2,400": 0.5, "Drink": 1e-17}, error=0.0)["phrase 6"] == "Phrase 6, “Drink”, has no credit."
    assert sentences(DOSE, lambda _: 0.0, error=0.0)["sentence 2"] == "Sentence 2 has no credit."


def test_two_parts_that_stand_apart_are_quoted_apart():
    """Not as one run, which would hold words that earned nothing."""
    told = sentences(DOSE, {"usual": 0.3, "give": 0.3}, error=0.0001)["sentence 1"]

    assert told.endswith("comes from two words, “usual” and “give”.")


def test_credit_spread_over_many_parts_is_called_spread():
    """No part is quoted for what most of them did."""
    told = sentences([[["one two three four five six seven"]]], lambda _: 0.1, error=0.0001)["phrase 1"]

    assert told.endswith("86\u00a0% of that is spread over six of seven words.")


def test_a_part_of_one_piece_is_told_in_one_sentence():
    """There is nothing below it to name."""
    assert sentences([[["Yes. "]], [["No."]]], {"Yes": 0.3}, error=0.0)["phrase 1"] == (
        "Phrase 1, “Yes”, earns 0.30 of reward."
    )


def test_kinds_below_a_phrase_have_no_sentence():
    """Words are told by the inspector."""
    view = explain_view(explain_document(DOSE, credit=CREDIT))

    kinds = {kind for kind, told in zip(view["parts"]["kind"], view["tree_sentences"], strict=True) if told is None}
    assert kinds == {"word"}


def test_a_quoted_part_has_the_colour_of_its_own_map():
    """Its kind is the step of its mean per token."""
    view = explain_view(explain_document(DOSE, credit=CREDIT, error=0.0001))
    place = view["parts"]["title"].index("phrase 4")

    _, (kind, text), *_ = view["tree_sentences"][place]
    assert text == "“2,400 mg”"
    assert kind == view["parts"]["mark"][place].split()[0]


def test_the_tree_is_checked_at_every_node():
    """A node that is not the sum of its parts raises the alarm, and says by how much."""
    document = explain_document(DOSE, credit=CREDIT)
    good = explain_view(document)["tree_cells"][0]
    document["tree"][1]["credit"] += 0.1
    bad = explain_view(document)["tree_cells"][0]

    assert (good["alarm"], good["value"]) == (False, "children sum to parent")
    assert (bad["alarm"], bad["detail"]) == (True, "largest residual 1e−1")


@pytest.mark.parametrize(
    ("exact", "detail"), [(True, "all of them evaluated"), (False, "exact when the budget allows")]
)
def test_the_readout_of_the_tree_counts_what_exact_needs(exact, detail):
    """Coalitions that the tree allows, and those of the same players without a tree."""
    cells = explain_view(explain_document(DOSE, credit=CREDIT, error=0.0 if exact else 0.001))["tree_cells"]

    assert [cell["value"] for cell in cells[1:]] == ["2 sentences, 3 clauses, 7 phrases", "31,632", "2¹⁶"]
    assert cells[2]["detail"] == detail
    assert cells[1]["detail"].startswith("16 words, ")
