"""The client against the real service: every route it documents, every body it answers, every way it can fail."""

import json
import re
import secrets
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from frontend.client.backend_client import BackendClient, open_connection
from frontend.client.bodies import Edit, Me, Preview, Run, RunSummary
from frontend.client.errors import Problem, Unavailable
from tests.api.conftest import RUBRIC, body, until

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
TRAINING = ("/v1/jobs", "/v1/training")
GROUP = {
    "prompt": "How much?",
    "responses": ["Give her 240 mg now.", "No idea."],
    "reward": RUBRIC,
    "options": {"segmenter": "unicode"},
    "rules": ["signed", "rank"],
}


def documented() -> set[tuple[str, str]]:
    """Method and path of every operation of the contract but those of training, which test_job_client.py walks."""
    paths = {path: item for path, item in CONTRACT["paths"].items() if not path.startswith(TRAINING)}
    return {(method.upper(), path) for path, item in paths.items() for method in item}


def pattern_of(method: str, path: str) -> tuple[str, str]:
    """The operation that a request was for: the path with the fewest parameters that fits."""
    fits = [
        operation
        for operation in documented()
        if operation[0] == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation[1]), path)
    ]
    return min(fits, key=lambda operation: operation[1].count("{"))


@pytest.fixture
def open_to():
    """A function from an address to connections, which are closed after the test."""
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(open_connection(url, **options))


@pytest.fixture
def connect(serve, open_to):
    """A function to a client of a real service, and the operations that were asked of it."""

    def connected(**settings):
        asked: list[tuple[str, str]] = []
        connection = open_to(str(serve(**settings).base_url))
        connection.event_hooks["request"].append(
            lambda request: asked.append(pattern_of(request.method, request.url.path))
        )
        return BackendClient(connection, client_id="a"), asked

    return connected


def answering(status: int, text: str, media_type: str, **headers: str) -> BackendClient:
    """A client of a server that always says this."""

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=text, headers={"Content-Type": media_type, **headers})

    return BackendClient(httpx.Client(transport=httpx.MockTransport(handler), base_url="http://service"))


def over(client: BackendClient, run: Run) -> Run:
    """The run when it is over."""
    until(lambda: client.run(run.id).over)
    return client.run(run.id)


@pytest.mark.slow
def test_it_speaks_every_route_of_the_contract_and_reads_every_answer(connect):
    """A tour: nothing of docs/openapi.json is left out, and every body becomes a record."""
    client, asked = connect()

    one = over(client, client.start_attribution(body(), key="k"))
    group = over(client, client.start_group(GROUP))
    previews = [client.preview_attribution(body()), client.preview_group(GROUP)]
    names = [event.name for run in (one, group) for event in client.watch(run.id, run.kind)]
    reward, edits = client.try_edits(one.id, [{"start": 9, "end": 15}, {"start": 9, "end": 15, "replacement": "3 mg"}])
    pages = [client.results(limit=1), client.attributions(), client.groups(state="succeeded")]
    views = [client.view(one.id), client.view(group.id, rule="rank"), client.comparison(one.id, one.id)]
    tagged = client.tag(one.id, ["dose"])
    files = [client.export(one.id, form) for form in ("json", "csv", "html")]
    lists = [client.rewards(), client.models(), client.examples()]
    example = client.example(client.examples()[0].name)
    status, ready, metrics = client.status(), client.ready(), client.metrics()
    me, acts = client.me(), client.audit(limit=2)
    with pytest.raises(Problem, match="422"):
        list(client.step(group.id, "uniform"))
    stopped = [client.cancel(run.id, run.kind) for run in (one, group)]
    client.delete(group.id)

    assert set(asked) | {("GET", "/livez")} == documented() or set(asked) == documented()
    assert client.alive()
    assert {type(preview) for preview in previews} == {Preview}
    assert names == ["succeeded", "succeeded"]
    assert (reward, [type(edit) for edit in edits]) == (1.0, [Edit, Edit])
    assert [edit.change for edit in edits] == [-1.0, -1.0]
    assert {type(run) for page in pages for run in page.items} == {RunSummary}
    assert pages[0].next is not None
    assert [view["kind"] for view in views] == ["explain", "compare", "pair"]
    assert tagged.tags == ("dose",)
    assert [file.name.rpartition(".")[2] for file in files] == ["json", "csv", "html"]
    assert all(file.content for file in files)
    assert all(lists)
    assert example.prompt
    assert status.queue.slots == 2
    assert ready.ready
    assert (me.role, me.access, me.may_run) == ("admin", "open", True)
    assert [act.action for act in acts.items] == ["export_result", "export_result"]
    assert acts.next is not None
    assert "ospo_requests" in metrics
    assert [run.state for run in stopped] == ["succeeded", "succeeded"]
    with pytest.raises(Problem, match="404"):
        client.group(group.id)


def test_the_same_key_is_one_run(connect):
    """A double click sends twice and starts once."""
    client, _ = connect()

    first, second = (client.start_attribution(body(), key="double") for _ in range(2))

    assert first.id == second.id
    assert len(client.results().items) == 1


def test_each_session_is_a_client_of_its_own(connect, gate):
    """One user's line does not fill another's."""
    first, _ = connect(per_client=1, slots=1)
    second = BackendClient(first._connection, client_id="b")
    first.start_attribution(body(gate.reward()))
    gate.reached()

    with pytest.raises(Problem) as refused:
        first.start_attribution(body(gate.reward(), prompt="Another"))
    waiting = second.start_attribution(body(gate.reward(), prompt="A third"))

    assert (refused.value.status, refused.value.kind) == (429, "full")
    assert refused.value.retry_seconds
    assert second.run(waiting.id).progress.position == 0


def test_a_problem_names_its_fields(connect):
    """Status, title, and every field with its message."""
    client, _ = connect()

    with pytest.raises(Problem) as refused:
        client.start_attribution({**body(), "options": {"budget": 1}})

    assert refused.value.status == 422
    assert refused.value.title == "Invalid request"
    assert [path for path, _ in refused.value.fields] == ["body.options.budget"]


def test_nobody_there_is_unavailable(open_to):
    """A port where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = BackendClient(open_to(f"http://127.0.0.1:{free.getsockname()[1]}"))

        with pytest.raises(Unavailable):
            client.status()
        assert not client.alive()


@pytest.mark.parametrize(
    ("status", "text", "media_type"),
    [
        (200, "<h1>Hello</h1>", "text/html"),
        (200, '{"items": [{}]}', "application/json"),
        (200, "[]", "application/json"),
        (502, "<h1>Bad gateway</h1>", "text/html"),
        (404, '{"detail": "no"}', "application/json"),
        (500, "{", "application/problem+json"),
        (302, "", "text/plain"),
    ],
)
def test_whatever_is_not_the_service_is_unavailable(status, text, media_type):
    """Another server, a proxy's error page, half a body: never a stack trace of a parser."""
    client = answering(status, text, media_type)

    for ask in (client.rewards, client.status, lambda: client.run("x"), lambda: client.view("x"), client.ready):
        with pytest.raises(Unavailable):
            ask()


def test_a_service_that_is_not_ready_says_why():
    """503 of /readyz is an answer, not a failure."""
    client = answering(503, '{"status": "not ready", "checks": {"disk": false}}', "application/json")

    ready = client.ready()

    assert (ready.ready, ready.checks) == (False, {"disk": False})


def test_a_token_goes_with_the_requests_of_whoever_has_it(serve, open_to):
    """And not with those of others over the same connection."""
    token = secrets.token_hex(32)
    connection = open_to(str(serve(token=token).base_url))
    stranger = BackendClient(connection)

    assert BackendClient(connection, token=token).me() == Me(name=None, role="admin", access="token")
    with pytest.raises(Problem, match="401"):
        stranger.me()


def test_the_environments_proxy_is_not_asked(monkeypatch, open_to):
    """Texts under study go to the service and to nobody between."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    connection = open_to("http://service.example")

    assert connection._mounts == {}


def test_the_last_event_ends_the_stream_and_heartbeats_are_none():
    """Comments between events are passed over."""
    stream = 'event: progress\ndata: {"done": 1}\n\n: still here\n\nevent: succeeded\ndata: {"id": "x"}\n\n'
    client = answering(200, stream, "text/event-stream")

    events = list(client.watch("x", "attribution"))

    assert [(event.name, event.data) for event in events] == [("progress", {"done": 1}), ("succeeded", {"id": "x"})]
