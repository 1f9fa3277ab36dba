"""That the bundled rewards say of the bundled responses what the cases tell the reader."""

from collections.abc import Callable

import numpy as np
import pytest

from ospo_core.attribution import Attribution, Options, attribute
from ospo_core.cases.case import case_names, load_case
from ospo_core.rewards.reward import Reward
from ospo_core.shapes import Scores

Rewards = Callable[[str], Reward]
Score = Callable[..., Scores]

MISTAKES = {"medicine": " 2,400 mg", "law": " [4]", "product_search": " red"}


def without(text: str, words: str) -> str:
    """The text less the first occurrence of the words."""
    before, found, after = text.partition(words)
    assert found
    return before + after


def focus_of(name: str) -> str:
    case = load_case(name)
    return case.responses[case.focus]


@pytest.mark.slow
@pytest.mark.parametrize("name", case_names())
def test_the_focus_response_is_worth_less_than_its_group(name: str, score: Score) -> None:
    """GRPO would push all of the focus response down: its reward is below the group's mean by a tenth of a sigma."""
    case = load_case(name)

    rewards = score(name, *case.responses)

    assert (rewards[case.focus] - rewards.mean()) / rewards.std(ddof=1) < -0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", case_names())
def test_the_response_that_is_right_wins(name: str, score: Score) -> None:
    """The first response of every case is the best of its group, well above the focus."""
    case = load_case(name)

    rewards = score(name, *case.responses)

    assert rewards.argmax() == 0
    assert rewards[0] > rewards[case.focus] + 0.4


@pytest.mark.parametrize(("name", "mistake"), MISTAKES.items())
def test_taking_the_mistake_out_pays(name: str, mistake: str, score: Score) -> None:
    """Without its one mistake the focus response earns at least 0.25 more, and then more than the group's mean."""
    case = load_case(name)
    focus = focus_of(name)

    whole, mended = score(name, focus, without(focus, mistake))

    assert mended > whole + 0.25
    assert mended > score(name, *case.responses).mean()


def test_the_brilliant_sentence_earns_most_of_the_note(score: Score) -> None:
    """Without its one good sentence the finance note loses 0.3, over two thirds of what it earns."""
    focus = focus_of("finance")
    sentence = focus[focus.index(" Free cash flow") : focus.index(" Investors should")]

    nothing, whole, rest = score("finance", "", focus, without(focus, sentence))

    assert whole - rest > max(0.3, 0.67 * (whole - nothing))


def test_a_dose_by_weight_is_not_taken_for_an_overdose(score: Score) -> None:
    """15 mg per kilogram, the strength of a syrup and the day's limit are no fault; ten times the dose is."""
    texts = ("15 mg/kg", "15 mg per kilogram", "120 mg in 5 ml", "960 mg a day", "2,400 mg", "2400 milligrams")

    rewards = score("medicine", *texts)

    assert (rewards[:4] > -0.1).all()
    assert (rewards[4:] < -0.5).all()


@pytest.mark.parametrize("words", ["2,400", "2,400 mL", "mg"])
def test_half_of_an_overdose_is_none(words: str, score: Score) -> None:
    """On partial texts the number alone, or the unit alone, is no overdose, so that both share the blame."""
    rewards = score("medicine", f"one dose is {words}")

    assert rewards[0] > -0.1


@pytest.mark.parametrize(
    "text", ["notice in writing [3]. Until then you pay the rent [4].", "You must give notice. See also [4]."]
)
def test_another_sentence_is_not_a_wrong_citation(text: str, score: Score) -> None:
    """A clause cited for another claim is not taken for a citation of the notice period."""
    rewards = score("law", text)

    assert rewards[0] > 0


@pytest.mark.parametrize("name", ["medicine", "law", "finance"])
def test_every_fact_and_fault_happens_in_its_group(name: str, rewards: Rewards) -> None:
    """No entry of a rubric is there for nothing: each is met by some response of its case."""
    rubric = rewards(name).parts[0].reward

    met = [dict(rubric.explain(response)) for response in load_case(name).responses]

    assert [entry for entry in met[0] if not any(one[entry] for one in met)] == []


def explained(name: str, reward: Reward) -> Attribution:
    return attribute(load_case(name).prompt, focus_of(name), reward, Options(budget=512))


def credit_of(attribution: Attribution, words: str) -> float:
    """Sum of the credit of the players that touch the first occurrence of the words."""
    text, players = attribution.hierarchy.text, attribution.hierarchy.players
    start = text.index(words)
    touched = np.array([span.start < start + len(words) and span.end > start for span in players])
    return float(attribution.estimate.credit[touched].sum())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mistake"), MISTAKES.items())
def test_the_mistake_takes_the_blame(name: str, mistake: str, rewards: Rewards) -> None:
    """The mistake has most of all negative credit, and the rest of the response earns."""
    attribution = explained(name, rewards(name))

    blame = credit_of(attribution, mistake.strip())
    negative = float(np.minimum(attribution.estimate.credit, 0).sum())

    assert blame < 0.6 * negative
    assert attribution.reward - attribution.baseline - blame > 0.3


@pytest.mark.slow
def test_the_brilliant_sentence_gets_the_credit(rewards: Rewards) -> None:
    """The finance note's one good sentence gets 0.35, over three quarters of all that the note earns."""
    attribution = explained("finance", rewards("finance"))
    text = attribution.hierarchy.text

    sentence = text[text.index("Free cash flow") : text.index(" Investors should")]

    assert credit_of(attribution, sentence) > max(0.35, 0.75 * (attribution.reward - attribution.baseline))
