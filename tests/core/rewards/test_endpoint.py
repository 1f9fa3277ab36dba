"""The reward against real servers that speak the documented contracts."""

import json
import logging
import re
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from ospo_core.errors import RewardError, SettingsError
from ospo_core.models.metering import metering
from ospo_core.models.sign_of_life import heard_by
from ospo_core.rewards.checked import checked_scores
from ospo_core.rewards.registry import build_reward
from tests.core.rewards.endpoint_scorers import MODEL, REVISION, as_documented, embedding, serving, share_of_e

PROMPT = "Tell me. "
TEXTS = ["eel", "a b", "", "keep these {prompt} braces", "eel", "🙂 crème", "trees"]


@pytest.fixture
def scorer():
    with serving() as server:
        yield server


def endpoint(server, **settings):
    return build_reward("endpoint", {"url": server.url, "allow_private": True, "retries": 0, **settings})


def scores(reward, texts=TEXTS, prompt=PROMPT):
    return checked_scores(reward, [prompt] * len(texts), texts)


def cosine(first, second):
    return np.dot(first, second) / np.linalg.norm(first) / np.linalg.norm(second)


BOTH = [share_of_e(f"{PROMPT}\n\n{text}") for text in TEXTS]
JOINED = [share_of_e(PROMPT + (text or " ")) for text in TEXTS]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"contract": "vllm-classify", "model": MODEL, "class_index": 1}, BOTH),
        ({"contract": "vllm-classify", "model": MODEL, "class_index": 0}, [1 - share for share in BOTH]),
        ({"contract": "vllm-score", "model": MODEL}, JOINED),
        ({"contract": "vllm-pooling", "model": MODEL}, BOTH),
        ({"contract": "vllm-pooling", "model": MODEL, "last_token": True}, BOTH),
        ({"contract": "tei-predict", "label": "good"}, JOINED),
        ({"contract": "tei-predict", "label": "bad", "template": "{prompt}\n\n{response}"}, [1 - s for s in BOTH]),
        (
            {"contract": "tei-embed", "reference": "eels"},
            [cosine(embedding("eels"), embedding(text)) for text in TEXTS],
        ),
    ],
)
@pytest.mark.parametrize("batch_size", [2, 32])
def test_every_contract_scores_every_pair_in_order(scorer, settings, expected, batch_size):
    """Whatever the server's form and the order of its rows, each response gets its own number, in any batches."""
    reward = endpoint(scorer, batch_size=batch_size, **settings)

    found = scores(reward)

    np.testing.assert_allclose(found, expected, atol=1e-12, rtol=0)


def test_the_plain_form_is_two_lists_and_a_list_of_scores(scorer):
    """A server of one's own gets prompts and responses as they are, at the very URL."""
    reward = build_reward("endpoint", {"url": f"{scorer.url}/plain", "contract": "json", "allow_private": True})

    found = reward.score(["a", "b"], ["eel", ""])

    assert found.tolist() == [share_of_e("aeel"), share_of_e("b")]
    assert scorer.requests[0][::2] == ("/plain", {"prompts": ["a", "b"], "responses": ["eel", ""]})


def test_requests_are_what_the_documentation_asks_for(scorer):
    """Bodies hold the documented fields and nothing else."""
    endpoint(scorer, contract="vllm-score", model=MODEL, activation=False).score(["p"], ["r"])
    endpoint(scorer, contract="vllm-classify", model=MODEL, class_index=0).score(["p"], ["r"])
    endpoint(scorer, contract="tei-predict", label="good", activation=False).score(["p"], ["r"])
    endpoint(scorer, contract="tei-embed", reference="x").score(["p"], [""])

    assert [(path, body) for path, _, body in scorer.requests] == [
        ("/score", {"model": MODEL, "text_1": ["p"], "text_2": ["r"], "use_activation": False}),
        ("/classify", {"model": MODEL, "input": ["p\n\nr"]}),
        ("/predict", {"inputs": [["p", "r"]], "raw_scores": True}),
        ("/embed", {"inputs": ["x", " "]}),
    ]


def test_each_distinct_pair_is_sent_once_in_batches_of_the_size_asked_for(scorer):
    """No batch is larger, nothing is paid twice."""
    reward = endpoint(scorer, contract="vllm-score", model=MODEL, batch_size=3)

    scores(reward, [f"text {number % 10}" for number in range(50)])

    assert sorted(len(body["text_2"]) for _, _, body in scorer.requests) == [1, 3, 3, 3]


def test_no_more_requests_at_a_time_than_asked_for():
    """The server never sees more than `concurrency` at once, and does see that many."""
    together = threading.Barrier(3)

    def slowly(server, path, body):
        together.wait(timeout=10)
        return as_documented(server, path, body)

    with serving(slowly) as server:
        scores(endpoint(server, contract="vllm-score", model=MODEL, batch_size=1, concurrency=3), list("abcdef"))

    assert server.busiest == 3


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(status):
    """The score is that of the attempt that succeeds."""

    def busy_twice(server, path, body):
        return as_documented(server, path, body) if len(server.requests) > 1 else (status, {}, b"busy")

    with serving(busy_twice) as server:
        found = scores(endpoint(server, contract="vllm-score", model=MODEL, retries=1), ["eel"])

    assert found.tolist() == [share_of_e(PROMPT + "eel")]
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 424, 500])
def test_other_failures_are_final(status):
    """What would fail again is asked once, and the status is said with what to do; the server's words are not."""
    with (
        serving(lambda server, path, body: (status, {}, b"SECRET " + json.dumps(body).encode())) as server,
        pytest.raises(RewardError, match=f"/score: status {status}; .*") as caught,
    ):
        scores(endpoint(server, contract="vllm-score", model=MODEL, retries=3), ["SECRET text"])

    assert len(server.requests) == 1
    assert "SECRET" not in str(caught.value)


def test_retries_end():
    """A server that stays busy is an error after the last attempt."""
    with (
        serving(lambda *_: (429, {}, b"")) as server,
        pytest.raises(RewardError, match="status 429; it stays overloaded; lower concurrency or raise retries"),
    ):
        scores(endpoint(server, contract="vllm-score", model=MODEL, retries=1), ["a"])

    assert len(server.requests) == 2


def test_a_wait_that_the_server_asks_for_counts_against_the_deadline():
    """Retry-After beyond the deadline ends the attempt at once."""
    started = time.monotonic()

    with (
        serving(lambda *_: (503, {"Retry-After": "3600"}, b"")) as server,
        pytest.raises(RewardError, match="no complete answer within 5 s"),
    ):
        scores(endpoint(server, contract="vllm-score", model=MODEL, retries=3, deadline_seconds=5), ["a"])

    assert len(server.requests) == 1
    assert time.monotonic() - started < 4


def answering(document):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return lambda *_: (200, {}, content)


def vllm_rows(*rows, model=MODEL):
    return {"model": model, "data": list(rows)}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<html>Sign in</html>", "the answer is not JSON"),
        (b"", "the answer is not JSON"),
        (b"\xff\xfe{}", "the answer is not JSON"),
        (b"[" * 100_000, "the answer is not JSON"),
        (b'{"data": ' + b"9" * 5000 + b"}", "the answer is not JSON"),
        ([], 'the answer lacks "model"'),
        ({"model": MODEL}, 'the answer lacks "data"'),
        (vllm_rows(model="other"), "of another model than the one that was asked for"),
        ({"model": MODEL, "data": {}}, "no list where the scores should be"),
        (vllm_rows({"index": 0, "score": 1}), "1 entries for 2 inputs"),
        (vllm_rows({"index": 0, "score": 1}, {"index": 0, "score": 1}), "indexes are not 0 to 1, each once"),
        (vllm_rows({"index": 0, "score": 1}, {"index": 2, "score": 1}), "indexes are not 0 to 1, each once"),
        (vllm_rows({"index": 0, "score": 1}, {"index": True, "score": 1}), "indexes are not 0 to 1, each once"),
        (vllm_rows({"index": 0, "score": 1}, {"index": -1, "score": 1}), "indexes are not 0 to 1, each once"),
        (vllm_rows({"index": 0, "score": 1}, {"score": 1}), 'the answer lacks "index"'),
        (vllm_rows({"index": 0, "score": 1}, {"index": 1}), 'the answer lacks "score"'),
    ],
)
def test_an_answer_of_another_form_is_one_clear_error(document, said):
    """Nothing of an answer is guessed at or left out silently."""
    with serving(answering(document)) as server, pytest.raises(RewardError, match=said) as caught:
        scores(endpoint(server, contract="vllm-score", model=MODEL), ["SECRET a", "SECRET b"])

    assert str(caught.value).startswith(f"{server.url}/score: ")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("NaN", "not finite"), ("Infinity", "not finite"), ("-1e999", "not finite"), ("9" * 400, "not finite"),
        ("null", "something else where a number"), ('"0.5"', "something else"), ("true", "something else"),
    ],
)  # fmt: skip
def test_a_score_that_is_no_finite_number_names_its_response(value, said):
    """The response is named by its place in the call, through batches and repeated texts."""

    def one_bad(server, path, body):
        written = [value if text == "SECRET bad" else "0.5" for text in body["responses"]]
        return 200, {}, ('{"scores": [' + ", ".join(written) + "]}").encode()

    with serving(one_bad) as server, pytest.raises(RewardError, match=said) as caught:
        scores(endpoint(server, contract="json", batch_size=2), ["a", "a", "b", "c", "SECRET bad", "d"])

    assert caught.value.index == 4
    assert caught.value.text == "SECRET bad"
    assert "response 4 (10 characters)" in str(caught.value)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "document", "said"),
    [
        ({"contract": "tei-embed", "reference": "x"}, [[1.0], [0.0]], "a vector without a direction"),
        ({"contract": "tei-embed", "reference": "x"}, [[1.0], [1.0, 2.0]], "vectors of different lengths"),
        ({"contract": "tei-embed", "reference": "x"}, [[1.0], [None]], "something else where a number"),
        ({"contract": "tei-embed", "reference": "x"}, [[1.0], 5], "no vector for an input"),
        ({"contract": "tei-embed", "reference": "x"}, [[1.0]], "1 entries for 2 inputs"),
        ({"contract": "tei-predict", "label": "fine"}, [[{"label": "good", "score": 1}]], "0 of 1 labels that fit"),
        ({"contract": "tei-predict"}, [[{"label": "a", "score": 1}, {"label": "b", "score": 0}]], "2 of 2 labels"),
        ({"contract": "tei-predict"}, [5], "no list of labels"),
        ({"contract": "vllm-classify", "model": MODEL}, vllm_rows({"index": 0, "probs": [0.1, 0.9]}), "by class_index"),
        (
            {"contract": "vllm-classify", "model": MODEL, "class_index": 2},
            vllm_rows({"index": 0, "probs": [0.1, 0.9]}),
            "2 classes, so none of class_index 2; they count from 0",
        ),
        ({"contract": "vllm-classify", "model": MODEL}, vllm_rows({"index": 0, "probs": []}), "no list of numbers"),
        ({"contract": "vllm-pooling", "model": MODEL}, vllm_rows({"index": 0, "data": [[1.0]]}), "last_token: true"),
        ({"contract": "vllm-pooling", "model": MODEL}, vllm_rows({"index": 0, "data": "AAAA"}), "no list of numbers"),
    ],
)
def test_each_contract_checks_what_it_reads(settings, document, said):
    """Wrong shapes, missing labels and classes are said in terms of the settings."""
    with serving(answering(document)) as server, pytest.raises(RewardError, match=said):
        scores(endpoint(server, **settings), ["a"])


def test_the_first_failure_ends_the_waiting_of_the_others():
    """An error does not wait for slow batches, however far their deadline is."""
    release = threading.Event()

    def one_fails(server, path, body):
        good = body["text_2"] != ["bad"]
        release.wait(timeout=30 * good)
        return (200 if good else 400), {}, b"{}"

    started = time.monotonic()
    with serving(one_fails) as server:
        with pytest.raises(RewardError, match="status 400"):
            scores(endpoint(server, contract="vllm-score", model=MODEL, batch_size=1), ["slow", "slower", "bad"])
        taken = time.monotonic() - started
        release.set()

    assert taken < 5


def test_the_token_is_sent_and_never_shown(scorer, monkeypatch, caplog):
    """It goes to the server as bearer token; specification, repr, logs and errors have neither it nor the texts."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OSPO_ENDPOINT_TOKEN", "canary-7316")
    reward = endpoint(scorer, contract="vllm-score", model=MODEL, token_variable="OSPO_ENDPOINT_TOKEN")
    scores(reward)
    scorer.answer = lambda *_: (401, {}, b"canary-7316")

    with pytest.raises(RewardError) as caught:
        scores(reward)

    assert {headers["Authorization"] for _, headers, _ in scorer.requests} == {"Bearer canary-7316"}
    shown = [str(caught.value), repr(reward), repr(vars(reward)), json.dumps(reward.spec.as_json()), caplog.text]
    assert not [text for text in shown if "canary" in text or "keep these" in text]


def test_proxies_and_credentials_of_the_environment_are_not_used(scorer, monkeypatch):
    """A proxy variable would take texts elsewhere."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    found = scores(endpoint(scorer, contract="vllm-score", model=MODEL))

    np.testing.assert_allclose(found, JOINED, atol=1e-12, rtol=0)


def test_the_tokens_that_the_server_counts_are_metered(scorer):
    """A vLLM server says in its answer how many it processed, a TEI server in a header."""
    reward = endpoint(scorer, contract="vllm-score", model=MODEL, batch_size=2)

    with metering() as vllm:
        scores(reward, ["a", "b", "c"])
    scorer.answer = lambda *_: (200, {"x-compute-tokens": "11"}, b'[[{"label": "good", "score": 1}]]')
    with metering() as tei:
        scores(endpoint(scorer, contract="tei-predict"), ["a"])

    assert (vllm.forward_tokens, tei.forward_tokens) == (9, 11)


def test_every_answer_is_a_sign_of_life(scorer):
    """A call of many batches takes long and does not hang."""
    signs = []

    with heard_by(lambda: signs.append(1)):
        scores(endpoint(scorer, contract="vllm-score", model=MODEL, batch_size=1), ["a", "b", "c"])

    assert len(signs) == 3


def test_a_tei_server_is_asked_once_what_it_serves(scorer):
    """Model and revision in the specification are those that the server says it has."""
    reward = endpoint(scorer, contract="tei-predict", label="good", model=MODEL, revision=REVISION)

    scores(reward)
    scores(reward)

    assert [path for path, _, _ in scorer.requests] == ["/info", "/predict", "/predict"]


@pytest.mark.parametrize(("setting", "name"), [({"model": "other"}, "model_id"), ({"revision": "0"}, "model_sha")])
def test_a_tei_server_of_another_model_is_not_asked(scorer, setting, name):
    """No text is sent to a model that was not meant."""
    with pytest.raises(RewardError, match=f"the server's {name} is not the one in the settings"):
        scores(endpoint(scorer, contract="tei-predict", **setting))

    assert [path for path, _, _ in scorer.requests] == ["/info"]


def test_the_specification_says_all_that_decides_the_number(scorer):
    """Address, contract, model, revision, the template in use, and what stands for an empty text; and it has a hash."""
    reward = endpoint(scorer, contract="vllm-classify", model=MODEL, revision="r1", class_index=1)

    printed = reward.spec.as_json()

    assert printed["kind"] == "endpoint"
    assert printed["settings"] | {
        "url": scorer.url, "contract": "vllm-classify", "model": MODEL, "revision": "r1", "class_index": 1,
        "template": "{prompt}\n\n{response}", "empty_text": " ",
    } == printed["settings"]  # fmt: skip
    assert re.fullmatch("[0-9a-f]{64}", printed["sha256"])


GOOD = {"url": "https://scorer.example", "contract": "json"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "url is required"),
        ({"url": "https://user:SECRET@scorer.example"}, "without user, password, query or fragment"),
        ({"url": "https://scorer.example?key=SECRET"}, "without user, password, query or fragment"),
        ({"url": "https://scorer.example/a\r\nHost: SECRET"}, "in plain letters"),
        ({"url": "file:///etc/SECRET"}, r"must be http\(s\)://"),
        ({"url": "https://①②⑦.⓪.⓪.①"}, "in plain letters"),
        ({"url": "https://scorer.example:99999"}, "has no host, or a port that is none"),
        ({"url": "https://[::1"}, "has no host, or a port that is none"),
        ({"contract": "openai"}, "expected 'vllm-classify', 'vllm-score'"),
        ({"contract": "vllm-score"}, "model is required by contract vllm-score"),
        ({"contract": "tei-embed"}, "reference is required by contract tei-embed"),
        ({"contract": "tei-embed", "reference": "x", "batch_size": 1}, "batch_size must be 2 or more"),
        ({"label": "good", "class_index": 0}, "contract json has no use for class_index, label; leave it out"),
        ({"activation": False}, "contract json has no use for activation"),
        ({"contract": "tei-predict", "template": "{prompt}"}, "must contain {response}"),
        ({"token_variable": "AWS_SECRET_ACCESS_KEY"}, "token_variable: string should match pattern"),
        ({"token_variable": "OSPO_ENDPOINT_UNSET"}, "variable OSPO_ENDPOINT_UNSET is not set"),
        ({"deadline_seconds": float("inf")}, "deadline_seconds: "),
        ({"concurrency": 0}, "concurrency: "),
    ],
)
def test_wrong_settings_are_one_line(settings, said):
    """What is wrong is named before anything is sent, and secrets in a URL are not repeated."""
    with pytest.raises(SettingsError, match=said) as caught:
        build_reward("endpoint", (GOOD | settings) if settings else {"contract": "json"})

    assert "SECRET@" not in str(caught.value)
    assert "key=SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_listing_the_kinds_imports_neither_torch_nor_a_http_library():
    """Whoever does not use it does not pay for it, and need not have it installed."""
    code = (
        "import sys; from ospo_core.rewards.registry import reward_kinds; assert 'endpoint' in reward_kinds(); "
        "print(sorted({'torch', 'httpcore', 'httpx'} & set(sys.modules)))"
    )

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed == "[]\n"
