"""Groups over HTTP."""

import json

import pytest

from ospo_core import Options, build_reward, compare, compare_document
from ospo_core.comparison import Redistribution
from tests.api.conftest import RUBRIC, until

GROUP = {
    "prompt": "How much?",
    "responses": ["240 mg, now.", "No idea.", "Perhaps 240 mg?"],
    "reward": RUBRIC,
    "options": {"segmenter": "unicode"},
}
WAIT = {"Prefer": "wait"}


def test_each_rule_gives_the_engines_comparison(client):
    """Rewards, flat advantages and token advantages; a further rule scores no text again."""
    rules = ["signed", "uniform", "blend"]
    reward, options = build_reward("rubric", RUBRIC["settings"]), Options(segmenter="unicode")
    expected = [
        compare_document(compare("How much?", GROUP["responses"], reward, Redistribution(rule=rule), options))
        for rule in rules
    ]

    result = client.post("/v1/groups", json=GROUP | {"rules": rules}, headers=WAIT).json()["result"]

    assert _timeless(result["comparisons"]) == _timeless(json.loads(json.dumps(expected)))


def test_a_group_is_stored_like_an_attribution(client):
    """The same request twice is one run."""
    first = client.post("/v1/groups", json=GROUP, headers=WAIT).json()
    again = client.post("/v1/groups", json=GROUP).json()

    assert (again["id"], again["stored"]) == (first["id"], True)


def test_a_group_is_no_attribution(client):
    """Each kind is found under its own address only."""
    run = client.post("/v1/groups", json=GROUP, headers=WAIT).json()

    assert client.get(f"/v1/groups/{run['id']}").status_code == 200
    assert client.get(f"/v1/attributions/{run['id']}").status_code == 404


def test_a_rule_twice_or_a_group_of_one_is_refused(client):
    """With the field that is wrong."""
    twice = client.post("/v1/groups", json=GROUP | {"rules": ["signed", "signed"]})
    alone = client.post("/v1/groups", json=GROUP | {"responses": ["One."]})

    assert [answer.json()["errors"][0]["where"] for answer in (twice, alone)] == [
        ["body", "rules"],
        ["body", "responses"],
    ]


def test_a_rule_that_the_credit_cannot_serve_fails_the_run(client):
    """In the engine's words."""
    given = GROUP | {"options": {"method": "paper"}, "rules": ["signed"]}

    run = client.post("/v1/groups", json=given, headers=WAIT).json()

    assert (run["state"], run["problem"]["status"]) == ("failed", 422)
    assert "signed" in run["problem"]["detail"]


@pytest.mark.slow
def test_a_cancelled_group_keeps_what_was_explained(client, gate):
    """The rest is marked as split evenly."""
    long = "One two three four five six seven eight. " * 3
    given = GROUP | {"reward": gate.reward(free_calls=3), "responses": [long, long + "Nine.", long + "Ten."]}
    run = client.post("/v1/groups", json=given).headers["Location"]
    gate.reached(call=4)

    client.delete(run)
    gate.open()
    until(lambda: client.get(run).json()["state"] == "cancelled")
    kept = client.get(run).json()

    assert kept["partial"] is True
    assert kept["result"]["comparisons"][0]["responses"][2]["method"]["name"] == "even-split"


def _timeless(comparisons):
    """Without what differs from run to run: the seconds."""
    for comparison in comparisons:
        for response in comparison["responses"]:
            response["cost"]["seconds"] = 0
    return comparisons
