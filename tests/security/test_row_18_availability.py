"""Row 18: slow heads, slow bodies and many streams leave the service answering."""

import json
import socket
import time
from contextlib import ExitStack

import pytest

from tests.api.conftest import body, until
from tests.faults.service_process import Process
from tests.load.burst import quantile

HEAD = "POST /v1/groups HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
LOOKS = 1000
"""So that the 99th percentile is not the second slowest of a machine that others share."""


def connected(client, sent, stack):
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", client.base_url.port), timeout=30))
    connection.sendall(sent)
    return connection


@pytest.mark.slow
def test_two_hundred_half_open_bodies_do_not_slow_the_service(tmp_path, capsys):
    """/livez stays below 200 ms at its 99th percentile meanwhile: the figure of the row."""
    service, seconds = Process(tmp_path, body_seconds=600), []  # half open to the end
    try:
        with ExitStack() as stack:
            for _ in range(200):
                connected(service.client, HEAD.encode() + b'{"prompt"', stack)
            for _ in range(LOOKS):
                started = time.perf_counter()
                assert service.client.get("/livez").status_code == 200
                seconds.append(time.perf_counter() - started)
    finally:
        service.end()

    p99 = quantile(seconds, 0.99)
    with capsys.disabled():
        print(f"\n200 half-open bodies: /livez p50 {quantile(seconds, 0.5) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")
    assert p99 < 0.2


def test_a_body_that_does_not_come_is_given_up(serve):
    """With an answer: a slow client does not hold a connection for ever."""
    client = serve(body_seconds=0.05)

    with ExitStack() as stack:
        answer = connected(client, HEAD.encode(), stack).recv(1000)

    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("sent", [b"", b"GET /livez HT", b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"])
def test_a_head_that_does_not_come_ends_the_connection(serve, sent):
    """Nothing, half a line, or half the headers."""
    client = serve(head_seconds=0.05)

    with ExitStack() as stack:
        assert connected(client, sent, stack).recv(1000) == b""


def test_a_second_head_on_a_kept_connection_is_waited_for_no_longer(serve):
    """The clock begins anew with every request."""
    client = serve(head_seconds=0.2)
    request = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    with ExitStack() as stack, connected(client, request + b"GET /li", stack).makefile("rb") as answers:
        until_the_end = answers.read()

    assert until_the_end.startswith(b"HTTP/1.1 200")
    assert until_the_end.endswith(b'{"status":"alive"}')


@pytest.mark.slow
def test_a_refused_body_that_goes_on_trickling_ends_the_connection(serve):
    """The answer was sent long ago."""
    client = serve(body_seconds=0.05)

    with ExitStack() as stack:
        connection = connected(client, HEAD.replace("127.0.0.1", "evil.example").encode() + b"{", stack)
        with connection.makefile("rb") as answer:
            until_the_end = answer.read()

    assert until_the_end.startswith(b"HTTP/1.1 421")


def test_one_connection_too_many_is_told_so(serve):
    """503 at once, and the others go on."""
    client = serve(most_connections=8)
    asking = HEAD.replace("Content-Type", "Expect: 100-continue\r\nContent-Type").encode()

    with ExitStack() as stack:
        held = [connected(client, asking, stack) for _ in range(3)]
        told = [one.recv(1000) for one in held]
        others = [connected(client, b"", stack) for _ in range(5)]
        others[-1].sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        refused = others[-1].recv(1000)
        held[0].sendall(json.dumps({"prompt": "a"}).encode().ljust(50))
        answer = held[0].recv(1000)

    assert told == [b"HTTP/1.1 100 Continue\r\n\r\n"] * 3
    assert refused.startswith(b"HTTP/1.1 503")
    assert answer.startswith(b"HTTP/1.1 422")


@pytest.mark.parametrize("limits", [{"most_streams": 1}, {"streams_per_client": 1}])
def test_no_more_streams_than_allowed(serve, gate, limits):
    """Of all, or of one client: the next one is told to ask for the run itself."""
    client = serve(**limits)
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    with client.stream("GET", f"{run}/events") as stream:
        lines = stream.iter_lines()  # closed with its last reference, and the stream with it
        next(lines)
        refused = client.get(f"{run}/events")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")


def test_a_greedy_client_leaves_the_others_their_streams(serve, gate):
    """And its own come back when it closes one."""
    client = serve(streams_per_client=1)
    run = client.post("/v1/attributions", json=body(gate.reward())).headers["Location"]
    path, greedy, modest = f"{run}/events", {"X-Client-Id": "greedy"}, {"X-Client-Id": "modest"}
    with client.stream("GET", path, headers=greedy) as first, client.stream("GET", path, headers=modest) as second:
        lines = first.iter_lines(), second.iter_lines()
        [next(one) for one in lines]
        statuses = second.status_code, client.get(path, headers=greedy).status_code
    until(lambda: client.get("/v1/status").json()["streams"] == 0)
    gate.open()

    assert statuses == (200, 429)
    assert client.get(path, headers=greedy).status_code == 200
