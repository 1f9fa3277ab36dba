"""Row 6: no answer of a scorer takes the memory or the time of the service."""

import gzip
import threading
import time
import zlib

import pytest

from ospo_core.errors import RewardError
from ospo_core.rewards.deadline import Deadline
from tests.core.rewards.endpoint_scorers import raw_server, serving
from tests.core.rewards.test_endpoint_network import forever, transport
from tests.security.peak import Peak

GROWTH_BYTES = 50_000_000
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress}


def test_the_measure_sees_a_bomb_that_goes_off():
    """Else the tests below would say nothing: all is given back by the time that anybody looks."""
    bomb = gzip.compress(b" " * 200_000_000)
    peak = Peak()

    gzip.decompress(bomb)

    assert peak.grown > 190_000_000


def ask(asked, seconds):
    return asked.ask("/score", {"text": "x"}, Deadline(seconds, threading.Event()))


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_bomb_does_not_make_the_process_grow(encoding):
    """200 MB in 200 kB, a thousand to one: refused at the limit, the process grows by less than 50 MB on its way."""
    bomb = PACKERS[encoding](b" " * 200_000_000)
    with serving(lambda *_: (200, {"Content-Encoding": encoding}, bomb)) as scorer:
        peak = Peak()
        with pytest.raises(RewardError, match="larger than 2,000,000 bytes"):
            ask(transport(scorer.url), 20.0)

    assert len(bomb) < 200_000_000 / 900
    assert peak.grown < GROWTH_BYTES


def test_a_bomb_in_pieces_is_no_better():
    """Chunked, so that no length announces it."""
    packed = gzip.compress(b" " * 200_000_000)
    pieces = [packed[start : start + 1000] for start in range(0, len(packed), 1000)]

    def talk(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n")
        for piece in pieces:
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    with raw_server(talk) as url:
        peak = Peak()
        with pytest.raises(RewardError, match="larger than 2,000,000 bytes"):
            ask(transport(url), 20.0)

    assert peak.grown < GROWTH_BYTES


def slow_head(connection):
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)


def endless_interim(connection):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    "talk", [forever(b" ", 0.05), slow_head, endless_interim, lambda connection: time.sleep(3)],
    ids=["body", "head", "interim answers", "silence"],
)  # fmt: skip
def test_a_server_that_never_finishes_is_left_at_the_deadline(talk):
    """Bytes that trickle in do not move the deadline, in the head or in the body."""
    started = time.monotonic()

    with raw_server(talk) as url:
        with pytest.raises(RewardError, match=r"no complete answer within 0.4 s; raise deadline_seconds"):
            ask(transport(url), 0.4)
        taken = time.monotonic() - started

    assert taken < 1.4


@pytest.mark.parametrize(
    "content",
    [b"[" * 1_000_000, b'{"scores": [' + b"9" * 1_000_000 + b"]}", b'{"a":' * 300_000],
    ids=["deep list", "digits", "deep object"],
)
def test_json_that_means_harm_is_one_error(content):
    """Nested or numbered beyond what a parser takes."""
    with serving(lambda *_: (200, {}, content)) as scorer, pytest.raises(RewardError, match="not JSON"):
        ask(transport(scorer.url), 20.0)
