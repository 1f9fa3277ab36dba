"""Views of one step: what each moved, what the sentence says, and what a reader is warned of."""

import pytest

from ospo_core.report.step_view import StepFigures, step_views
from tests.core.report.documents import compare_document

FIGURES = StepFigures(cosine=0.64, opposed=0.22, follow=(0.6, None), learning_rate=1e-3, adapter="fresh adapter")


@pytest.fixture
def comparison():
    """Two or more responses under one rule."""
    return compare_document()


def changes_of(comparison, grpo, ours):
    return [
        ([grpo] * len(row["tokens"]), [ours] * (len(row["tokens"]) - 1) + [grpo]) for row in comparison["responses"]
    ]


def test_both_steps_and_their_difference_are_drawn_on_one_scale(comparison):
    """One view a response; the difference is the rule's step minus GRPO's."""
    views = step_views(comparison, changes_of(comparison, 0.5, -0.5), FIGURES)

    assert len(views) == len(comparison["responses"])
    assert {view["scale"]["domain"] for view in views} == {1.0}
    assert views[0]["scale"]["words"] == ["lowered", "raised"]
    assert views[0]["labels"]["difference"][0] == "−1.000 nats"
    assert views[0]["labels"]["difference"][-1] == "0.000 nats"


def test_the_sentence_names_a_token_that_the_steps_part_on(comparison):
    """With both amounts, and how many tokens part."""
    view = step_views(comparison, changes_of(comparison, 0.5, -0.25), FIGURES)[0]

    told = "".join(text for _, text in view["sentence"])
    tokens = len(comparison["responses"][0]["tokens"])
    assert told.startswith("A GRPO step raises")
    assert "by 0.500 nats" in told
    assert f"lowers it by 0.250. {tokens - 1} tokens of {tokens} part that way." in told


def test_where_they_agree_it_says_so(comparison):
    """No token is told apart that is not."""
    view = step_views(comparison, changes_of(comparison, 0.5, 0.4), FIGURES)[0]

    assert ["strong", "every token the same way"] in view["sentence"]


def test_what_a_step_does_not_show_is_said(comparison):
    """It is exaggerated, shows a direction, and tokens bleed into one another."""
    view = step_views(comparison, changes_of(comparison, 0.5, 0.4), FIGURES)[0]

    assert "exaggerated and shows a direction" in view["note"]
    assert "what moves one moves others" in view["note"]
    assert [cell["value"] for cell in view["cells"]][:4] == ["22\u00a0%", "cosine 0.64", "0.60", "none"]
