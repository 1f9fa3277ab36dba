import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.attribution import Options, Subject
from ospo_core.documents import explain_document
from ospo_core.errors import InputError, ModelMissing, RewardError
from ospo_core.estimators.methods import method_named
from ospo_core.rewards.checked import LARGEST_SCORE, checked_hidden, checked_scores
from ospo_core.rewards.reward import RewardSpec
from ospo_core.text.spans import Span
from tests.core.text.fakes import ByteTokenizer


class Fixed:
    """Returns whatever it was given, or calls it with the responses."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0

    @property
    def spec(self):
        return RewardSpec(kind="fixed")

    def score(self, prompts, responses):
        self.calls += 1
        return self.answer(responses) if callable(self.answer) else self.answer

    def score_hidden(self, prompts, responses, hidden):
        return self.score(prompts, responses)


def lengths(responses):
    return np.array([float(len(response)) for response in responses])


def raising_on(*bad):
    def answer(responses):
        if set(bad) & set(responses):
            raise KeyError(f"user text: {responses}")
        return lengths(responses)

    return answer


def test_good_scores_pass_through_in_one_call():
    """The guard costs no second call when all is well."""
    reward = Fixed(lengths)

    scores = checked_scores(reward, ["p"] * 3, ["a", "bbb", ""])

    assert scores.tolist() == [1, 3, 0]
    assert reward.calls == 1


def test_no_responses_means_no_call():
    """An empty batch is answered without asking the reward."""
    reward = Fixed(lengths)

    assert checked_scores(reward, [], []).shape == (0,)
    assert reward.calls == 0


@given(st.integers(1, 60), st.data())
def test_the_first_culprit_is_found_wherever_it_stands(size, data):
    """With any set of bad responses, the lowest index is the one that is named."""
    bad = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    texts = [str(number) for number in range(size)]

    with pytest.raises(RewardError) as caught:
        checked_scores(Fixed(raising_on(*map(str, bad))), texts, texts)

    assert caught.value.index == min(bad)


def test_a_culprit_among_thousands_costs_few_calls():
    """Halving, not one call per text: 1 + 11 + 1 calls for 2,048 responses."""
    texts = [str(number) for number in range(2048)]
    reward = Fixed(raising_on("1500"))

    with pytest.raises(RewardError, match="response 1500 "):
        checked_scores(reward, texts, texts)

    assert reward.calls <= 13


def test_the_message_of_the_reward_is_not_repeated():
    """The exception's own words could hold the text: only its class is named, and the log shows no cause."""
    with pytest.raises(RewardError) as caught:
        checked_scores(Fixed(raising_on("my diagnosis")), ["p", "p"], ["fine", "my diagnosis"])

    assert (
        str(caught.value) == "reward 'fixed' raised KeyError on response 1 (12 characters); score it alone to see why"
    )
    assert caught.value.__suppress_context__


def test_a_reward_that_fails_only_on_large_batches_says_so():
    """No response is blamed for what none of them does alone."""

    def small_only(responses):
        if len(responses) > 2:
            raise MemoryError
        return lengths(responses)

    with pytest.raises(RewardError, match="on a batch of 4 responses, but on none of them alone") as caught:
        checked_scores(Fixed(small_only), ["p"] * 4, ["a"] * 4)

    assert caught.value.index is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e308, -1e308, float(2**63), float(-(2**63) - 1)])
def test_a_score_that_cannot_be_reckoned_with_is_refused_with_its_index(value):
    """The first such score is named, and its text travels as an attribute."""
    with pytest.raises(RewardError, match=rf"returned {re.escape(str(value))} for response 1 \(3 char") as caught:
        checked_scores(Fixed(np.array([0.0, value, value])), ["p"] * 3, ["a", "bcd", "e"])

    assert (caught.value.index, caught.value.text) == (1, "bcd")


METHODS = ["exact", "permutation", "gaussian-process", "bayesian-quadrature", "past-conditioned", "paper"]
LARGE = {"largest": LARGEST_SCORE, "nothing below 0": -0.0, "smallest": 5e-324}


def explained(text, reward, method):
    """The credit of its words by a method."""
    options = Options(method=method, segmenter="unicode", budget=40)
    return Subject.of("p", text, reward, options, tokenizer=ByteTokenizer()).attribution(method_named(method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", LARGE.values(), ids=LARGE)
def test_scores_at_the_bounds_give_finite_credit(method, size):
    """The widest differences that pass the guard, up and down: no warning, no infinity in the document."""
    reward = Fixed(lambda texts: np.array([size * (-1) ** len(text) for text in texts]))

    found = explained("240 mg now.", reward, method)

    assert abs(found.reward) == abs(found.baseline) == abs(size)
    assert json.dumps(explain_document(found), allow_nan=False)


class Moody:
    """Another answer at every call."""

    spec = RewardSpec(kind="moody")

    def __init__(self):
        self.random = np.random.default_rng(0)
        self.said = []

    def score(self, prompts, responses):
        scores = self.random.normal(size=len(responses))
        self.said += zip(responses, scores.tolist(), strict=True)
        return scores


@pytest.mark.parametrize("method", METHODS)
def test_a_reward_that_changes_its_answers_is_taken_at_its_first_word(method):
    """No text is asked for twice, so its credit is that of one game: it sums to what the result says of both ends."""
    text, reward = "Give 240 mg now, 240.", Moody()

    found = explained(text, reward, method)

    said = dict(reward.said)
    off = found.estimate.credit.sum() - (said[text] - said[""])
    assert len(said) == len(reward.said) == found.cost.evaluations_distinct
    assert (found.reward, found.baseline) == (said[text], said[""])
    assert found.efficiency_residual == pytest.approx(off, abs=1e-9)
    assert not found.estimate.efficient or abs(off) < 1e-9


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([1.0, 2.0], "returned a list"),
        (np.array([1.0, 2.0], dtype=np.float32), r"returned float32 \(2,\)"),
        (np.array([1, 2]), r"returned int64 \(2,\)"),
        (np.zeros(3), r"returned float64 \(3,\)"),
        (np.zeros((2, 1)), r"returned float64 \(2, 1\)"),
        (None, "returned a NoneType"),
    ],
)
def test_anything_but_a_float64_per_response_is_refused(answer, said):
    """Wrong type, dtype and shape each have their message, which says what was expected."""
    with pytest.raises(RewardError, match=rf"must return a float64 array of shape \(2,\); it {said}"):
        checked_scores(Fixed(answer), ["p"] * 2, ["a", "b"])


def test_errors_raised_on_purpose_keep_their_meaning():
    """A missing model is not the fault of a response."""

    def missing(responses):
        raise ModelMissing("model x is not installed")

    with pytest.raises(ModelMissing, match="model x is not installed"):
        checked_scores(Fixed(missing), ["p"], ["a"])


def test_ctrl_c_is_no_error_of_the_reward():
    """An interrupt passes through at once."""

    def interrupted(responses):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checked_scores(Fixed(interrupted), ["p"], ["a"])


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_a_reward_that_exits_in_a_thread_is_at_fault_like_any_that_raises(error):
    """Ctrl-C reaches the main thread alone, so in another one it is the reward's own doing."""

    def exits(responses):
        if "bad" in responses:
            raise error(3)
        return lengths(responses)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(checked_scores, Fixed(exits), ["p"] * 3, ["a", "bad", "b"])

    with pytest.raises(RewardError, match=rf"raised {error.__name__} on response 1 \(3 characters\)"):
        asked.result()


def test_a_reward_cannot_end_the_program():
    """To exit is to raise, in the main thread too."""

    def exits(responses):
        sys.exit(0)

    with pytest.raises(RewardError, match="raised SystemExit on response 0 "):
        checked_scores(Fixed(exits), ["p"], ["a"])


def test_prompts_and_responses_come_in_pairs():
    """A missing prompt is said, not broadcast."""
    with pytest.raises(InputError, match="one of prompts per response; got 1 for 2"):
        checked_scores(Fixed(lengths), ["p"], ["a", "b"])


def test_hidden_scores_are_guarded_alike():
    """The culprit of a masked batch is named too, and hidden spans come one list per response."""
    reward = Fixed(raising_on("bad"))

    with pytest.raises(RewardError, match="response 2 "):
        checked_hidden(reward, ["p"] * 3, ["a", "b", "bad"], [[], [Span(0, 1)], []])
    with pytest.raises(InputError, match="one of hidden per response; got 1 for 2"):
        checked_hidden(reward, ["p"] * 2, ["a", "b"], [[]])
