"""Whatever a browser, a stranger or a broken client sends is refused before a route sees it."""

import itertools

import pytest

from backend.app import create_app
from backend.settings import Settings
from tests.api.conftest import body

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz-ABC"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _paths():
    routes = create_app(Settings()).openapi()["paths"]
    unknown = "00000000-0000-4000-8000-000000000000"
    paths = {path.replace("{run_id}", unknown).replace("{name}", "law") for path in routes}
    return sorted(paths | {"/openapi.json", "/nowhere"})


@pytest.mark.slow
def test_every_route_but_livez_needs_the_token(serve):
    """Default is to deny: documentation, metrics and unknown paths too."""
    client = serve(token=TOKEN)
    paths = [path for path in _paths() if path != "/livez"]

    without = {(m, p): client.request(m, p).status_code for m, p in itertools.product(METHODS, paths)}
    wrong = {p: client.get(p, headers={"Authorization": f"Bearer {TOKEN}x"}).status_code for p in paths}

    assert set(without.values()) | set(wrong.values()) == {401}
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(standing, number):
    """A plain FastAPI application answers 500."""
    answer = _post(standing, f'{{"prompt": "", "options": {{"seed": {number}}}}}')

    assert answer.status_code == 422
    assert number not in answer.text


@pytest.mark.parametrize("text", [r"\ud800", r"\udfff x", r"a\u0000b"])
@pytest.mark.parametrize(
    "place", ['{{"prompt": "{0}"}}', '{{"{0}": 1}}', '{{"reward": {{"settings": {{"x": ["{0}"]}}}}}}']
)
def test_texts_that_no_database_holds_are_refused(standing, text, place):
    """Half surrogate pairs and NUL, as values and as names."""
    answer = _post(standing, place.format(text))

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:ospo:problem:invalid-text"


@pytest.mark.parametrize(
    "content",
    [b"{", b"", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), b"1 2"],
    ids=["cut", "empty", "deep", "digits", "not UTF-8", "UTF-16", "two"],
)
def test_what_is_not_json_is_refused(standing, content):
    """With 400, and no traceback."""
    assert _post(standing, content).status_code == 400


def test_a_key_given_twice_is_refused(standing):
    """Nobody could tell which of the two was meant."""
    assert _post(standing, '{"prompt": "a", "prompt": "b"}').status_code == 422


def test_a_large_body_is_refused_by_its_announced_size_and_by_what_arrives(serve):
    """Before it is read, and while it is."""
    client = serve(most_body_bytes=2000)

    announced = _post(client, b"x" * 3000)
    streamed = client.post("/v1/groups", content=iter([b"x" * 1500] * 4), headers={"Content-Type": "application/json"})

    assert (announced.status_code, streamed.status_code) == (413, 413)


@pytest.mark.parametrize("address", ["/v1/results?q=%00", "/v1/results?q=%ed%a0%80", "/v1/attributions/%00", "/%ff"])
def test_an_address_with_what_is_no_text_is_refused(standing, address):
    """It would reach the database as a parameter."""
    assert standing.get(address).status_code == 422


def test_a_problem_never_repeats_what_was_sent(standing):
    """Neither values nor the names of unknown fields."""
    canary = "canary-7f3a"
    broken = [
        {**body(), canary: 1},
        {**body(), "response": [canary]},
        {**body(), "options": {"players": canary}},
        {**body(), "options": {"tokenizer": canary}},
        {**body(), "prompt": canary, "response": ""},
        {**body(), "tags": [canary * 10]},
    ]

    answers = [standing.post("/v1/attributions", json=one) for one in broken]

    assert [answer.status_code for answer in answers] == [422] * len(broken)
    assert [canary in answer.text for answer in answers] == [False] * len(broken)
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


def _post(client, content):
    return client.post("/v1/attributions", content=content, headers={"Content-Type": "application/json"})


def test_a_method_that_a_path_does_not_have_is_told_which_it_has(standing):
    """All of them, though each is a route of its own; with no body there is no type to ask for."""
    answers = [standing.put("/v1/attributions"), standing.put("/livez"), standing.get("/v1/groups/preview")]

    assert [answer.status_code for answer in answers] == [405, 405, 405]
    assert [answer.headers["allow"] for answer in answers] == ["GET, POST", "GET", "POST"]
