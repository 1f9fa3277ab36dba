"""Edits: what credit predicts beside what the reward says."""

import pytest

from tests.api.conftest import body, until

WAIT = {"Prefer": "wait"}
RESPONSE = "Give her 240 mg now."


@pytest.fixture
def run(client):
    """An explained response; its address."""
    return f"/v1/attributions/{client.post('/v1/attributions', json=body(), headers=WAIT).json()['id']}"


def test_removing_the_fact_costs_what_was_predicted(client, run):
    """The rubric's only fact: both words carry half of it, and without them all is gone."""
    answer = client.post(f"{run}/counterfactuals", json={"edits": [{"start": 9, "end": 15}]}).json()

    (edit,) = answer["edits"]
    assert answer["reward"] == 1.0
    assert (edit["credit"], edit["predicted_change"], edit["change"]) == pytest.approx((1.0, -1.0, -1.0), abs=1e-9)


def test_a_span_is_widened_to_whole_tokens(client, run):
    """Credit is known of nothing smaller; the answer says what was measured."""
    (edit,) = client.post(f"{run}/counterfactuals", json={"edits": [{"start": 10, "end": 11}]}).json()["edits"]

    assert edit["start"] <= 10 < 11 <= edit["end"]
    assert edit["predicted_change"] == -edit["credit"]


def test_a_replacement_is_scored_as_written_and_not_predicted(client, run):
    """Credit knows nothing of words that were not there."""
    edits = [{"start": 9, "end": 15, "replacement": text} for text in ("240 mg", "500 mg")]

    same, other = client.post(f"{run}/counterfactuals", json={"edits": edits}).json()["edits"]

    assert (same["reward"], other["reward"]) == (1.0, 0.0)
    assert same["predicted_change"] is None


@pytest.mark.parametrize(("replacement", "reward"), [("of 500", 1.0), (" of 500", 1.0), ("500", 0.0)])
def test_a_replacement_stands_where_the_word_stood(client, replacement, reward):
    """The blank before a word is part of its token, and stays: the reward looks for "her of 500 mg"."""
    facts = [{"name": "dose", "any_of": ["her of 500 mg"]}]
    asked = body(reward={"kind": "rubric", "settings": {"facts": facts}})
    run = client.post("/v1/attributions", json=asked, headers=WAIT).json()["id"]

    edits = [{"start": 9, "end": 12, "replacement": replacement}]
    (edit,) = client.post(f"/v1/attributions/{run}/counterfactuals", json={"edits": edits}).json()["edits"]

    assert edit["reward"] == reward


def test_removing_everything_leaves_the_baseline(client, run):
    """All of the credit together."""
    edits = [{"start": 0, "end": len(RESPONSE)}]

    (edit,) = client.post(f"{run}/counterfactuals", json={"edits": edits}).json()["edits"]

    assert edit["change"] == pytest.approx(edit["predicted_change"], abs=1e-9)
    assert edit["standard_error"] == 0


@pytest.mark.parametrize("edit", [{"start": 0, "end": 21}, {"start": 3, "end": 3}, {"start": 5, "end": 4}])
def test_a_span_that_does_not_fit_is_refused(client, run, edit):
    """Beyond the response, empty, or backwards."""
    assert client.post(f"{run}/counterfactuals", json={"edits": [edit]}).status_code == 422


def test_they_wait_for_a_slot_like_everything_else(serve, gate):
    """And are refused when no place is left."""
    client = serve(slots=1, queue_length=1)
    run = client.post("/v1/attributions", json=body(), headers=WAIT).json()["id"]
    for number in range(2):
        client.post("/v1/attributions", json=body(gate.reward(), response=f"Number {number}."))

    refused = client.post(f"/v1/attributions/{run}/counterfactuals", json={"edits": [{"start": 0, "end": 4}]})

    assert refused.status_code == 429


def test_a_run_without_result_has_no_counterfactuals(client, gate):
    """409."""
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    gate.reached()
    answer = client.post(f"{run}/counterfactuals", json={"edits": [{"start": 0, "end": 4}]})
    gate.open()
    until(lambda: client.get(run).json()["state"] == "succeeded")

    assert answer.status_code == 409
