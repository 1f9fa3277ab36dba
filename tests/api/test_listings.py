"""What there is: rewards, models, examples; and the service's own state."""

import pytest

from tests.api.conftest import body

WAIT = {"Prefer": "wait"}


def test_every_reward_is_listed_with_its_settings(client):
    """Enough to draw a form."""
    rewards = {reward["name"]: reward for reward in client.get("/v1/rewards").json()["items"]}

    assert {"similarity", "rubric", "weighted", "gate"} <= set(rewards)
    assert rewards["similarity"]["settings"][0]["required"] is True
    assert "properties" in rewards["rubric"]["settings_schema"]


def test_models_are_the_bundled_ones_and_the_allowed_ones(serve):
    """A request may name these and no other."""
    names = [model["name"] for model in serve(allowed_models=("org/judge",)).get("/v1/models").json()["items"]]

    assert names[0] == "all-MiniLM-L6-v2"
    assert names[-1] == "org/judge"


def test_an_example_can_be_sent_back_as_it_is(client):
    """Its reward is accepted as a reward."""
    examples = client.get("/v1/examples").json()["items"]
    case = client.get("/v1/examples/medicine").json()
    rubric = case["reward"]["settings"]["parts"][0]
    settings = {key: value for key, value in rubric.items() if key not in ("reward", "weight")}
    given = body({"kind": "rubric", "settings": settings}, prompt=case["prompt"])

    run = client.post("/v1/attributions", json=given, headers=WAIT).json()

    assert [example["name"] for example in examples] == ["medicine", "law", "finance", "product_search"]
    assert run["state"] == "succeeded"
    assert client.get("/v1/examples/none").status_code == 404


@pytest.mark.slow
def test_an_example_whose_reward_reads_a_file_runs(client):
    """Its catalogue lies in the case's own folder."""
    case = client.get("/v1/examples/product_search").json()
    options = {"budget": 200, "players": "phrase", "segmenter": "unicode"}
    given = body(case["reward"], prompt=case["prompt"], response=case["responses"][0], options=options)

    run = client.post("/v1/attributions", json=given, headers=WAIT).json()

    assert run["state"] == "succeeded"


def test_the_service_is_alive_and_ready_and_says_what_it_is_doing(client):
    """Versions, device, memory and queue."""
    status = client.get("/v1/status").json()

    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json()["checks"] == {
        "database": True,
        "disk": True,
        "slots": True,
        "rewards_return": True,
        "not_draining": True,
    }
    assert status["queue"] == {"slots": 2, "working": 0, "waiting": 0, "length": 8, "per_client": 10}
    assert status["memory_bytes"] > 1_000_000


def test_metrics_count_by_route_and_never_by_id_or_text(client):
    """A label of a path would grow without end, and hold whatever was asked for."""
    run = client.post("/v1/attributions", json=body(prompt="canary-91"), headers=WAIT).json()["id"]
    client.get(f"/v1/attributions/{run}")
    client.get("/canary-92")

    text = client.get("/metrics").text

    assert 'ospo_requests_total{method="GET",route="/v1/attributions/{run_id}",status="200"} 1.0' in text
    assert 'ospo_runs_total{kind="attribution",state="succeeded"} 1.0' in text
    assert [word in text for word in (run, "canary-91", "canary-92")] == [False] * 3
