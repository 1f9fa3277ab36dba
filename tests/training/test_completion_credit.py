"""One scoring call a step, and failures that stay with their completion."""

import numpy as np

from ospo_core.redistribution.named import Needs
from ospo_core.training.completion_credit import Measuring, measure
from tests.training.tiny_policy import word_tokenizer

UNITS = Measuring(needs=Needs.UNITS)


class Words:
    """Counts words, remembers its calls, and breaks on one text where it is told to."""

    def __init__(self, *, bad=None, worth=None):
        self.calls, self.bad, self.worth = [], bad, worth

    def __call__(self, numbers, texts):
        self.calls.append(list(zip(numbers, texts, strict=True)))
        if self.bad in texts:
            raise ValueError("a text this reward cannot read")
        return np.array([self.worth if self.worth is not None else len(text.split()) for text in texts], dtype=float)


def measured(said, score, *, prompts=None, texts=None, how=UNITS):
    """The texts as a policy would have generated them."""
    tokenizer = word_tokenizer()
    ids = [[*tokenizer(text)["input_ids"], 1] if text else [1] for text in said]
    return measure(ids, texts or said, prompts or [0] * len(said), tokenizer, score, how)


def test_a_step_is_one_call_without_repeats():
    """What several completions to one prompt have in common is scored once."""
    score = Words()

    found = measured(["the red wool", "the red wool", "the red jacket"], score)

    [call] = score.calls
    assert len(call) == len({text for _, text in call}) == found.distinct
    assert found.requested == 3 * 7
    assert found.distinct < found.requested
    assert found.completions[0].worths.credit.tolist() == [1.0, 1.0, 1.0]


def test_other_prompts_share_nothing():
    """The same words answer another question."""
    score = Words()

    measured(["the red", "the red"], score, prompts=[0, 1])

    [call] = score.calls
    assert {number for number, _ in call} == {0, 1}
    assert len(call) == 2 * len({text for _, text in call})


def test_a_failure_stays_with_its_completion():
    """The others are scored alone then, and what failed is counted by name, without its text."""
    found = measured(["the red wool", "a blue shirt"], Words(bad="blue shirt"))

    assert found.completions[0].worths.credit.tolist() == [1.0, 1.0, 1.0]
    assert found.completions[1] is None
    assert found.failures == ("ValueError",)


def test_a_worth_that_is_not_finite_is_a_failure():
    """It would spread over every advantage of the group."""
    found = measured(["the red wool"], Words(worth=np.inf))

    assert found.completions == [None]
    assert found.failures == ("FloatingPointError",)


def test_text_that_the_ids_do_not_say_is_a_failure():
    """As after a call of a tool: credit is never placed by guessing."""
    found = measured(["the red wool"], Words(), texts=["the blue wool"])

    assert found.completions == [None]
    assert found.failures == ("TextError",)


def test_saying_nothing_is_no_failure():
    """There is nothing to credit, and nothing is scored."""
    score = Words()

    found = measured([""], score)

    assert score.calls == []
    assert list(found.completions[0].tokens) == []
