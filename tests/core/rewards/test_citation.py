import numpy as np
import pytest

from ospo_core import Options, attribute
from ospo_core.cases.case import load_case
from ospo_core.errors import SettingsError, TextError
from ospo_core.rewards.citation import REMEMBERED_PROMPTS, CitationReward, CitationSettings, Verdict
from ospo_core.rewards.registry import build_reward

LETTERS = "[1] aaaa aaaa\n[2] bbbb bbbb\n[3] cccc cccc"
LEASE = (
    "[1] Term. The tenancy runs for a fixed term of twelve months from 1 March.\n"
    "[2] Early ending. The tenant may end the tenancy before the term is over, after the first six months.\n"
    "[3] Notice. To end the tenancy early the tenant must give two months' notice in writing.\n"
    "[4] Rent. Rent is due on the first day of each month.\n"
)
TERM = "The lease has a fixed term of twelve months"
NOTICE = "You must give two months' notice in writing"
RENT = "Rent is due on the first day of each month"


@pytest.fixture
def spelled(letters):
    return CitationReward(CitationSettings(), letters)


@pytest.fixture(scope="module")
def reward():
    return build_reward("citation", {})


def score(reward, *responses, prompt=LEASE):
    return reward.score([prompt] * len(responses), responses)


@pytest.mark.parametrize(
    ("response", "verdict", "points"),
    [
        ("aaa aaa aaa aaa [1].", Verdict.SUPPORTED, 1 / 3),
        ("aaa aaa [1].", Verdict.SUPPORTED, 1 / 6),
        ("aaa aaa aaa aaa [2].", Verdict.UNSUPPORTED, -1 / 3),
        ("aaa aaa [2].", Verdict.UNSUPPORTED, -1 / 6),
        ("aaa aaa aaa aaa [9].", Verdict.UNSUPPORTED, -1 / 3),
        ("aaa aaa aaa aaa [1, 9].", Verdict.UNSUPPORTED, 0),
        ("aaa aaa aaa aaa [1, 8, 9].", Verdict.UNSUPPORTED, -1 / 9),
        ("aaa bbb aaa bbb [1, 2, 9].", Verdict.UNSUPPORTED, 1 / 9),
        ("zzz zzz zzz zzz [1].", Verdict.UNSUPPORTED, -1 / 3),
        ("aaa aaa aaa aaa.", Verdict.MISSING, -1 / 6),
        ("zzz zzz zzz zzz.", Verdict.NOT_NEEDED, 0),
        ("[9]", Verdict.UNSUPPORTED, -1 / 3),
        ("[1]", Verdict.UNSUPPORTED, 0),
    ],
)
def test_each_verdict_has_its_points(spelled, response, verdict, points):
    """By the default settings, divided by three sources; half a claim counts by half, an unknown number always."""
    (judged,) = spelled.explain(LETTERS, response)

    assert (judged.verdict, judged.points) == (verdict, pytest.approx(points, abs=1e-6))


def test_the_verdicts_are_worth_what_the_settings_say(letters):
    """Three weights, on a response that has each verdict once."""
    settings = CitationSettings(supported=3, unsupported=6, missing=1.5)

    judged = CitationReward(settings, letters).explain(LETTERS, "aaa aaa aaa aaa [1]. Bb bb bb bb [3]. Cc cc cc cc.")

    assert [one.points for one in judged] == pytest.approx([1, -2, -0.5])


def test_a_narrow_lead_counts_in_part(letters):
    """The points grow with the lead over the nearest alternative until the margin is reached."""
    wide = CitationReward(CitationSettings(margin=1), letters)

    mixed, fair, clear = score(
        wide, "aab baa abb aba [1]", "aaa aaa aab aab [1]", "aaa aaa aaa aaa [1]", prompt=LETTERS
    )

    assert 0 < mixed < fair < clear < 1 / 3


def test_the_parts_sum_to_the_score(spelled):
    """What a display shows is what was scored, statement by statement."""
    response = "aaa aaa aaa aaa [1]. Zzz. Bbb bbb bbb bbb [3], ccc ccc ccc ccc [3]. Aaa aaa aaa aaa. Bbb bbb bbb [7]."

    judged = spelled.explain(LETTERS, response)

    assert len(judged) == 6
    assert sum(one.points for one in judged) == pytest.approx(score(spelled, response, prompt=LETTERS)[0])
    assert judged[-1].unknown == (7,)


def test_an_empty_response_scores_nothing(spelled):
    """No claim, no citation, 0 exactly."""
    assert score(spelled, "", " \n", prompt=LETTERS).tolist() == [0, 0]


def test_each_sentence_adds_its_own_points(spelled):
    """The score of two sentences is the sum of theirs, whatever a neutral third says."""
    right, wrong = "Aaa aaa aaa aaa [1].", "Bbb bbb bbb bbb [1]."

    one, two, three = score(spelled, right, wrong, f"{right} Zzz zzz. {wrong}", prompt=LETTERS)

    assert three == pytest.approx(one + two)


def test_a_call_embeds_each_distinct_claim_once_and_a_prompt_once(spelled, letters):
    """Three sources and two claims in the first call, one new claim in the second."""
    score(spelled, "Aaa [1]. Bbb [2].", "Bbb [1]. Aaa [2].", "Aaa [1].", prompt=LETTERS)
    first = letters.encoded

    score(spelled, "ccc [3].", prompt=LETTERS)

    assert (first, letters.encoded - first) == (5, 1)


def test_the_remembered_prompts_are_bounded(spelled, letters):
    """After many other prompts the first is embedded anew: memory does not grow with training."""
    prompts = [f"{LETTERS} {number}" for number in range(REMEMBERED_PROMPTS + 1)]
    spelled.score(prompts, ["aaa [1]."] * len(prompts))
    before = letters.encoded

    spelled.score(prompts[:1], ["aaa [1]."])

    assert letters.encoded - before == 4


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("SECRET", r"^citation: prompt 1 holds no numbered sources; .*as in: \[1\] text of the source$"),
        ("[2] SECRET\n[2] again", r"^citation: prompt 1 gives more than one source the number \[2\]"),
    ],
)
def test_a_prompt_at_fault_is_named_without_its_text(spelled, bad, said):
    """Which prompt, what was wrong with it, what to write instead."""
    with pytest.raises(TextError, match=said) as caught:
        spelled.score([LETTERS, bad], ["aaa [1].", "aaa [1]."])

    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"missing": 2}, "missing must not be above unsupported, or a wrong citation would be better than none"),
        ({"margin": 0}, "citation: margin: expected greater than 0"),
        ({"flor": 0.2}, r"unknown setting 'flor' \(did you mean 'floor'\?\)"),
    ],
)
def test_wrong_settings_are_one_line(settings, said):
    """Settings that would turn the reward round are refused too."""
    with pytest.raises(SettingsError, match=said):
        build_reward("citation", settings)


def test_the_specification_says_all_that_decides_the_number(reward):
    """Every setting, the model, its weights, window and precision."""
    assert set(reward.spec.settings) == {
        "supported", "unsupported", "missing", "floor", "margin", "clear", "claim_words",
        "model", "weights_sha256", "max_tokens", "precision",
    }  # fmt: skip


def test_deleting_a_right_marker_lowers_and_a_wrong_one_raises(reward):
    """The real model on a lease: the right citation is best, none is worse, a wrong one is worst."""
    right, none, wrong = score(reward, f"{NOTICE} [3].", f"{NOTICE}.", f"{NOTICE} [4].")

    assert right > 0.2 > 0 > none > wrong
    assert wrong == pytest.approx(-0.25)


@pytest.mark.parametrize("marker", ["[1, 2, 3, 4]", "[1-4]", "[3][4]", "[3, 17]"])
def test_padding_a_right_citation_pays_less(reward, marker):
    """More numbers than the claim needs earn less than the one it needs."""
    padded, exact = score(reward, f"{NOTICE} {marker}.", f"{NOTICE} [3].")

    assert padded < exact - 0.1


def test_two_citations_in_one_sentence_are_judged_apart(reward):
    """A wrong one beside a right one is told by its own words."""
    judged = reward.explain(LEASE, f"{TERM} [1], and you must give two months' notice in writing [4].")

    assert [one.verdict for one in judged] == [Verdict.SUPPORTED, Verdict.UNSUPPORTED]


def test_a_marker_after_the_full_stop_is_as_good(reward):
    """Where the marker stands does not matter to the claim before it."""
    before, after = score(reward, f"{NOTICE} [3]. {RENT} [4].", f"{NOTICE}. [3] {RENT}. [4]")

    assert after == pytest.approx(before, abs=0.02)


@pytest.mark.slow
def test_the_blame_lands_on_the_wrong_marker(reward):
    """The bundled lease case: of all words, the one wrong citation among right ones has the lowest credit."""
    case = load_case("law")

    found = attribute(case.prompt, case.responses[1], reward, Options(budget=512, players="word"))

    hierarchy, credit = found.hierarchy, found.estimate.credit
    wrong = case.responses[1].index("[4]")
    worst = hierarchy.players[int(np.argmin(credit))]
    assert worst.start <= wrong < worst.end
    assert credit.min() < 1.5 * np.sort(credit)[1] < 0
