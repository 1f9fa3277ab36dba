"""Explore: the landing page without anybody, the form, and a result in each of its states."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from frontend.bundled_cases import bundled_case
from frontend.session import Key
from tests.api.conftest import RUBRIC, body
from tests.screen.page_app import HOSTILE, button, drawn, finished, labels, markup, reach, until

ROUTER = Path(__file__).resolve().parents[2] / "frontend" / "streamlit_app.py"
LONG = "One two three four five six seven eight nine ten. " * 6
FACTS = "- name: dose\n  any_of: [240 mg]\n"


@pytest.fixture
def explore(monkeypatch):
    """A function from a client of a service (None: nobody answers) and an address to the whole app, run once."""

    def opened(api=None, **place: str) -> AppTest:
        at = AppTest.from_file(str(ROUTER), default_timeout=30)
        reach(monkeypatch, api)
        monkeypatch.delenv("OSPO_TOKEN", raising=False)
        at.query_params.update(place)
        return at.run()

    return opened


def write(at: AppTest, response: str, *, prompt: str = "How much?", reward: str = "rubric", **settings: str) -> AppTest:
    """Fill the form as a reader does."""
    at.text_area(Key.PROMPT).input(prompt)
    at.text_area(Key.RESPONSE).input(response)
    at.selectbox(Key.REWARD).select(reward).run()
    for name, value in settings.items():
        at.text_area(f"{Key.SETTING}_{reward}_{name}").input(value)
    return at.run()


def address(at: AppTest) -> dict[str, str]:
    """What stands after the question mark; AppTest gives one value as a list or alone."""
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def result_of(at: AppTest) -> str:
    """The id that the address names."""
    return address(at)["result"]


def settle(at: AppTest, api) -> AppTest:
    """Look again when the run is over."""
    path = f"/v1/attributions/{result_of(at)}"
    until(lambda: api.get(path).json()["state"] not in ("queued", "running", "cancelling"))
    time.sleep(0.5)  # an answer counts as fresh for so long
    return at.run()


@pytest.mark.parametrize("case", ["error", "phrase"])
def test_a_case_is_shown_without_any_service(explore, case):
    """Its finished view, its prompt, and no trace of an error; the banner says what waits."""
    at = explore(**({} if case == "error" else {"case": case}))

    assert not at.exception
    assert drawn(at, "explained")["view"]["sentence"] == bundled_case(case).view["sentence"]
    assert "The service is not answering" in markup(at)
    assert button(at, "Run").disabled
    assert "Run waits for the service." in markup(at)


def test_the_case_is_in_the_address(explore):
    """Chosen by the reader it gets there; the landing page's own address stays empty."""
    at = explore()

    at.button_group(Key.CASE).set_value("phrase").run()
    assert address(at) == {"case": "phrase"}
    at.button_group(Key.CASE).set_value("error").run()

    assert address(at) == {}


@pytest.mark.slow
def test_the_form_begins_with_the_cases_question(explore, library):
    """And its reward, with the response left to the reader; without touching it the next case replaces it."""
    at = explore(library.api)
    first = at.text_area(Key.PROMPT).value

    at.button_group(Key.CASE).set_value("phrase").run()

    assert first == bundled_case("error").request["prompt"]
    assert at.text_area(Key.PROMPT).value == bundled_case("phrase").request["prompt"]
    assert at.text_area(Key.RESPONSE).value == ""
    assert at.selectbox(Key.REWARD).value == bundled_case("phrase").request["reward"]["kind"]


@pytest.mark.slow
def test_what_was_typed_stays(explore, library):
    """Cases come and go below it."""
    at = write(explore(library.api, case="text"), "My own text.")

    at.button_group(Key.CASE).set_value("phrase").run()

    assert at.text_area(Key.RESPONSE).value == "My own text."


def test_your_text_invites(explore, library):
    """The empty state: one sentence and the form."""
    at = explore(library.api, case="text")

    assert not at.exception
    assert "Paste a response and see what each of its tokens earned." in markup(at)
    assert "Paste a response to explain." in markup(at)
    assert at.text_area(Key.PROMPT).value == ""


@pytest.mark.slow
def test_every_kind_of_reward_has_its_fields(explore, library):
    """Each can be chosen, shows what it needs first, and nothing breaks."""
    at = explore(library.api, case="text")
    kinds = at.selectbox(Key.REWARD).options

    for kind in kinds:
        at.selectbox(Key.REWARD).select(kind).run()
        assert not at.exception, kind

    at.selectbox(Key.REWARD).select("retrieval").run()
    assert {"rubric", "similarity", "retrieval", "endpoint"} <= set(kinds)
    assert at.selectbox(f"{Key.SETTING}_retrieval_metric").options == ["ndcg", "mrr", "recall"]
    assert at.number_input(f"{Key.SETTING}_retrieval_k").value == 10
    assert at.text_area(f"{Key.SETTING}_retrieval_targets").label == "Targets, one a line"


def test_the_price_is_told_before_anything_runs(explore, library):
    """Tokens, evaluations and that they are exact, from the service; nothing is stored."""
    before = len(library.api.get("/v1/results").json()["items"])

    at = write(explore(library.api, case="text"), "Give her 24 mg then.", facts=FACTS)

    assert "tokens, " in markup(at)
    assert "evaluations: exact" in markup(at)
    assert len(library.api.get("/v1/results").json()["items"]) == before


@pytest.mark.slow
def test_a_response_is_explained(explore, serve):
    """Run, and its id stands in the address; when it is over its credit is drawn and checked by deletion."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg now.", facts=FACTS)

    button(at, "Run").click().run()
    at = settle(at, api)

    assert not at.exception
    assert set(address(at)) == {"result"}
    shown = drawn(at, "explained")
    assert "".join(shown["view"]["tokens"]["text"]) == "Give her 240 mg now."
    assert shown["checks"]["rows"][0][2:] == ["−1.00", "0.00"]
    assert "Finished in" in markup(at)


@pytest.mark.slow
def test_pressed_twice_it_is_one_run(explore, serve):
    """The second click finds the first one's run."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg now.", facts=FACTS)

    button(at, "Run").click().run()
    button(at, "Run").click().run()

    assert len(api.get("/v1/results").json()["items"]) == 1


def test_another_pin_is_measured(explore, library):
    """What the component reports comes back with the change of the reward for that token's word."""
    at = explore(library.api, result=library.explanation["id"])
    first = drawn(at, "explained")

    key = f"{Key.CREDIT}_{library.explanation['id']}"
    at.session_state[key] = {"pin": {"at": 0, "text": first["text"]}}
    at.run()

    checks = drawn(at, "explained")["checks"]
    assert checks["token"] == 0
    assert checks["rows"][0][0].startswith("remove “")

    at.session_state[key] = {"pin": {"at": first["view"]["pinned"], "text": first["text"]}}
    at.run()
    assert drawn(at, "explained")["checks"] == first["checks"]


@pytest.mark.slow
def test_a_replacement_is_measured(explore, library):
    """Beside the two deletions."""
    at = explore(library.api, result=library.explanation["id"])

    at.text_input[-1].input("3 mg").run()
    button(at, "Measure").click().run()

    rows = drawn(at, "explained")["checks"]["rows"]
    assert rows[-1][:2] == ["replace by “3 mg”", "none"]


def test_a_result_stays_when_the_service_goes(explore, library, monkeypatch):
    """Text, credit and numbers; only what needs the service waits."""
    at = explore(library.api, result=library.explanation["id"])

    reach(monkeypatch, None)
    at.session_state[Key.NEXT_TRY] = 0.0
    at.run()

    assert not at.exception
    assert drawn(at, "explained")["view"]["tokens"]["text"]
    assert button(at, "Run").disabled
    assert "The service is not answering" in markup(at)


def test_a_result_asked_for_while_the_service_is_down_comes_with_it(explore, library, monkeypatch):
    """Grey bars first, the result after."""
    at = explore(None, result=library.explanation["id"])
    assert not at.exception
    assert "loading" in markup(at)

    reach(monkeypatch, library.api)
    at.session_state[Key.NEXT_TRY] = 0.0
    at.run()

    text = "".join(drawn(at, "explained")["view"]["tokens"]["text"])
    assert text == library.explanation["request"]["response"]


def test_an_id_that_names_nothing_has_two_ways_on(explore, library):
    """To the history, or to a case."""
    at = explore(library.api, result="00000000-0000-4000-8000-000000000001")

    assert not at.exception
    assert "Not found" in markup(at)
    assert "Open History" in labels(at)
    button(at, "Show a case").click().run()
    assert address(at) == {}
    assert drawn(at, "explained")


@pytest.mark.slow
def test_what_waits_says_its_place(explore, serve, gate):
    """And the line can be left."""
    api = serve(slots=1)
    api.post("/v1/attributions", json=body(gate.reward()))
    gate.reached()
    run = api.post("/v1/attributions", json=body(gate.reward(), prompt="Second")).json()

    at = explore(api, result=run["id"])

    assert "Next in line" in markup(at)
    assert drawn(at, "explained")["view"]["own"]["pieces"] == [["gap", body()["response"], "", None]]
    button(at, "Leave the line").click().run()
    at = settle(at, api)
    assert "Stopped early" in markup(at)
    assert "Change the request" in [one.label for one in at.button]


@pytest.mark.slow
def test_what_works_shows_the_text_and_can_be_stopped(explore, serve, gate):
    """The response at once, before there is any number; nothing is promised to be kept before there is an estimate."""
    api = serve()
    run = api.post("/v1/attributions", json=body(gate.reward())).json()
    gate.reached()

    at = explore(api, result=run["id"])

    assert "progressbar" in markup(at)
    assert drawn(at, "explained")["view"]["own"]["pieces"] == [["gap", "Give her 240 mg now.", "", None]]
    button(at, "Stop, no estimate yet").click().run()
    gate.open()
    assert not settle(at, api).exception


@pytest.mark.slow
def test_run_is_heard_at_the_end_of_another_run(explore, serve, gate):
    """Pressed while the page turns from a run at work to its result, and asks what removing a word does."""
    api = serve()
    before = api.post("/v1/attributions", json=body(gate.reward())).json()
    gate.reached()
    at = write(explore(api, result=before["id"]), "Give her 24 mg then.", facts=FACTS)
    gate.open()
    until(lambda: api.get(f"/v1/attributions/{before['id']}").json()["state"] == "succeeded")
    at.session_state[Key.EXPLAINED] = replace(at.session_state[Key.EXPLAINED], looked_at=0.0)

    button(at, "Run").click().run()

    assert address(at)["before"] == before["id"]


@pytest.mark.slow
def test_a_stopped_run_keeps_what_it_had_and_tells_the_price_of_the_whole(explore, serve, gate):
    """The partial result is drawn once, with its warning and one button."""
    api = serve()
    request = body(gate.reward(free_calls=4), response=LONG, options={"segmenter": "unicode", "budget": 2000})
    run = api.post("/v1/attributions", json=request).json()
    gate.reached(call=5)
    api.delete(f"/v1/attributions/{run['id']}")
    gate.open()
    until(lambda: api.get(f"/v1/attributions/{run['id']}").json()["state"] == "cancelled")

    at = explore(api, result=run["id"])

    assert markup(at).count("Partial result") == 1
    assert drawn(at, "explained")["view"]["notice"] == ""
    again = next(one for one in at.button if one.label.startswith("Run all "))
    again.click().run()
    assert result_of(at) != run["id"]


@pytest.mark.slow
def test_a_failed_run_says_why_and_what_next(explore, serve):
    """In the service's words, never with the text; try again, or change the request."""
    api = serve()
    run = finished(api, "attributions", body({"kind": "angry", "settings": {}}))

    at = explore(api, result=run["id"])

    assert not at.exception
    assert run["state"] == "failed"
    assert f"result {run['id'][:8]}" in markup(at)
    assert {"Try again", "Change the request"} <= {one.label for one in at.button}
    button(at, "Change the request").click().run()
    assert address(at) == {"case": "text", "from": run["id"]}
    assert at.text_area(Key.RESPONSE).value == body()["response"]


@pytest.mark.slow
def test_a_refused_request_is_told_and_kept(explore, serve):
    """The service's message stands above Run; what was typed is still there."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg.", facts="- name: dose\n")

    button(at, "Run").click().run()

    assert not at.exception
    assert "What you typed is kept." in markup(at) or "Try again" in [one.label for one in at.button]
    assert at.text_area(Key.RESPONSE).value == "Give her 240 mg."


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ("- name: [", "Facts is not YAML in line"),
        ("a: &a [1]\nb: *a", "Facts must not use aliases"),
        ("- 2024-01-01", "Facts holds something that is neither text"),
        ("- .nan", "Facts holds something that is neither text"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_and_not_sent(explore, library, facts, told):
    """Which one, and where."""
    at = write(explore(library.api, case="text"), "Give her 240 mg.", facts=facts)
    assert told in markup(at)

    button(at, "Run").click().run()

    assert not at.exception
    assert "result" not in address(at)
    assert "Not started" in markup(at)


@pytest.mark.slow
def test_a_full_queue_is_told_with_the_time_to_wait(explore, serve, gate):
    """429 is a banner; what was typed is kept."""
    api = serve(slots=1, queue_length=1)
    for number in range(2):
        api.post("/v1/attributions", json=body(gate.reward(), prompt=str(number)))
    gate.reached()
    at = write(explore(api, case="text"), "Give her 240 mg.", facts=FACTS)

    button(at, "Run").click().run()

    assert "The queue is full" in markup(at)
    assert "Try again in" in markup(at) or "try again in" in markup(at)
    assert at.text_area(Key.RESPONSE).value == "Give her 240 mg."


@pytest.mark.slow
def test_editing_a_result_fills_the_form_and_offers_the_comparison(explore, serve):
    """Edit, run, and the new result knows the one before."""
    api = serve()
    first = finished(api, "attributions", body())
    at = explore(api, result=first["id"])

    button(at, "Edit and recompute").click().run()
    assert address(at) == {"case": "text", "from": first["id"]}
    assert at.text_area(Key.RESPONSE).value == body()["response"]
    at.text_area(Key.RESPONSE).input("Give her 3 mg now.").run()
    button(at, "Run").click().run()
    at = settle(at, api)

    assert address(at)["before"] == first["id"]
    assert "Compare with the one before" in markup(at)
    assert api.get(f"/v1/attributions/{result_of(at)}").json()["request"]["reward"] == first["request"]["reward"]


@pytest.mark.slow
def test_an_edit_typed_before_it_was_asked_for_is_kept(explore, serve):
    """The form under a result that was run from it is the reader's: "Edit and recompute" does not fill it over."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg now.", facts=FACTS)
    button(at, "Run").click().run()
    at = settle(at, api)

    at.text_area(Key.RESPONSE).input("Give her 24 mg now.").run()
    button(at, "Edit and recompute").click().run()

    assert at.text_area(Key.RESPONSE).value == "Give her 24 mg now."


@pytest.mark.slow
def test_a_press_of_run_outlives_a_drawing_that_was_cut_short(explore, serve):
    """What was pressed is sent by the next drawing that gets as far as the form."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg now.", facts=FACTS)
    at.session_state[Key.PRESSED] = "run"

    at.run()

    assert set(address(at)) == {"result"}


@pytest.mark.slow
def test_editing_a_case_fills_the_form(explore, library):
    """Response, reward and settings of the case."""
    at = explore(library.api)

    button(at, "Edit and recompute").click().run()

    assert address(at) == {"case": "text", "from": "error"}
    assert at.text_area(Key.RESPONSE).value == bundled_case("error").request["response"]


@pytest.mark.slow
def test_several_responses_are_compared(explore, serve):
    """A group goes to its own page."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg.\n---\nNo idea.", facts=FACTS)

    button(at, "Run").click().run()

    run = api.get("/v1/results").json()["items"][0]
    assert run["kind"] == "group"
    assert not at.exception


def test_text_is_never_markup(explore, library):
    """Prompt and response of others stay text: escaped in HTML, data in the component."""
    at = explore(library.api, result=library.hostile["id"])

    assert not at.exception
    assert "<script>" not in markup(at)
    assert "&lt;script&gt;" in markup(at)
    assert not at.markdown
    assert "".join(drawn(at, "explained")["view"]["tokens"]["text"]) == f"{HOSTILE} 240 mg"


@pytest.mark.slow
def test_the_address_holds_no_text(explore, serve):
    """Whatever was typed."""
    api = serve()
    at = write(explore(api, case="text"), "Give her 240 mg of secret.", prompt="Secret?", facts=FACTS)

    button(at, "Run").click().run()

    assert "ecret" not in str(address(at))
    assert RUBRIC["kind"] not in str(address(at))


def test_a_groups_address_leads_to_compare(explore, library):
    """A link to a group opens where groups are shown."""
    at = explore(library.api, result=library.group["id"])

    assert not at.exception
    assert not at.get("text_area")
