"""Who ran, changed, deleted and took what is kept by name, operation, id, status and time, and never a text."""

import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import create_engine, text

from backend.audit import records
from backend.audit.records import Act, AuditFilter, AuditRecords
from backend.database.engine import open_engine
from tests.api.conftest import body, until

UNKNOWN = "00000000-0000-4000-8000-000000000000"
CANARY = "canary-7f3a-dose"


def _log(team, **query):
    return team.ada.get("/v1/audit", params=query).json()["items"]


def _told(item):
    return item["user"], item["role"], item["action"], item["object_id"], item["status"]


def test_what_somebody_did_is_kept_from_making_to_deleting(team):
    """With the id of what he made or did it to, the newest first."""
    made = team.max.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()["id"]
    team.vera.get(f"/v1/results/{made}/export")
    team.mia.put(f"/v1/results/{made}/tags", json={"tags": ["x"]})
    team.ada.delete(f"/v1/results/{made}")

    assert [_told(item) for item in _log(team)] == [
        ("ada", "admin", "delete_result", made, 204),
        ("mia", "member", "tag_result", made, 200),
        ("vera", "viewer", "export_result", made, 200),
        ("max", "member", "create_attribution", made, 200),
    ]


def test_an_act_says_what_its_object_is_today(team):
    """A kind while the run or job is there; nothing once it is deleted, or where none was named."""
    explained = team.max.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()["id"]
    kept = team.max.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()["id"]
    before = [item["object_kind"] for item in _log(team)]
    team.vera.delete("/v1/results/none")
    team.max.delete(f"/v1/attributions/{explained}")
    team.ada.delete(f"/v1/results/{explained}")

    after = [(item["object_id"], item["object_kind"]) for item in _log(team)]

    assert before == ["job", "attribution"]
    assert set(after) == {(kept, "job"), (explained, None), (None, None)}


def test_jobs_are_kept_too(team):
    """By the id that the answer names."""
    job = team.max.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()["id"]
    team.max.post(f"/v1/jobs/{job}/cancel")

    assert [_told(item)[2:] for item in _log(team)] == [("cancel_job", job, 200), ("create_job", job, 201)]


def test_what_a_role_or_an_owner_forbade_is_kept(team):
    """Whoever tries is somebody to talk to."""
    made = team.max.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()["id"]
    team.vera.delete(f"/v1/results/{made}")
    team.mia.delete(f"/v1/results/{made}")

    assert [_told(item) for item in _log(team, action="delete_result")] == [
        ("mia", "member", "delete_result", made, 403),
        ("vera", "viewer", "delete_result", made, 403),
    ]


def test_reading_and_what_did_nothing_are_not_kept(team):
    """Nor whoever was not let in, who could fill the log."""
    team.vera.get("/v1/results")
    team.ada.delete(f"/v1/results/{UNKNOWN}")
    team.max.post("/v1/attributions", json={"prompt": 1})
    team.max.post("/v1/attributions/preview", json=body())
    team.nobody.delete(f"/v1/results/{UNKNOWN}")

    assert _log(team) == []


def test_no_text_of_a_request_is_in_the_log(team):
    """Neither of a body nor of an address that is none of ours."""
    team.max.post("/v1/attributions", json=body(prompt=CANARY, tags=[CANARY]), headers={"Prefer": "wait"})
    team.vera.delete(f"/v1/results/{CANARY}?q={CANARY}")

    log = team.ada.get("/v1/audit")

    assert log.json()["items"][0]["object_id"] is None
    assert len(log.json()["items"]) == 2
    assert CANARY not in log.text


def test_the_log_is_read_page_by_page_and_by_user(team):
    """With a cursor, as every list here."""
    made = team.max.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()["id"]
    for name in ("max", "mia", "max"):
        getattr(team, name).put(f"/v1/results/{made}/tags", json={"tags": [name]})

    first = team.ada.get("/v1/audit", params={"limit": 3}).json()
    second = team.ada.get("/v1/audit", params={"limit": 3, "cursor": first["next"]}).json()

    assert [item["user"] for item in first["items"]] == ["max", "mia", "max"]
    assert ([item["action"] for item in second["items"]], second["next"]) == (["create_attribution"], None)
    assert [item["user"] for item in _log(team, user="mia")] == ["mia"]
    assert len(_log(team, object_id=made)) == 4


def test_times_are_when_it_was_done(team):
    """In UTC."""
    before = datetime.now(UTC)
    team.vera.delete(f"/v1/results/{UNKNOWN}")

    at = datetime.fromisoformat(_log(team)[0]["at"])

    assert before - timedelta(seconds=1) <= at <= datetime.now(UTC)


def test_what_somebody_ran_is_kept_though_he_left_before_the_answer(team, gate):
    """It took its slot all the same."""
    with pytest.raises(httpx.ReadTimeout):
        team.max.post("/v1/attributions", json=body(gate.reward()), headers={"Prefer": "wait"}, timeout=1.0)
    gate.open()

    until(lambda: _log(team))
    run = team.max.get("/v1/attributions").json()["items"][0]["id"]

    assert [_told(item)[:4] for item in _log(team)] == [("max", "member", "create_attribution", run)]


def test_acts_go_when_they_are_older_than_the_setting_says(database_url, monkeypatch):
    """From the log at once, and from the store with the next act."""
    engine = open_engine(database_url)
    log = AuditRecords(engine, days=30)
    monkeypatch.setattr(records, "_now", lambda: 0)
    log.add(_act("old"))
    monkeypatch.setattr(records, "_now", lambda: 30 * records.MICROSECONDS_A_DAY + 1)

    listed = log.list(AuditFilter())
    log.add(_act("new"))

    with engine.connect() as connection:
        users = connection.execute(text('SELECT "user" FROM audit')).scalars().all()
    engine.dispose()
    assert (listed, users) == ([], ["new"])


def test_where_the_log_cannot_be_written_the_answer_stands_and_the_service_says_so(team, database_url, caplog):
    """What was done is done; whoever runs the service must learn that it is not kept."""
    made = team.max.post("/v1/attributions", json=body(), headers={"Prefer": "wait"}).json()["id"]
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit"))
    engine.dispose()

    with caplog.at_level(logging.ERROR, logger="ospo.service"):
        status = team.ada.delete(f"/v1/results/{made}").status_code

    assert status == 204
    assert "audit_failed" in caplog.text


def _act(user):
    return Act(user=user, role="member", action="a", route="/r", object_id=None, status=200)
