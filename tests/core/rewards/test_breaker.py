"""The breaker by its own clock, and before real servers that fail."""

import re
import socket
import threading

import pytest

from ospo_core.errors import RewardError
from ospo_core.rewards.breaker import MOST_FAILURES, Breaker, ScorerResting
from ospo_core.rewards.breaking_transport import BreakingTransport
from ospo_core.rewards.deadline import CalledOff, Deadline
from ospo_core.rewards.transport import NoAnswer
from tests.core.rewards.endpoint_scorers import MODEL, as_documented, serving
from tests.core.rewards.test_endpoint import endpoint, scores
from tests.core.rewards.test_endpoint_network import transport

SCORE = {"contract": "vllm-score", "model": MODEL}


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Failing:
    """A server's answer, which fails while it is told to."""

    def __init__(self, status=500):
        self.status = status

    def __call__(self, server, path, body):
        return (self.status, {}, b"{}") if self.status else as_documented(server, path, body)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(most_failures=3, pause_seconds=30.0, clock=clock)


def fail(times, ask, *arguments):
    for _ in range(times):
        with pytest.raises(NoAnswer):
            ask(*arguments)


def ask(url, breaker, called_off=None):
    deadline = Deadline(5.0, called_off or threading.Event())
    asked = BreakingTransport(url=url, transport=transport(url), breaker=breaker)
    return asked.ask("/score", {"model": MODEL, "text_1": ["a"], "text_2": ["b"]}, deadline)


def test_it_opens_after_so_many_failures_in_a_row_and_no_earlier(breaker):
    """An answer in between begins the count anew."""
    breaker.failed()
    breaker.failed()
    breaker.answered()
    breaker.failed()
    breaker.failed()
    breaker.check("there")
    breaker.failed()

    with pytest.raises(ScorerResting):
        breaker.check("there")


def test_whoever_is_refused_is_told_until_when(breaker, clock):
    """How often it failed, for how long it is left alone, and the time of day."""
    [breaker.failed() for _ in range(3)]
    clock.now += 10.0

    with pytest.raises(ScorerResting) as caught:
        breaker.check("http://scorer.test/v1")

    assert re.fullmatch(
        r"http://scorer.test/v1: it failed 3 times in a row and is not asked before \d\d:\d\d:\d\d UTC, in 20 s; "
        "see whether it is running, then try again",
        str(caught.value),
    )
    assert caught.value.retry_seconds == pytest.approx(20.0)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_server_that_fails_is_left_alone_by_every_reward(status):
    """Refused at once and without a request, also of a reward with other settings that asks the same address."""
    with serving(Failing(status)) as server:
        fail(MOST_FAILURES, scores, endpoint(server, **SCORE), ["a"])
        with pytest.raises(ScorerResting, match="failed 5 times in a row"):
            scores(endpoint(server, batch_size=1, **SCORE), ["a"])

    assert len(server.requests) == MOST_FAILURES


def test_a_server_that_is_not_there_is_left_alone(breaker):
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    fail(3, ask, url, breaker)

    with pytest.raises(ScorerResting):
        ask(url, breaker)


@pytest.mark.parametrize("status", [301, 400, 401, 404, 413, 422, 429])
def test_a_server_that_refuses_is_alive(status):
    """What is wrong may be the request; others are not to suffer for it."""
    with serving(Failing(status)) as server:
        reward = endpoint(server, **SCORE)
        for _ in range(2 * MOST_FAILURES):
            with pytest.raises(RewardError, match=f"status {status}"):
                scores(reward, ["a"])

    assert len(server.requests) == 2 * MOST_FAILURES


def test_after_the_pause_it_is_asked_again_and_an_answer_closes_it(breaker, clock):
    """From then on it takes as many failures as before."""
    failing = Failing()
    with serving(failing) as server:
        fail(3, ask, server.url, breaker)
        clock.now += 30.0
        failing.status = None
        answered = ask(server.url, breaker).document["model"]
        failing.status = 500
        fail(3, ask, server.url, breaker)

    assert answered == MODEL


def test_after_the_pause_one_failure_opens_it_again(breaker, clock):
    """For a whole pause."""
    with serving(Failing()) as server:
        fail(3, ask, server.url, breaker)
        clock.now += 30.0
        fail(1, ask, server.url, breaker)
        with pytest.raises(ScorerResting, match=r"failed 4 times in a row .* in 30 s"):
            ask(server.url, breaker)

    assert len(server.requests) == 4


def test_a_call_that_is_called_off_says_nothing_of_the_server(breaker):
    """It counts neither as failure nor as answer."""
    called_off = threading.Event()
    called_off.set()
    with serving(Failing()) as server:
        fail(2, ask, server.url, breaker)
        with pytest.raises(CalledOff):
            ask(server.url, breaker, called_off)
        fail(1, ask, server.url, breaker)
        with pytest.raises(ScorerResting):
            ask(server.url, breaker)


@pytest.mark.slow
def test_whoever_has_no_patience_does_not_close_a_server_to_others():
    """Deadlines that are too short for it open it for those alone who set them."""
    release = threading.Event()

    def slowly(server, path, body):
        release.wait(0.3)
        return as_documented(server, path, body)

    with serving(slowly) as server:
        fail(MOST_FAILURES, scores, endpoint(server, deadline_seconds=0.05, **SCORE), ["a"])
        with pytest.raises(ScorerResting):
            scores(endpoint(server, deadline_seconds=0.05, **SCORE), ["a"])
        found = scores(endpoint(server, **SCORE), ["a"])

    assert found.shape == (1,)
