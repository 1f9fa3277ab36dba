"""A remote scorer that fails again and again is not asked by the next run."""

import pytest

from ospo_core.rewards.breaker import MOST_FAILURES
from tests.api.conftest import body
from tests.core.rewards.endpoint_scorers import MODEL, as_documented, serving

WAIT = {"Prefer": "wait"}
RESTING = "urn:ospo:problem:scorer-resting"


def failing(*_):
    return 500, {}, b"{}"


@pytest.fixture
def scorer():
    with serving(failing) as server:
        yield server


@pytest.fixture
def reward(scorer):
    """The reward of that server."""
    settings = {"url": scorer.url, "contract": "vllm-score", "model": MODEL, "allow_private": True}
    return {"kind": "endpoint", "settings": settings}


def _run(client, reward=None):
    return client.post("/v1/attributions", json=body(reward), headers=WAIT).json()


def test_the_next_run_is_refused_at_once_and_told_until_when(serve, scorer, reward):
    """Nothing more is sent, and runs with other rewards succeed."""
    client = serve(allowed_endpoints=(scorer.url,))
    failed = [_run(client, reward) for _ in range(MOST_FAILURES)]

    refused, good = _run(client, reward), _run(client)

    assert {run["problem"]["type"] for run in failed} == {"urn:ospo:problem:reward"}
    assert (refused["problem"]["type"], refused["problem"]["status"]) == (RESTING, 503)
    assert "failed 5 times in a row and is not asked before" in refused["problem"]["detail"]
    assert len(scorer.requests) == MOST_FAILURES
    assert good["state"] == "succeeded"


def test_whoever_waits_for_an_answer_is_told_when_to_come_back(serve, scorer, reward):
    """A counterfactual is no run: its refusal carries Retry-After."""
    client = serve(allowed_endpoints=(scorer.url,))
    scorer.answer = as_documented
    edits = f"/v1/attributions/{_run(client, reward)['id']}/counterfactuals"
    scorer.answer = failing
    given = {"edits": [{"start": 5, "end": 8, "replacement": "him"}]}

    answers = [client.post(edits, json=given) for _ in range(MOST_FAILURES + 1)]

    assert [answer.status_code for answer in answers] == [422] * MOST_FAILURES + [503]
    assert answers[-1].json()["type"] == RESTING
    assert 25 <= int(answers[-1].headers["Retry-After"]) <= 30
