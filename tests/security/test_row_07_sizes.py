"""Row 7: no number, text or list of a request takes memory or time before it is refused."""

import itertools
import json
import statistics
import time
from dataclasses import dataclass

import psutil
import pytest

from tests.api.conftest import RUBRIC, body
from tests.faults.service_process import Process
from tests.security.numbers_of_requests import allowed, huge, numbers, request
from tests.security.peak import Peak

SECONDS, GROWTH_BYTES = 0.1, 50_000_000
RESPONSE = {"prompt": "p", "response": "r", "reward": RUBRIC}
JSON = {"Content-Type": "application/json"}
NUMBERS = numbers()
TOGETHER = {
    f"{method} {route} {kind}".strip(): list(some)
    for (method, route, kind), some in itertools.groupby(NUMBERS, lambda one: (one.method, one.route, one.kind))
}
"""The numbers of one request, by its name."""
OF_THE_SERVICE = {
    name: some for name, some in TOGETHER.items() if some[0].part == "body" and not some[0].kind and "/jobs" not in name
}
"""What the service itself would work on: a run of a trainer may be as long as its settings allow."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer; seconds of the service's processor time and of a clock; bytes by which the service's peak grew."""

    status: int
    text: str
    processor: float
    wall: float
    grown: int

    def require_refused_at_once(self):
        """4xx, within the figures of the row."""
        assert self.status in (413, 422), self.text
        assert self.processor < SECONDS
        assert self.grown < GROWTH_BYTES


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """A function from a request to its answer, by a real process with the default settings that has answered before."""
    process = Process(tmp_path_factory.mktemp("sizes"))
    process.client.post("/v1/attributions/preview", json=body())
    process.client.post("/v1/jobs/preview", json={"run": {"preset": "toy"}})
    service = psutil.Process(process.process.pid)

    def ask(**sent):
        asked = process.client.build_request(**sent)
        peak, before, started = Peak(service.pid), service.cpu_times(), time.monotonic()
        answer = process.client.send(asked)
        wall, after = time.monotonic() - started, service.cpu_times()
        spent = after.user + after.system - before.user - before.system
        return Answered(status=answer.status_code, text=answer.text, processor=spent, wall=wall, grown=peak.grown)

    yield ask
    process.end()


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS, ids=str)
def test_the_largest_number_is_refused_at_once(ask, number):
    """For what it is, in less than 100 ms of processor time, and at its peak with less than 50 MB more."""
    answered = ask(**request([number], huge))

    answered.require_refused_at_once()
    assert number.path[-1] in answered.text
    assert "less than" in answered.text


@pytest.mark.slow
@pytest.mark.parametrize("together", TOGETHER.values(), ids=TOGETHER)
def test_the_largest_numbers_at_once_are_refused_at_once(ask, together):
    """Every number of a request as large as can be."""
    ask(**request(together, huge)).require_refused_at_once()


@pytest.mark.slow
@pytest.mark.parametrize("together", OF_THE_SERVICE.values(), ids=OF_THE_SERVICE)
def test_the_largest_allowed_numbers_at_once_are_refused_at_once(ask, together):
    """Each is within the contract; what they come to is more than the service works on."""
    ask(**request(together, allowed)).require_refused_at_once()


TEXT = "a " * 990_000
OWN_ROWS = {"preset": "toy", "reward": {"kind": "rubric", **RUBRIC["settings"]}}


def fields(many):
    """So many of names that nothing has."""
    return {f"f{number}": 1 for number in range(many)}


def rubric(facts):
    """An attribution with these facts."""
    return {**RESPONSE, "reward": {"kind": "rubric", "settings": {"facts": facts}}}


LARGE = {
    "a response of 2 MB": ("/v1/attributions", {**RESPONSE, "response": TEXT}),
    "a prompt of 2 MB": ("/v1/attributions", {**RESPONSE, "prompt": TEXT}),
    "100,000 responses": ("/v1/groups", {"prompt": "p", "responses": ["r"] * 100_000, "reward": RUBRIC}),
    "100,000 tags": ("/v1/attributions", {**RESPONSE, "tags": ["t"] * 100_000}),
    "100,000 fields": ("/v1/attributions", {**RESPONSE, **fields(100_000)}),
    "4,900 fields": ("/v1/attributions", {**RESPONSE, **fields(4_900)}),
    "100,000 settings": ("/v1/attributions", {**RESPONSE, "reward": {"kind": "rubric", "settings": fields(100_000)}}),
    "600,000 numbers for facts": ("/v1/attributions", rubric([1] * 600_000)),
    "4,900 numbers for facts": ("/v1/attributions", rubric([1] * 4_900)),
    "30,000 facts": ("/v1/attributions", rubric([{"name": str(one), "pattern": "a"} for one in range(30_000)])),
    "4,900 fields of a fact": ("/v1/attributions", rubric([fields(4_900)])),
    "400,000 empty lists": ("/v1/attributions", {**RESPONSE, "tags": [[]] * 400_000}),
    "400,000 lists in 10,000": ("/v1/attributions", {**RESPONSE, "tags": [json.loads("[" * 40 + "]" * 40)] * 10_000}),
    "600,000 steps": ("/v1/jobs", {"run": {"preset": "toy", "steps": [1] * 600_000}}),
    "4,900 watched rewards": ("/v1/jobs", {"run": {"preset": "toy", "watch": fields(4_900)}}),
    "rows of one long line": ("/v1/jobs", {"run": OWN_ROWS, "rows": TEXT}),
    "600,000 wrong rows": ("/v1/jobs", {"run": OWN_ROWS, "rows": "1\n" * 600_000}),
    "a million empty rows": ("/v1/jobs", {"run": OWN_ROWS, "rows": "\n" * 980_000}),
}
LARGE_BODIES = {
    name: {"method": "POST", "url": path, "content": json.dumps(given).encode(), "headers": JSON}
    for name, (path, given) in LARGE.items()
}


@pytest.mark.slow
@pytest.mark.parametrize("sent", LARGE_BODIES.values(), ids=LARGE_BODIES)
def test_the_largest_text_or_list_is_refused_at_once(ask, sent):
    """What fits the largest body."""
    assert len(sent["content"]) <= 2_000_000

    ask(**sent).require_refused_at_once()


@pytest.mark.slow
def test_a_body_without_end_is_counted_while_it_comes(ask):
    """No length announces it; 413 at the first byte too many."""
    endless = (b" " * 65536 for _ in itertools.count())

    answered = ask(method="POST", url="/v1/groups", content=itertools.islice(endless, 200), headers=JSON)

    answered.require_refused_at_once()
    assert answered.status == 413


@pytest.mark.slow
def test_half_of_all_are_refused_in_100_ms_of_wall_time(ask):
    """Each asked once. Not all of them: others may have the processor just then."""
    seconds = [ask(**sent).wall for sent in (*(request([one], huge) for one in NUMBERS), *LARGE_BODIES.values())]

    assert statistics.median(seconds) < SECONDS


def test_every_number_of_a_request_has_a_bound():
    """In the contract itself, so that whoever adds a field is told."""
    unbounded = [str(one) for one in NUMBERS if not one.schema.keys() & {"maximum", "exclusiveMaximum"}]

    assert len(NUMBERS) > 100
    assert unbounded == []
