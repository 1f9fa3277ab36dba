"""One step previewed on a stored group, as events."""

import json

import pytest
from peft import LoraConfig, get_peft_model

from ospo_core.training.policy import untrained_policy
from tests.api.conftest import body

WAIT = {"Prefer": "wait"}


def compared(client, *rules):
    """A stored group; its address."""
    request = body(responses=["Give her 240 mg now.", "I do not know."], rules=list(rules))
    del request["response"]
    return f"/v1/groups/{client.post('/v1/groups', json=request, headers=WAIT).json()['id']}"


def events(answer):
    """Names and data, without heartbeats."""
    blocks = [block for block in answer.text.split("\n\n") if block.startswith("event: ")]
    lines = [block.split("\n", 1) for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in lines]


@pytest.mark.slow
def test_a_step_tells_how_far_it_is_and_then_what_it_does(client):
    """Every token of the policy, under GRPO and under the rule, from the same weights."""
    run = compared(client, "signed")

    told = events(client.post(f"{run}/step", json={"rule": "signed"}, timeout=300))

    assert {name for name, _ in told[:-1]} == {"progress"}
    name, step = told[-1]
    assert name == "step"
    assert -1 <= step["cosine"] <= 1
    for moved, text in zip(step["responses"], ["Give her 240 mg now.", "I do not know."], strict=True):
        assert "".join(text[a:b] for a, b in zip(moved["starts"], moved["ends"], strict=True)) == text
        assert set(moved["changes"]) == {"uniform", "signed"}
        assert {len(values) for values in moved["changes"].values()} == {len(moved["before"])}
    won = step["responses"][0]["changes"]["uniform"]
    assert sum(won) > 0


@pytest.mark.parametrize("rule", ["uniform", "blend"])
def test_a_rule_that_there_is_no_step_for_is_refused(client, rule):
    """GRPO beside itself, or a rule that the group was not compared under."""
    answer = client.post(f"{compared(client, 'signed')}/step", json={"rule": rule})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == ["body", "rule"]


def test_a_group_that_is_not_there_is_not_found(client):
    """As everywhere."""
    missing = "00000000-0000-4000-8000-000000000000"

    assert client.post(f"/v1/groups/{missing}/step", json={"rule": "signed"}).status_code == 404


@pytest.fixture
def trained(client, tmp_path):
    """A function from a run file to the id of a job that is over: its folder holds what such a run writes."""

    def job(run, model, tokenizer):
        made = client.post("/v1/jobs", json={"run": run}).json()["id"]
        folder = tmp_path / "data" / "jobs" / made / "output" / "adapter"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return made

    return job


def stepped(client, **asked):
    """The step of a group under `signed`."""
    answer = client.post(f"{compared(client, 'signed')}/step", json={"rule": "signed", **asked}, timeout=300)
    return events(answer)[-1]


@pytest.mark.slow
def test_a_step_is_made_by_what_a_job_has_trained(client, trained):
    """An adapter on its model, or the model itself: its own probabilities, in its own tokens."""
    model, tokenizer = untrained_policy("toy")
    whole = trained({"preset": "toy"}, model, tokenizer)
    lora = {"rank": 2, "alpha": 64}
    adapter = get_peft_model(
        model, LoraConfig(r=2, lora_alpha=64, target_modules="all-linear", init_lora_weights=False)
    )
    on_it = trained({"preset": "toy", "lora": lora}, adapter, tokenizer)

    plain, adapted = stepped(client, job=whole), stepped(client, job=on_it)

    assert (plain[0], adapted[0]) == ("step", "step")
    one, other = plain[1]["responses"][0], adapted[1]["responses"][0]
    assert one["starts"] == other["starts"] == [0, 5, 9, 13, 16, 20]
    details = [[cell["detail"] for cell in step["views"][0]["cells"]] for _, step in (plain, adapted)]
    assert [any("own adapter" in detail for detail in one) for one in details] == [False, True]
    assert max(abs(a - b) for a, b in zip(one["before"], other["before"], strict=True)) > 0.01


def test_a_job_that_is_not_there_or_not_over_makes_no_step(client):
    """404, and 409 that says what is missing."""
    group = compared(client, "signed")
    waiting = client.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()["id"]
    missing = "00000000-0000-4000-8000-000000000000"

    answers = [client.post(f"{group}/step", json={"rule": "signed", "job": one}) for one in (missing, waiting, "../x")]

    assert [answer.status_code for answer in answers] == [404, 409, 422]
    assert "not trained anything to its end" in answers[1].json()["detail"]
