"""B2 of the test plan: any text goes through tokens, credit, report, store and export, and comes out as it went in."""

import csv
import io
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import body

PIECES = [
    *("a", "240 mg", " ", "\n", "\r\n", "\t", "\x01", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"),
    *("👩‍👩‍👧", "🏳️‍🌈", "e\u0301", "\u0301" * 200, "ﷺ", "क्षि", "각", "数据", "שלום", "\ufeff", "\ufffd", "𝄞"),
    *("<b>", "&amp;", "'", '"', "\\", "=1+1", "{{x}}", "${x}", "\u200d", "\U0010ffff"),
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(prompt=texts, response=texts)
def test_a_text_comes_out_as_it_went_in(standing, prompt, response):
    """Offsets cover it, credits sum to what the response gained, and every export holds it."""
    sent = body(prompt=f"p{prompt}", response=f"r {response}", options={"segmenter": "unicode", "budget": 40})

    run = standing.post("/v1/attributions", json=sent, headers={"Prefer": "wait"}).json()
    exports = {
        form: standing.get(f"/v1/results/{run['id']}/export", params={"format": form})
        for form in ("json", "csv", "html")
    }

    result = run["result"]
    pieces = [sent["response"][token["start"] : token["end"]] for token in result["tokens"]]
    gained = sum(token["credit"] for token in result["tokens"])
    assert run["state"] == "succeeded"
    assert "".join(pieces) == result["response"] == sent["response"]
    assert math.isclose(gained, result["reward"] - result["baseline"], abs_tol=1e-6)
    assert exports["json"].json()["response"] == sent["response"]
    assert len(list(csv.reader(io.StringIO(exports["csv"].text, newline="")))) > len(pieces)
    assert [export.status_code for export in exports.values()] == [200] * 3


@pytest.mark.parametrize("text", ["a" * 1_000_000, "e" + "\u0301" * 900_000, " " * 1_000_000, "\U0010ffff" * 400_000])
def test_a_text_too_long_is_refused(standing, text):
    """A million characters: by its size or by its work, before a model reads it."""
    assert standing.post("/v1/attributions", json=body(response=text)).status_code in (413, 422)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "\u2066\u2069"])
def test_a_text_of_nothing_is_answered(standing, text):
    """Refused in words, or explained: never an error of the server."""
    answer = standing.post("/v1/attributions", json=body(response=text), headers={"Prefer": "wait"})

    assert answer.status_code in (200, 422)
