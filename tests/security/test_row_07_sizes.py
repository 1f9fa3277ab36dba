"""Row 7: no number, text or list of a request takes memory or time before it is refused."""

import itertools
import json

import psutil
import pytest

from backend.app import create_app
from backend.settings import Settings
from tests.api.conftest import RUBRIC, body
from tests.faults.service_process import Process

SECONDS, GROWTH_BYTES = 0.1, 50_000_000
HUGE = 2**63 - 1
RESPONSE = {"prompt": "p", "response": "r", "reward": RUBRIC}
NUMBERS = [
    ("/v1/attributions", lambda number: {**RESPONSE, "options": {"budget": number}}),
    ("/v1/attributions", lambda number: {**RESPONSE, "options": {"width": number}}),
    ("/v1/groups", lambda number: {**RESPONSE, "options": {"budget": number}}),
    *(
        ("/v1/jobs", lambda number, name=name: {"run": {"preset": "toy", name: number}})
        for name in (
            "steps",
            "group_size",
            "prompts_per_step",
            "max_new_tokens",
            "evaluations",
            "samples",
            "save_every",
        )
    ),
    ("/v1/jobs", lambda number: {"run": {"preset": "toy", "lora": {"rank": number, "alpha": 1}}}),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A real process with the default settings, of which memory and processor time are read."""
    process = Process(tmp_path_factory.mktemp("sizes"))
    process.client.post("/v1/attributions/preview", json=body())
    process.client.post("/v1/jobs/preview", json={"run": {"preset": "toy"}})
    yield process
    process.end()


def asked(service, path, **sent):
    """Status, seconds of processor time of the service, and bytes by which it grew."""
    process = psutil.Process(service.process.pid)
    before, memory = process.cpu_times(), process.memory_info().rss
    status = service.client.post(path, **sent).status_code
    after = process.cpu_times()
    return status, after.user + after.system - before.user - before.system, process.memory_info().rss - memory


@pytest.mark.slow
@pytest.mark.parametrize(("path", "given"), NUMBERS)
def test_the_largest_number_is_refused_at_once(service, path, given):
    """4xx in less than 100 ms of processor time, and less than 50 MB of growth."""
    status, seconds, grown = asked(service, path, json=given(HUGE))

    assert status == 422
    assert seconds < SECONDS
    assert grown < GROWTH_BYTES


TEXT = "a " * 990_000
MANY_SETTINGS = {"kind": "rubric", "settings": dict.fromkeys(map(str, range(100_000)), 1)}
LARGE = {
    "a response of 2 MB": ("/v1/attributions", {**RESPONSE, "response": TEXT}),
    "a prompt of 2 MB": ("/v1/attributions", {**RESPONSE, "prompt": TEXT}),
    "100,000 responses": ("/v1/groups", {"prompt": "p", "responses": ["r"] * 100_000, "reward": RUBRIC}),
    "100,000 tags": ("/v1/attributions", {**RESPONSE, "tags": ["t"] * 100_000}),
    "100,000 fields": ("/v1/attributions", {**RESPONSE, **{f"f{number}": 1 for number in range(100_000)}}),
    "100,000 settings": ("/v1/attributions", {**RESPONSE, "reward": MANY_SETTINGS}),
    "rows of one long line": ("/v1/jobs", {"run": {"preset": "toy"}, "rows": TEXT}),
    "a million empty rows": ("/v1/jobs", {"run": {"preset": "toy"}, "rows": "\n" * 990_000}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("path", "given"), LARGE.values(), ids=LARGE)
def test_the_largest_text_or_list_is_refused(service, path, given):
    """What fits the largest body: 4xx, less than a second of processor time, and less than 50 MB of growth."""
    content = json.dumps(given).encode()
    assert len(content) <= 2_000_000

    status, seconds, grown = asked(service, path, content=content, headers={"Content-Type": "application/json"})

    assert status in (413, 422)
    assert seconds < 1.0
    assert grown < GROWTH_BYTES


@pytest.mark.slow
def test_a_body_without_end_is_counted_while_it_comes(service):
    """No length announces it; 413 at the first byte too many."""
    endless = (b" " * 65536 for _ in itertools.count())
    headers = {"Content-Type": "application/json"}

    status, seconds, grown = asked(service, "/v1/groups", content=itertools.islice(endless, 200), headers=headers)

    assert status == 413
    assert seconds < SECONDS
    assert grown < GROWTH_BYTES


def open_numbers(schema, path=()):
    """Where a number of the contract's requests has no upper bound."""
    if isinstance(schema, list):
        return [one for number, part in enumerate(schema) for one in open_numbers(part, (*path, str(number)))]
    if not isinstance(schema, dict):
        return []
    unbounded = schema.get("type") == "integer" and not schema.keys() & {"maximum", "exclusiveMaximum"}
    inner = [one for name, part in schema.items() for one in open_numbers(part, (*path, name))]
    return [".".join(path), *inner] if unbounded else inner


REQUESTS = ("Body", "Request", "Choice", "Options")


def test_every_number_of_a_request_has_a_bound():
    """In the contract itself, so that whoever adds a field is told."""
    contract = create_app(Settings()).openapi()
    bodies = {name: part for name, part in contract["components"]["schemas"].items() if name.endswith(REQUESTS)}
    methods = [method for route in contract["paths"].values() for method in route.values()]
    parameters = [part for method in methods for part in method.get("parameters", [])]

    assert len(bodies) > 5
    assert open_numbers(bodies) + open_numbers(parameters) == []
