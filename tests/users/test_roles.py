"""Every route is for those that the table names, and what the table does not name is for nobody."""

import itertools

import pytest
from starlette.routing import Route

from backend.app import create_app
from backend.guard.permissions import TABLE
from backend.settings import Settings
from tests.api.conftest import body

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOT_THERE = ("/", "/docs", "/redoc", "/docs/oauth2-redirect", "/static/x", "/v1", "/v1/", "/v1/jobs/", "/nowhere")

ANYBODY = {"GET /livez"}
VIEWER = ANYBODY | {
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /v1/me",
    "GET /v1/status",
    "GET /v1/rewards",
    "GET /v1/models",
    "GET /v1/examples",
    "GET /v1/examples/{name}",
    "GET /v1/attributions",
    "GET /v1/attributions/{run_id}",
    "GET /v1/attributions/{run_id}/events",
    "GET /v1/groups",
    "GET /v1/groups/{run_id}",
    "GET /v1/groups/{run_id}/events",
    "GET /v1/results",
    "GET /v1/results/{run_id}/view",
    "GET /v1/results/{run_id}/export",
    "GET /v1/comparisons",
    "GET /v1/training/presets",
    "GET /v1/jobs",
    "GET /v1/jobs/{job_id}",
    "GET /v1/jobs/{job_id}/steps",
    "GET /v1/jobs/{job_id}/events",
    "GET /v1/jobs/{job_id}/adapter",
    "GET /v1/jobs/{job_id}/checkpoints",
    "GET /v1/jobs/{job_id}/checkpoints/{step}",
}
MEMBER = VIEWER | {
    "POST /v1/attributions",
    "POST /v1/attributions/preview",
    "DELETE /v1/attributions/{run_id}",
    "POST /v1/attributions/{run_id}/counterfactuals",
    "POST /v1/groups",
    "POST /v1/groups/preview",
    "DELETE /v1/groups/{run_id}",
    "POST /v1/groups/{run_id}/step",
    "PUT /v1/results/{run_id}/tags",
    "POST /v1/jobs",
    "POST /v1/jobs/preview",
    "PUT /v1/jobs/{job_id}/tags",
    "POST /v1/jobs/{job_id}/cancel",
    "POST /v1/jobs/{job_id}/resume",
}
ADMIN = MEMBER | {"GET /v1/audit", "DELETE /v1/results/{run_id}", "DELETE /v1/jobs/{job_id}"}
"""Written out by hand, so that a slip in the table is seen."""


def _app():
    return create_app(Settings())


def test_the_table_has_the_routes_of_the_application_and_no_others():
    """A route that is forgotten in the table would answer nobody; one too many would wait for a route of its name."""
    table = {(pattern, method) for pattern, methods in TABLE.items() for method in methods}
    routes = {(path, method.upper()) for path, methods in _app().openapi()["paths"].items() for method in methods}

    assert table == routes | {("/openapi.json", "GET")}


def test_the_application_has_nothing_that_the_contract_hides():
    """No mount, no page of documentation, no route left out of the schema: all of it is in the table."""
    app = _app()
    hidden = [route for route in app.routes if isinstance(route, Route) and not getattr(route, "include_in_schema", 1)]
    mounts = [route for route in app.routes if hasattr(route, "app") and not hasattr(route, "methods")]

    assert [route.path for route in hidden] == ["/openapi.json"]
    assert mounts == []


def test_the_table_names_what_is_done_as_the_contract_does():
    """The audit log and the contract speak of the same operations; what changes something always has a name."""
    operations = {
        (path, method.upper()): operation["operationId"]
        for path, methods in _app().openapi()["paths"].items()
        for method, operation in methods.items()
    }
    permits = {(pattern, method): permit for pattern, methods in TABLE.items() for method, permit in methods.items()}
    named = {key: permit.action for key, permit in permits.items() if permit.action is not None}
    silent = {f"{method} {path}" for (path, method), permit in permits.items() if permit.action is None}

    assert named == {key: operations[key] for key in named}
    assert {one for one in silent if not one.startswith("GET ")} == {
        "POST /v1/attributions/preview",
        "POST /v1/groups/preview",
        "POST /v1/jobs/preview",
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "may"),
    [("nobody", ANYBODY), ("vera", VIEWER), ("max", MEMBER), ("ada", ADMIN)],
    ids=["nobody", "viewer", "member", "admin"],
)
def test_every_method_of_every_route_is_for_its_roles_alone(team, name, may):
    """All methods of all routes are tried by each role and by nobody."""
    client = getattr(team, name)

    statuses = {
        f"{method} {pattern}": client.request(method, _path(pattern)).status_code
        for method, pattern in itertools.product(METHODS, TABLE)
    }

    assert {request for request, status in statuses.items() if status not in (401, 403, 405)} == may


@pytest.mark.parametrize(
    ("name", "request_line", "status"),
    [
        ("nobody", "GET /v1/results", 401),
        ("nobody", "POST /v1/attributions", 401),
        ("nobody", "GET /metrics", 401),
        ("nobody", "GET /livez", 200),
        ("vera", "GET /v1/results", 200),
        ("vera", "POST /v1/attributions", 403),
        ("vera", "PATCH /v1/results", 405),
        ("max", "POST /v1/attributions", 422),
        ("max", "GET /v1/audit", 403),
        ("ada", "GET /v1/audit", 200),
    ],
)
def test_who_may_not_is_told_so(team, name, request_line, status):
    """401 for who is not known, 403 for whose role is too small, 405 for what nobody can do."""
    method, path = request_line.split()

    assert getattr(team, name).request(method, path).status_code == status


@pytest.mark.parametrize(("name", "status"), [("nobody", 401), ("vera", 404), ("ada", 404)])
def test_what_is_not_in_the_table_is_for_nobody(team, name, status):
    """Pages of documentation, mounts, paths with a slash too many; who is not known does not learn what there is."""
    client = getattr(team, name)

    answers = {client.request(method, path).status_code for method, path in itertools.product(METHODS, NOT_THERE)}

    assert answers == {status}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Basic {0}", "Bearer {0}x", "Bearer x{0}", "{0}", "Bearer  {0}", "Bearer {0} {0}"],
)
def test_only_the_whole_token_after_bearer_is_one(team, authorization):
    """Neither a part nor another scheme."""
    headers = {"Authorization": authorization.format(team.tokens["ada"])}

    assert team.nobody.get("/v1/status", headers=headers).status_code == 401


def test_two_headers_of_authorization_are_no_way_in(team):
    """The first one counts, wherever the second one comes from."""
    headers = [("Authorization", "Bearer wrong"), ("Authorization", f"Bearer {team.tokens['ada']}")]

    assert team.nobody.get("/v1/status", headers=headers).status_code == 401


def test_the_service_says_who_asks(team):
    """The screen shows it."""
    assert team.vera.get("/v1/me").json() == {"name": "vera", "role": "viewer", "access": "users"}


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("member", 422), ("admin", 422)])
def test_the_shared_token_has_the_role_of_the_setting(serve, role, status):
    """An admin's unless it is told otherwise."""
    token = "0123456789abcdefghijklmnopqrstuvwxyz-ABC"
    client = serve(token=token, token_role=role)
    client.headers["Authorization"] = f"Bearer {token}"

    assert client.get("/v1/me").json() == {"name": None, "role": role, "access": "token"}
    assert client.post("/v1/attributions").status_code == status


def test_without_token_and_users_whoever_is_on_this_machine_is_an_admin(serve):
    """The service listens on loopback alone."""
    assert serve().get("/v1/me").json() == {"name": None, "role": "admin", "access": "open"}


def test_the_cap_per_client_counts_users_and_not_the_names_they_give(add, users_file, serve, gate):
    """Whoever has a name is one client, however many he claims to be."""
    token = add("max")
    client = serve(users_file=users_file, per_client=1)
    client.headers["Authorization"] = f"Bearer {token}"
    first = client.post("/v1/attributions", json=body(gate.reward()), headers={"X-Client-Id": "one"})
    gate.reached()

    second = client.post("/v1/attributions", json=body(gate.reward(1)), headers={"X-Client-Id": "two"})

    assert (first.status_code, second.status_code) == (202, 429)


def _path(pattern):
    return pattern.format(run_id=UNKNOWN, job_id=UNKNOWN, name="law", step=1)
