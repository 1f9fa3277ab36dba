"""What a run would take, told before it is asked for."""

import pytest

from backend.rewards.pace import Pace, Work
from backend.rewards.policy import Policy
from backend.rewards.schemas import RewardChoice
from backend.settings import Settings
from backend.users.role import Role
from tests.api.conftest import RUBRIC, body

WAIT = {"Prefer": "wait"}
WORDS = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen. " * 4
GROUP = {
    "prompt": "How much?",
    "responses": ["240 mg, now.", "No idea."],
    "reward": RUBRIC,
    "options": {"segmenter": "unicode"},
}


def _preview(client, kind="attributions", **given):
    return client.post(f"/v1/{kind}/preview", json=given or body()).json()


def test_a_preview_foretells_what_the_run_counts(client):
    """Tokens, players and evaluations of an exact run, before it; the store's answer and the pace after it."""
    before = _preview(client)
    result = client.post("/v1/attributions", json=body(), headers=WAIT).json()["result"]
    after = _preview(client)

    assert before["tokens"] == len(result["tokens"])
    assert before["players"] == sum(node["kind"] == "word" for node in result["tree"])
    assert before["planned_evaluations"] == before["exact_evaluations"] == result["method"]["consistent_coalitions"]
    assert (before["seconds"], before["exact_seconds"], before["forward_tokens"], before["stored"]) == (
        None,
        None,
        None,
        False,
    )
    assert after["seconds"] > 0
    assert (after["forward_tokens"], after["stored"]) == (0, True)


def test_a_preview_leaves_nothing_behind(client):
    """No run, and nothing built or scored."""
    _preview(client)

    assert client.get("/v1/results").json()["items"] == []
    assert client.get("/v1/status").json()["rewards_loaded"] == []


def test_what_cannot_be_counted_out_is_told_in_words(client):
    """Beyond a thousand million evaluations there is no number and no time, and the plan is the budget."""
    options = {"segmenter": "unicode", "players": "sentence", "budget": 300}
    given = body(response="One more. " * 60, options=options)

    view = _preview(client, **given)

    assert (view["exact_evaluations"], view["exact_seconds"]) == (None, None)
    assert " × 10" in view["exact_evaluations_text"]
    assert view["planned_evaluations"] == 300


@pytest.mark.parametrize(("method", "planned"), [("past-conditioned", 112), ("paper", 64), ("exact", 500)])
def test_each_method_plans_its_own_number(client, method, planned):
    """Two a player, the published 64, or all within the budget."""
    options = {"segmenter": "unicode", "method": method, "budget": 500, "players": "word"}

    assert _preview(client, **body(response=WORDS, options=options))["planned_evaluations"] == planned


def test_a_group_is_the_sum_of_its_responses(client):
    """Rules share evaluations: only what a rule needs beside the credit comes on top."""
    signed = _preview(client, "groups", **GROUP)
    two = _preview(client, "groups", **GROUP, rules=["signed", "rank"])
    flat = _preview(client, "groups", **GROUP, rules=["uniform"])
    prefix = _preview(client, "groups", **GROUP, rules=["signed", "prefix"])

    assert signed["planned_evaluations"] == two["planned_evaluations"] == signed["exact_evaluations"]
    assert flat["planned_evaluations"] == 2 * signed["players"]
    assert prefix["planned_evaluations"] == signed["planned_evaluations"] + 2 * signed["players"] + signed["tokens"] + 2


@pytest.mark.parametrize("given", [{"response": ""}, {"response": " " * 200_001}, {"reward": {"kind": "none"}}])
def test_a_body_that_could_not_run_is_refused(client, given):
    """As it would be when posted as a run."""
    assert client.post("/v1/attributions/preview", json=body() | given).status_code == 422


def test_pace_is_that_of_the_slower_of_texts_and_characters():
    """Long texts take longer than few of them say, and many short ones longer than their characters say."""
    work = Work(evaluations=100, characters=10_000, forward_tokens=2500, seconds=2.0)

    assert work.seconds_for(200, 10_000) == 4.0
    assert work.seconds_for(100, 100_000) == 20.0
    assert work.forward_tokens_for(20_000) == 5000


def test_rewards_that_differ_in_their_texts_share_a_pace(tmp_path):
    """Another reference costs the same; another model does not."""
    policy, pace = Policy(Settings(data_dir=tmp_path, allowed_models=("org/large",)), Role.ADMIN), Pace()

    def similar(**settings):
        return policy.allow(RewardChoice(kind="similarity", settings=settings))

    pace.learn(similar(reference="a"), Work(evaluations=10, characters=100, forward_tokens=30, seconds=1.0))

    assert pace.of(similar(reference="b")).seconds == 1.0
    assert pace.of(similar(reference="a", model="org/large")) is None
