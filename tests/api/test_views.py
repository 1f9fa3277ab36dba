"""Results as views: of either kind, of one response of a group, on the way, and two against each other."""

import pytest
from pydantic import TypeAdapter

from ospo_core.report.view_types import CompareView, ExplainView, PairView
from tests.api.conftest import RUBRIC, body, until

WAIT = {"Prefer": "wait"}
FEW_PLAYERS = {"players": "sentence", "segmenter": "unicode"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def explained(client):
    """The id of an attribution."""
    return client.post("/v1/attributions", json=body(options=FEW_PLAYERS), headers=WAIT).json()["id"]


@pytest.fixture
def group(client):
    """The id of a group under two rules."""
    given = {
        "prompt": "How much?",
        "responses": ["Give 240 mg. Then wait.", "No idea. Ask him.", "Give 240 mg now. Then wait."],
        "reward": RUBRIC,
        "options": FEW_PLAYERS,
        "rules": ["signed", "rank"],
    }
    return client.post("/v1/groups", json=given, headers=WAIT).json()["id"]


def test_an_explained_response_as_a_view(client, explained):
    """As the types promise, with the run's own id and state."""
    answer = client.get(f"/v1/results/{explained}/view")

    view = TypeAdapter(ExplainView).validate_python(answer.json())
    assert answer.status_code == 200
    assert (view["id"], view["state"], view["kind"]) == (explained, "succeeded", "explain")
    assert "".join(view["tokens"]["text"]) == view["response"] == "Give her 240 mg now."
    assert set(view) == set(ExplainView.__annotations__)


def test_a_group_as_a_view_under_each_of_its_rules(client, group):
    """The first rule where none is named; all of them are listed."""
    first = client.get(f"/v1/results/{group}/view").json()
    second = client.get(f"/v1/results/{group}/view", params={"rule": "rank"}).json()

    assert [TypeAdapter(CompareView).validate_python(view)["rule"] for view in (first, second)] == ["signed", "rank"]
    assert first["rules"] == second["rules"] == ["signed", "rank"]
    assert set(first) == set(CompareView.__annotations__)


def test_a_response_of_a_group_as_a_view(client, group):
    """It is explained with its place in the group, under the rule that is named."""
    view = client.get(f"/v1/results/{group}/view", params={"index": 1, "rule": "rank"}).json()

    assert (view["kind"], view["response"], view["rule"]) == ("explain", "No idea. Ask him.", "rank")
    assert view["flat"]["value"] < 0


@pytest.mark.parametrize("query", [{"rule": "uniform"}, {"index": 3}, {"index": -1}, {"index": "x"}])
def test_a_rule_or_response_that_a_group_has_not_is_refused(client, group, query):
    """With 422."""
    assert client.get(f"/v1/results/{group}/view", params=query).status_code == 422


def test_what_has_no_result_has_no_view(serve, gate):
    """404 for a run that is none; 409 before there is an estimate."""
    client = serve()
    run = client.post("/v1/attributions", json=body(gate.reward(), options=FEW_PLAYERS)).json()["id"]
    gate.reached()

    assert client.get(f"/v1/results/{UNKNOWN}/view").status_code == 404
    answer = client.get(f"/v1/results/{run}/view")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:ospo:problem:no-result")
    assert client.get("/v1/comparisons", params={"left": run, "right": run}).status_code == 409


def test_two_rules_of_one_group_against_each_other(client, group):
    """In advantages, on the same text, with the difference of every token."""
    query = {"left": group, "right": group, "left_rule": "signed", "right_rule": "rank"}

    answer = client.get("/v1/comparisons", params=query)

    view = TypeAdapter(PairView).validate_python(answer.json())
    assert answer.status_code == 200
    assert (view["left"]["title"], view["right"]["title"]) == ("Signed", "Rank")
    assert view["same_text"] is True
    assert view["unit"].startswith("advantage")
    assert set(view) == set(PairView.__annotations__)


def test_a_response_of_a_group_against_an_explained_one(client, group, explained):
    """In credit, the unit that both have."""
    query = {"left": explained, "right": group, "right_index": 2}

    view = client.get("/v1/comparisons", params=query).json()

    assert view["unit"].startswith("credit")
    assert view["right"]["response"] == "Give 240 mg now. Then wait."


def test_two_responses_of_a_group_in_credit(client, group):
    """Where that unit is asked for."""
    view = client.get("/v1/comparisons", params={"left": group, "right": group, "right_index": 1, "unit": "credit"})

    assert view.json()["unit"].startswith("credit")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"right": UNKNOWN}, 404),
        ({"right": "no-id"}, 422),
        ({"right_rule": "uniform"}, 422),
        ({"left_index": 3}, 422),
        ({"unit": "euro"}, 422),
    ],
)
def test_a_pair_that_cannot_be_is_refused(client, group, query, status):
    """With the place of the parameter that is at fault, never with a 500."""
    answer = client.get("/v1/comparisons", params={"left": group, "right": group, **query})

    assert answer.status_code == status


def test_hostile_text_comes_back_as_data(client):
    """A view is JSON, and says so."""
    hostile = "</script><script>alert(1)</script> 240 mg. \u2028"
    run = client.post("/v1/attributions", json=body(response=hostile, options=FEW_PLAYERS), headers=WAIT).json()["id"]

    answer = client.get(f"/v1/results/{run}/view")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["response"] == hostile


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["attribution", "group"])
def test_a_run_under_way_shows_its_running_estimate(client, kind):
    """As a view of the same form, whose notice says how far it is; after a stop, how far it came."""
    options = {"segmenter": "unicode", "budget": 3000}
    long = "One two three four five six seven eight nine ten. " * 4
    given = body({"kind": "slow", "settings": {"seconds": 0.05}}, response=long, options=options)
    if kind == "group":
        given = {**given, "responses": [long, f"{long}More."]}
        del given["response"]
    run = client.post(f"/v1/{kind}s", json=given).json()["id"]
    until(lambda: client.get(f"/v1/{kind}s/{run}").json()["progress"]["estimated"], seconds=60)

    view = client.get(f"/v1/results/{run}/view").json()
    pair = client.get("/v1/comparisons", params={"left": run, "right": run})
    client.delete(f"/v1/{kind}s/{run}")
    until(lambda: client.get(f"/v1/{kind}s/{run}").json()["state"] == "cancelled", seconds=60)
    stopped = client.get(f"/v1/results/{run}/view").json()

    notices = [(one["rows"][0] if kind == "group" else one)["notice"] for one in (view, stopped)]
    assert (view["state"], stopped["state"]) == ("running", "cancelled")
    assert notices[0].startswith("Running estimate after ")
    assert notices[1].startswith("Stopped at ")
    assert pair.status_code == 200
