"""Row 10: a page of another site gets nothing done, on any route and by any method."""

import itertools

import pytest

from tests.api.conftest import body
from tests.security.routes import METHODS, UNKNOWN, routes

FOREIGN = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1.evil.example"}, 421),
    ({"Host": "192.168.1.7:8000"}, 421),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
]
FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; application/json"]


def test_the_matrix_is_made_of_the_routes():
    """Else the tests below would say nothing."""
    assert len(routes()) > 30
    assert {"/v1/attributions", "/livez", "/metrics", f"/v1/jobs/{UNKNOWN}/events"} <= set(routes())


@pytest.mark.slow
@pytest.mark.parametrize(("headers", "status"), FOREIGN)
def test_every_route_refuses_other_sites_on_every_method(standing, headers, status):
    """Also those that Ray and others forgot: DELETE, streams, health, what does not exist."""
    answers = {
        (method, path): standing.request(method, path, headers=headers).status_code
        for method, path in itertools.product(METHODS, routes())
    }

    assert set(answers.values()) == {status}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMS)
def test_every_route_refuses_what_a_form_can_send(standing, kind):
    """A foreign page can send these without asking first. 404 and 405 are of what a path, or a method of it, is not."""
    sent = {"content": b'{"prompt": ""}', "headers": {"Content-Type": kind}}

    answers = {
        (method, path): standing.request(method, path, **sent).status_code
        for method, path in itertools.product(("POST", "PUT", "PATCH"), routes())
    }

    assert set(answers.values()) == {404, 405, 415}
    assert answers["POST", "/v1/attributions"] == answers["POST", "/v1/jobs"] == 415
    assert answers["PUT", f"/v1/results/{UNKNOWN}/tags"] == answers["POST", f"/v1/jobs/{UNKNOWN}/cancel"] == 415


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_run_is_refused_from_other_sites(standing, headers):
    """The one route that costs most; the slow tests above try all of them."""
    assert standing.post("/v1/attributions", json=body(), headers=headers).status_code in (403, 421)


def test_a_body_without_a_type_is_refused(standing):
    """A browser may leave it out."""
    assert standing.post("/v1/attributions", content=b'{"prompt": ""}').status_code == 415


def test_no_answer_invites_other_sites(standing):
    """No header of CORS, neither on an answer nor on what a browser asks beforehand."""
    asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "content-type"}
    answers = [standing.get("/v1/results"), standing.options("/v1/results", headers=asked)]

    assert [name for answer in answers for name in answer.headers if name.startswith("access-control")] == []


def test_a_websocket_is_refused(standing):
    """There is none, so a page of another site cannot talk by one."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}

    answer = standing.get("/v1/results", headers=upgrade | key | {"Origin": "https://evil.example"})

    assert answer.status_code == 403
