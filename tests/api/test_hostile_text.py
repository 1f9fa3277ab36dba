"""B2 of the test plan: any text goes through tokens, credit, report, store and export, and comes out as it went in."""

import csv
import html
import io
import json
import math
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend.results.csv_table import safe
from tests.api.conftest import body

PIECES = [
    *("a", "240 mg", " ", "\n", "\r\n", "\t", "\x01", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"),
    *("👩‍👩‍👧", "🏳️‍🌈", "e\u0301", "\u0301" * 200, "ﷺ", "क्षि", "각", "数据", "שלום", "\ufeff", "\ufffd", "𝄞"),
    *("<b>", "&amp;", "&#13;", "'", '"', "'=", "-", "\r", "\\", "=1+1", "{{x}}", "${x}", "\u200d", "\U0010ffff"),
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


TABLE = re.compile(r'<td class="tx ws"><bdi>(.*?)</bdi></td>', re.DOTALL)


def explained(client, prompt, response):
    """Its result, and every export of it."""
    sent = body(prompt=prompt, response=response, options={"segmenter": "unicode", "budget": 40})
    run = client.post("/v1/attributions", json=sent, headers={"Prefer": "wait"}).json()
    assert run["state"] == "succeeded", run["problem"]
    exports = {
        form: client.get(f"/v1/results/{run['id']}/export", params={"format": form}) for form in ("json", "csv", "html")
    }
    assert [export.status_code for export in exports.values()] == [200] * 3
    return run["result"], exports


def of_cell(cell):
    """The text of a cell: without the apostrophe that keeps a spreadsheet from computing it."""
    return cell[1:] if re.match("'['\u00a0 ]*[=+\\-@\t\r\n＝＋－＠]", cell) else cell


def check_whole(result, exports, response):
    """Offsets cover the text, credits sum to what it gained, and JSON, CSV and HTML give it back."""
    rows = list(csv.DictReader(io.StringIO(exports["csv"].text, newline="")))
    gained = sum(token["credit"] for token in result["tokens"])
    assert "".join(response[token["start"] : token["end"]] for token in result["tokens"]) == response
    assert result["response"] == exports["json"].json()["response"] == response
    assert "".join(of_cell(row["text"]) for row in rows) == response
    assert "".join(html.unescape(text) for text in TABLE.findall(exports["html"].text)) == response
    assert math.isclose(gained, result["reward"] - result["baseline"], abs_tol=1e-6)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(prompt=texts, response=texts)
@example(prompt="a", response="数据 ")
def test_a_text_comes_out_as_it_went_in(standing, prompt, response):
    """Through tokens, credit, store and every export."""
    response = f"r {response}"

    result, exports = explained(standing, f"p{prompt}", response)

    check_whole(result, exports, response)


@given(st.lists(st.sampled_from(PIECES), max_size=4).map("".join))
@example("'=1+1")
@example("''@a")
def test_what_a_spreadsheet_would_compute_can_be_read_back(text):
    """From the cell that does not let it."""
    assert of_cell(safe(text)) == text


@pytest.mark.slow
def test_ten_thousand_marks_on_one_letter_come_out_as_they_went_in(standing):
    """In one token, since nobody can read half a letter."""
    response = "240 mg e" + "\u0301" * 10_000 + " now"

    result, exports = explained(standing, "p", response)

    assert max(len(token["text"]) for token in result["tokens"]) >= 10_001
    check_whole(result, exports, response)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "e" + "\u0301" * 999_999, " " * 1_000_000, "\U0010ffff" * 1_000_000])
@pytest.mark.parametrize("place", ["prompt", "response"])
def test_a_text_too_long_is_refused(standing, place, text):
    """A million characters: by its size or by its work, before a model reads it, in 200 ms of processor time."""
    sent = json.dumps(body(**{place: text}), ensure_ascii=False).encode()
    standing.get("/livez")

    started = time.process_time()
    answer = standing.post("/v1/attributions", content=sent, headers={"Content-Type": "application/json"})
    seconds = time.process_time() - started

    print(f"{answer.status_code} in {seconds * 1e3:.0f} ms")
    assert answer.status_code in (413, 422)
    assert seconds < 0.2


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "\u2066\u2069"])
def test_a_text_of_nothing_is_answered(standing, text):
    """Refused in words, or explained: never an error of the server."""
    answer = standing.post("/v1/attributions", json=body(response=text), headers={"Prefer": "wait"})

    assert answer.status_code in (200, 422)


NUMBERS = ["1e308", "-1e308", "-0.0", str(2**63), str(-(2**63) - 1), "1e999", "NaN", "-Infinity"]
PLACES = {
    "budget": '{"options": {"budget": %s}}',
    "seed": '{"options": {"seed": %s}}',
    "clip": '{"clip": {"bound": %s}}',
    "weight": '{"weight": %s}',
    "fact": '{"reward": {"kind": "rubric", "settings": {"facts": [{"name": "a", "any_of": ["a"], "weight": %s}]}}}',
    "penalty": '{"reward": {"kind": "rubric", "settings": {"facts": [{"name": "a", "any_of": ["a"]}], '
    '"forbidden": [{"name": "b", "any_of": ["240"], "penalty": %s}]}}}',
    "steps": '{"run": {"preset": "toy", "steps": %s}}',
    "rate": '{"run": {"preset": "toy", "learning_rate": %s}}',
    "watch": '{"run": {"preset": "toy", "watch": {"a": {"kind": "endpoint", "deadline_seconds": %s}}}}',
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_at_the_edge_is_refused(standing, place, number):
    """In a request, in settings and in a run: 4xx, but for the nothing of a weight; never an answer that is no JSON."""
    given = PLACES[place] % number
    sent = body(**json.loads(given, parse_constant=float)) if "run" not in given else json.loads(given)
    group = {name: value for name, value in sent.items() if name != "response"} | {"responses": ["240 mg", "a"]}
    route, plain = ("/v1/jobs", sent) if "run" in given else ("/v1/groups", group)
    content = json.dumps(plain).replace("Infinity", "1e999")

    answer = standing.post(route, content=content, headers={"Content-Type": "application/json", "Prefer": "wait"})

    assert answer.status_code == (200 if (place, number) == ("weight", "-0.0") else 422)
    assert json.loads(answer.text, parse_constant=pytest.fail)
