"""The API of training jobs, as docs/training.md says it."""

import io
import json
import zipfile

import pytest
import yaml

from backend.jobs.states import JobState
from tests.jobs.conftest import OVER, TOY, checkpoint, event


def _kinds(body):
    return [line.removeprefix("event: ") for line in body.splitlines() if line.startswith("event: ")]


def _ids(body):
    return [int(line.removeprefix("id: ")) for line in body.splitlines() if line.startswith("id: ")]


def test_presets_are_runs_that_can_be_previewed(client):
    """Each can be sent as it is."""
    presets = client.get("/v1/training/presets").json()["items"]

    previews = [client.post("/v1/jobs/preview", json={"run": {"preset": preset["name"]}}) for preset in presets]

    assert [preset["name"] for preset in presets] == ["toy", "short", "paired"]
    assert [preview.status_code for preview in previews] == [200, 200, 200]
    assert all(preview.json()["seconds"] > 0 for preview in previews)


@pytest.mark.parametrize(
    ("rule", "evaluations"),
    [("uniform", 1), ("blend", 1 + 2 * 4 + 1), ("prefix", 1 + 4 + 1), ("signed", 1 + 10), ("hybrid", 1 + 10)],
)
def test_a_preview_counts_reward_calls_and_starts_nothing(client, rule, evaluations):
    """Two completions of at most four players, three steps: what the rule needs, and each completion's own reward."""
    sizes = {"steps": 3, "group_size": 2, "prompts_per_step": 1, "max_new_tokens": 4}

    preview = client.post("/v1/jobs/preview", json={"run": {"preset": "toy", "rule": rule, "evaluations": 10} | sizes})
    preview = preview.json()

    assert (preview["evaluations"], preview["reward_calls"]) == (evaluations, 3 * 2 * evaluations)
    assert "steps: 3" in preview["yaml"]
    assert preview["command"] == "ospo train run.yaml --output toy"
    assert client.get("/v1/jobs").json() == {"items": [], "next": None}


def test_a_new_job_waits_in_line_with_its_configuration_filled_in(create):
    """Nothing trains it here: no worker runs."""
    first = create(label="one", tags=["a"])

    second = create(label="two")

    assert (first["state"], first["position"], second["position"]) == ("queued", 1, 2)
    assert (first["label"], first["tags"], first["steps"], first["step"]) == ("one", ["a"], 6, 0)
    assert first["config"]["learning_rate"] == 2e-3
    assert "save_every: 2" in first["yaml"]


def test_a_pair_is_two_jobs_with_one_seed_and_two_rules(client, create):
    """Found by their pair_id."""
    job = create({"preset": "paired", "seed": 7})

    pair = client.get("/v1/jobs", params={"pair_id": job["pair_id"]}).json()["items"]

    assert {one["config"]["rule"] for one in pair} == {"blend", "uniform"}
    assert {one["config"]["seed"] for one in pair} == {7}
    assert job["config"]["rule"] == "blend"


def test_the_same_key_gives_the_same_job(client):
    """And another request under it is refused."""
    headers = {"Idempotency-Key": "k1"}
    first = client.post("/v1/jobs", json={"run": TOY}, headers=headers)

    again = client.post("/v1/jobs", json={"run": TOY}, headers=headers)
    other = client.post("/v1/jobs", json={"run": TOY | {"seed": 1}}, headers=headers)

    assert again.json()["id"] == first.json()["id"]
    assert (other.status_code, other.json()["type"]) == (422, "urn:ospo:problem:key-reused")
    assert first.headers["Location"] == f"/v1/jobs/{first.json()['id']}"


@pytest.mark.parametrize(
    "run",
    [
        {"data": "/etc/passwd"},
        {"data": "../../secret.jsonl"},
        {"model": "/root/model"},
        {"model": "someone/their-model"},
        {"reward": {"kind": "retrieval", "model": "/root/model"}},
        {"watch": {"x": {"kind": "endpoint", "url": "http://169.254.169.254/", "allow_private": True}}},
        {"steps": 10**9},
        {"unknown": 1},
        {"preset": ["toy"]},
        {"preset": "nothing"},
        {"reward": {"kind": "weighted", "parts": [1]}},
        {"reward": 5},
    ],
)
def test_what_a_stranger_may_not_have_trained_is_refused(client, run):
    """Files, models and addresses of the machine, and what is no run."""
    answers = [client.post(path, json={"run": run}) for path in ("/v1/jobs", "/v1/jobs/preview")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert client.get("/v1/jobs").json()["items"] == []


def test_data_may_come_as_text_and_lies_beside_the_run(create):
    """Rows are checked line by line, and the run names their file."""
    rows = json.dumps({"prompt": "What helps?", "facts": [{"name": "dose", "any_of": ["240 mg"]}]})

    job = create({"model": "toy", "reward": {"kind": "rubric"}, "watch": {}}, rows=rows)

    data = yaml.safe_load(job["yaml"])["data"]
    assert data.endswith(f"{job['id']}/rows.jsonl")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "is not valid JSON"),
        ('{"no": 1}', 'must be an object with "prompt"'),
        ('{"prompt": "x", "catalogue": "/etc/passwd", "targets": ["a"]}', "catalogue: must lie in the folder"),
        ('{"prompt": "x", "targets": ["a"], "catalogue": "a", "model": "/m"}', "this model is neither bundled"),
        ('{"prompt": "x", "colour": 1}', "no reward of this run has a setting 'colour'"),
        ('{"prompt": "x", "targets": ["a"]}', "retrieval: catalogue is required"),
    ],
)
def test_rows_that_are_wrong_or_reach_for_files_are_refused(client, row, told):
    """By line, as an error of the rows, and without a file left behind."""
    fine = '{"prompt": "x", "targets": ["a"], "catalogue": "a"}'
    body = {"run": {"model": "toy", "reward": {"kind": "retrieval"}, "watch": {}}, "rows": f"{fine}\n{row}\n"}

    answer = client.post("/v1/jobs", json=body)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["where"] == ["body", "rows"]
    assert error["message"].startswith("rows, line 2")
    assert told in error["message"]
    assert "passwd" not in answer.text


def test_a_watched_reward_that_a_line_gives_too_little_is_named(client):
    """So that nobody looks for the fault in the reward that is trained on."""
    run = {"model": "toy", "reward": {"kind": "similarity"}, "watch": {"unseen": {"kind": "retrieval"}}}

    answer = client.post("/v1/jobs/preview", json={"run": run, "rows": '{"prompt": "x", "reference": "y"}'})

    assert answer.json()["errors"][0]["message"].startswith("rows, line 1, watch.unseen, retrieval: ")


def test_the_file_of_a_pair_trains_the_pair(client):
    """The preview's YAML, sent back, is the same pair: its command trains both."""
    first = client.post("/v1/jobs/preview", json={"run": {"preset": "paired", "steps": 3}}).json()

    again = client.post("/v1/jobs/preview", json={"run": yaml.safe_load(first["yaml"])}).json()

    assert yaml.safe_load(first["yaml"])["preset"] == "paired"
    assert again == first


def test_a_job_in_line_is_cancelled_at_once_resumed_and_deleted(client, create):
    """From the end of the line."""
    job, other = create(), create()
    address = f"/v1/jobs/{job['id']}"

    refused = client.delete(address)
    cancelled = client.post(f"{address}/cancel").json()
    resumed = client.post(f"{address}/resume").json()
    client.post(f"{address}/cancel")
    deleted = client.delete(address)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ospo:problem:under-way")
    assert (cancelled["state"], cancelled["position"]) == ("cancelled", None)
    assert (resumed["state"], resumed["position"]) == ("queued", 2)
    assert deleted.status_code == 204
    assert client.get(address).status_code == 404
    assert client.get(f"/v1/jobs/{other['id']}").json()["position"] == 1


def test_a_job_that_succeeded_is_not_resumed_and_not_cancelled(client, create, put):
    """Nothing leaves that state."""
    job = create()
    put(job["id"], **OVER)

    resumed = client.post(f"/v1/jobs/{job['id']}/resume")
    cancelled = client.post(f"/v1/jobs/{job['id']}/cancel")

    assert (resumed.status_code, resumed.json()["type"]) == (409, "urn:ospo:problem:not-resumable")
    assert cancelled.json()["state"] == "succeeded"


def test_lists_are_paged_and_filtered(client, create):
    """The newest first; by state, tag and label."""
    jobs = [create(label=f"run {number}", tags=["odd"] if number % 2 else []) for number in range(3)]

    page = client.get("/v1/jobs", params={"limit": 2}).json()
    rest = client.get("/v1/jobs", params={"limit": 2, "cursor": page["next"]}).json()
    odd = client.get("/v1/jobs", params={"tag": "odd", "q": "RUN", "state": "queued"}).json()

    assert [job["label"] for job in page["items"] + rest["items"]] == ["run 2", "run 1", "run 0"]
    assert rest["next"] is None
    assert [job["id"] for job in odd["items"]] == [jobs[1]["id"]]


def test_steps_are_read_from_the_file_as_it_is(client, create, output):
    """After a sequence; half lines are waited for, doubled ones told once, and what is no event is passed over."""
    job = create()
    lines = event(0, "started") + event(1) + "garbage\n" + event(1) + event(2, loss=float("nan")) + event(3)[:20]
    (output(job["id"]) / "events.jsonl").write_text(lines)

    whole = client.get(f"/v1/jobs/{job['id']}/steps", params={"after": -1}).json()
    rest = client.get(f"/v1/jobs/{job['id']}/steps", params={"after": 1}).json()
    none = client.get(f"/v1/jobs/{job['id']}/steps", params={"after": 2}).json()

    assert [item["sequence"] for item in whole["items"]] == [0, 1, 2]
    assert (rest["items"][0]["sequence"], rest["items"][0]["loss"], rest["next_after"]) == (2, None, 2)
    assert none == {"items": [], "next_after": None}


def test_a_stream_tells_every_event_and_ends_with_the_job(client, create, output, put):
    """The sequence is the id, and the last word is the state."""
    job = create()
    (output(job["id"]) / "events.jsonl").write_text("".join(event(number) for number in range(450)))
    put(job["id"], **OVER)

    body = client.get(f"/v1/jobs/{job['id']}/events").text
    rest = client.get(f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": "447"}).text

    assert _ids(body) == list(range(450))
    assert _kinds(rest) == ["step", "step", "state"]
    assert json.loads(rest.split("data: ")[-1])["state"] == "succeeded"


def test_a_stream_follows_a_file_that_grows(client, create, output, put):
    """What is appended while it is watched is told."""
    job = create()
    file = output(job["id"]) / "events.jsonl"
    file.write_text(event(0, "started"))

    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
        lines = stream.iter_lines()
        first = next(line for line in lines if line.startswith("id: "))
        with file.open("a") as more:
            more.write(event(1))
        second = next(line for line in lines if line.startswith("id: "))
        put(job["id"], **OVER)
        rest = list(lines)

    assert (first, second) == ("id: 0", "id: 1")
    assert "event: state" in rest


def test_a_stream_has_its_longest_time(serve):
    """Nobody trains the job, and the stream still ends; what comes after it is asked for by its sequence."""
    client = serve(stream_seconds=0.2)
    job = client.post("/v1/jobs", json={"run": TOY}).json()

    told = client.get(f"/v1/jobs/{job['id']}/events").text

    assert told.startswith("event: state")
    assert client.get(f"/v1/jobs/{job['id']}").json()["state"] == "queued"


def test_downloads_are_zips_of_what_is_there(client, create, output):
    """The newest checkpoint first; one that is not whole is not told of."""
    job = create()
    checkpoint(output(job["id"]), 2, b"two")
    checkpoint(output(job["id"]), 4, b"four")
    (checkpoint(output(job["id"]), 6) / "model.safetensors").write_bytes(b"half")
    address = f"/v1/jobs/{job['id']}"

    listed = client.get(f"{address}/checkpoints").json()["items"]
    downloaded = client.get(f"{address}/checkpoints/4")
    no_adapter = client.get(f"{address}/adapter")

    archive = zipfile.ZipFile(io.BytesIO(downloaded.content))
    assert [one["step"] for one in listed] == [4, 2]
    assert client.get(address).json()["checkpoints"] == [4, 2]
    assert archive.testzip() is None
    assert archive.read("model.safetensors") == b"four"
    assert downloaded.headers["Content-Disposition"] == f'attachment; filename="checkpoint-{job["id"][:8]}-4.zip"'
    assert client.get(f"{address}/checkpoints/6").status_code == 404
    assert no_adapter.status_code == 409


def test_links_are_no_part_of_a_download(client, create, output, tmp_path):
    """A file outside that a run's folder points to stays outside."""
    job = create()
    adapter = output(job["id"]) / "adapter"
    adapter.mkdir()
    (adapter / "weights.safetensors").write_bytes(b"w" * 3_000_000)
    (adapter / "link.json").symlink_to(tmp_path / "data" / "ospo.sqlite")

    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/v1/jobs/{job['id']}/adapter").content))

    assert archive.namelist() == ["weights.safetensors"]
    assert archive.testzip() is None


def test_the_pace_of_a_job_tells_when_it_ends_and_what_the_next_one_takes(client, create, output, put):
    """Two seconds a step, four steps left."""
    job = create()
    (output(job["id"]) / "events.jsonl").write_text(event(0, "started") + event(1) + event(2))
    put(job["id"], state=JobState.RUNNING, step=2)

    view = client.get(f"/v1/jobs/{job['id']}").json()
    preview = client.post("/v1/jobs/preview", json={"run": TOY | {"steps": 100}}).json()

    assert view["eta_seconds"] == 8.0
    assert (preview["seconds"], preview["seconds_measured"]) == (200.0, True)
