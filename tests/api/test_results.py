"""The history: pages, filters, tags, deletion, export."""

import csv
import io

import pytest

from backend.results.csv_table import attribution_csv, safe
from tests.api.conftest import RUBRIC, body

WAIT = {"Prefer": "wait"}
FEW_PLAYERS = {"players": "sentence", "segmenter": "unicode"}


@pytest.fixture
def runs(client):
    """Five attributions and a group, in this order; the ids."""
    ids = []
    for number in range(5):
        prompt, response = f"Question {number} of 100%", f"{number}: 240 mg."
        given = body(prompt=prompt, response=response, tags=[f"t{number % 2}"], options=FEW_PLAYERS)
        ids.append(client.post("/v1/attributions", json=given, headers=WAIT).json()["id"])
    group = {"prompt": "Group", "responses": ["240 mg", "None"], "reward": RUBRIC, "options": FEW_PLAYERS}
    return [*ids, client.post("/v1/groups", json=group, headers=WAIT).json()["id"]]


def _ids(client, **query):
    return [run["id"] for run in client.get("/v1/results", params=query).json()["items"]]


def test_pages_hold_every_run_once_the_newest_first(client, runs):
    """Also when a run comes in between two pages."""
    first = client.get("/v1/results", params={"limit": 2}).json()
    client.post("/v1/attributions", json=body(response="New one."), headers=WAIT)
    second = client.get("/v1/results", params={"limit": 2, "cursor": first["next"]}).json()
    third = client.get("/v1/results", params={"limit": 2, "cursor": second["next"]}).json()

    assert [run["id"] for page in (first, second, third) for run in page["items"]] == runs[::-1]
    assert third["next"] is None


def test_filters_narrow_the_list(client, runs):
    """By tag, kind, state, reward and text of the prompt, whose % and _ mean themselves."""
    assert _ids(client, tag="t1") == [runs[3], runs[1]]
    assert _ids(client, q="question 3 of 100%") == [runs[3]]
    assert _ids(client, q="Question _") == []
    assert _ids(client, state="failed") == []
    assert _ids(client, reward_kind="rubric", tag="t0", limit=1) == [runs[4]]
    assert [run["id"] for run in client.get("/v1/groups").json()["items"]] == runs[5:]
    assert [run["id"] for run in client.get("/v1/attributions").json()["items"]] == runs[4::-1]


@pytest.mark.parametrize("cursor", ["x", "MS4y", "////", "é"])
def test_a_cursor_that_no_list_gave_is_refused(client, cursor):
    """With 422."""
    assert client.get("/v1/results", params={"cursor": cursor}).status_code == 422


def test_tags_are_replaced(client, runs):
    """And found by."""
    client.put(f"/v1/results/{runs[0]}/tags", json={"tags": ["gut", "数据"]})

    assert _ids(client, tag="数据") == [runs[0]]
    assert client.get(f"/v1/attributions/{runs[0]}").json()["tags"] == ["gut", "数据"]


def test_what_is_deleted_is_gone_and_would_be_measured_again(client, runs):
    """The result goes with the last run that has it."""
    deleted = client.delete(f"/v1/results/{runs[0]}")
    given = body(prompt="Question 0 of 100%", response="0: 240 mg.", options=FEW_PLAYERS)
    again = client.post("/v1/attributions", json=given, headers=WAIT)

    assert deleted.status_code == 204
    assert client.get(f"/v1/attributions/{runs[0]}").status_code == 404
    assert client.delete(f"/v1/results/{runs[0]}").status_code == 404
    assert again.json()["stored"] is False


def test_a_run_under_way_is_not_deleted(client, gate):
    """It is cancelled first."""
    run = client.post("/v1/attributions", json=body(gate.reward())).json()["id"]

    assert client.delete(f"/v1/results/{run}").status_code == 409


@pytest.mark.parametrize(("form", "starts"), [("json", "{"), ("csv", '"'), ("html", "<!doctype html>")])
def test_results_of_both_kinds_are_exported(client, runs, form, starts):
    """As a file that no browser runs as a page of the service."""
    answers = [client.get(f"/v1/results/{run}/export", params={"format": form}) for run in (runs[0], runs[5])]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.text.startswith(starts) for answer in answers] == [True, True]
    assert answers[0].headers["content-disposition"] == f'attachment; filename="ospo-{runs[0]}.{form}"'
    assert "sandbox" in answers[0].headers["content-security-policy"]


def test_a_run_without_result_is_not_exported(client, gate):
    """409."""
    run = client.post("/v1/attributions", json=body(gate.reward())).json()["id"]

    assert client.get(f"/v1/results/{run}/export").status_code == 409


def test_a_group_is_not_exported_under_a_rule_it_was_not_compared_under(client, runs):
    """422 that names `rule`, as the report of one rule; under its own rule it is the report."""
    rule = client.get(f"/v1/groups/{runs[5]}").json()["result"]["comparisons"][0]["rule"]
    of_own, of_other = (
        client.get(f"/v1/results/{runs[5]}/export", params={"format": "html", "rule": name}) for name in (rule, "other")
    )

    assert (of_own.status_code, of_other.status_code) == (200, 422)
    assert [error["where"] for error in of_other.json()["errors"]] == [["query", "rule"]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_text_is_never_a_formula(text):
    """OWASP's list, behind spaces and in full width too."""
    assert safe(text) == f"'{text}"


def test_the_table_gives_every_token_back():
    """Numbers as numbers; quotes, commas and line breaks inside a text survive."""
    tokens = [
        {"text": '="a",\n', "start": 0, "end": 6, "credit": -0.5, "standard_error": None, "interval": None},
        {"text": "b", "start": 6, "end": 7, "credit": 1.0, "standard_error": 0.0, "interval": 0.0},
    ]

    rows = list(csv.reader(io.StringIO(attribution_csv({"tokens": tokens}))))

    assert rows[1:] == [["0", "0", "6", '\'="a",\n', "-0.5", "", ""], ["1", "6", "7", "b", "1.0", "0.0", "0.0"]]
