"""Row 15: what is typed into a filter is compared, never run."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import body, database_url

__all__ = ["database_url"]

PARTS = [
    *("'", '"', "''", "`", ";", "--", "#", "/*", "*/", "%", "_", "\\", "(", ")", "||", "\x1a", " ", "\u02bc", "\uff07"),
    *("OR 1=1", "UNION SELECT NULL", "DROP TABLE runs", "SELECT sql FROM sqlite_master", "pg_sleep(9)", "AND 1=2"),
    *("ORDER BY 99", "information_schema.tables", "0x27", "CHAR(39)", "WAITFOR DELAY '0:0:9'", "LIMIT 1", "$$", ":a"),
]
injections = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(" ".join)
OF_RUNS = ("q", "tag", "state", "reward_kind", "cursor", "limit")
FILTERS = [
    *((path, name) for path in ("/v1/results", "/v1/attributions", "/v1/groups") for name in OF_RUNS),
    *(("/v1/jobs", name) for name in ("q", "tag", "state", "pair_id", "cursor", "limit")),
    *(("/v1/audit", name) for name in ("user", "action", "object_id", "cursor", "limit")),
]
LEAKS = re.compile(r"sqlite|psycopg|sqlalchemy|syntax error|no such (table|column)|SELECT|relation", re.IGNORECASE)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=injections, place=st.sampled_from(FILTERS))
def test_no_filter_is_run(standing_store, text, place):
    """No 5xx, nothing of the schema in an answer, and no row that does not match."""
    path, name = place

    answer = standing_store.get(path, params={name: text})

    assert answer.status_code in (200, 422)
    assert LEAKS.search(answer.text.replace("invalid-request", "")) is None
    assert answer.json().get("items", []) == []


@pytest.fixture
def standing_store(serve):
    """A service with one result that no filter of the test matches; on SQLite and on PostgreSQL."""
    client = serve()
    client.post("/v1/attributions", json=body(tags=["plain"], prompt="How"), headers={"Prefer": "wait"})
    return client


def test_a_wildcard_is_a_letter(standing_store):
    """`%` and `_` match themselves."""
    found = [standing_store.get("/v1/results", params={"q": text}).json()["items"] for text in ("%", "_", "How")]

    assert [len(items) for items in found] == [0, 0, 1]


def test_a_filter_of_the_audit_log_finds_its_own_alone(standing_store):
    """There is something to find, and it is found by its name."""
    acts = [standing_store.get("/v1/audit", params={"action": text}).json()["items"] for text in ("%", "' OR ''='")]
    named = standing_store.get("/v1/audit", params={"action": "create_attribution"}).json()["items"]

    assert acts == [[], []]
    assert [act["action"] for act in named] == ["create_attribution"]


@pytest.mark.parametrize("tag", ["'); DROP TABLE runs;--", "\\", "%s", "a' || 'b", "$1", ":tag", "?"])
def test_a_tag_is_kept_as_it_was_typed(standing_store, tag):
    """And found again by itself."""
    run = standing_store.post("/v1/attributions", json=body(tags=[tag], prompt="x"), headers={"Prefer": "wait"}).json()

    found = standing_store.get("/v1/results", params={"tag": tag}).json()["items"]

    assert [one["id"] for one in found] == [run["id"]]
    assert found[0]["tags"] == [tag]
