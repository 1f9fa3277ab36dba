"""Compare: where it begins, a group under its rules, further rules, two results, and what goes wrong."""

import secrets

import pytest

from frontend.comparing.group_request import CLIPS, clip_words, further_request
from tests.screen.page_app import HOSTILE, LONG, button, drawn, group_body, labels, markup, reach, stopped

MISSING = "00000000-0000-4000-8000-000000000000"


def rule_control(at):
    """The segmented control of the right-hand rule."""
    return next(one for one in at.button_group if one.label == "Right")


def clip_control(at):
    """The segmented control of the clip."""
    return next(one for one in at.button_group if one.label.startswith("Clip"))


def address(at):
    """The address without the lists that AppTest may make of its values."""
    return {name: value[0] if isinstance(value, list) else value for name, value in dict(at.query_params).items()}


@pytest.mark.slow
def test_an_empty_store_offers_the_bundled_groups(serve, screen):
    """The page is no dead end: four groups that one button compares."""
    at = screen("compare", serve())

    assert not at.exception
    assert "No group is stored yet" in markup(at)
    assert [one.label for one in at.button].count("Compare") == 4


def test_stored_groups_are_listed_and_opened(library, screen):
    """By id; explanations are not among them."""
    at = screen("compare", library.api)

    opening = [one.key for one in at.button if one.key and one.key.startswith("open_")]
    assert opening == [f"open_{library.group['id']}"]
    at.button(key=opening[0]).click().run()
    assert address(at) == {"result": library.group["id"]}
    assert drawn(at, "group")


@pytest.mark.slow
def test_a_bundled_group_is_compared(serve, screen):
    """The button starts it and the page is the group's own from then on."""
    api = serve()
    at = screen("compare", api)

    at.button(key="compare_product_search").click().run()

    assert not at.exception
    [run] = api.get("/v1/groups").json()["items"]
    assert address(at)["result"] == run["id"]
    api.delete(f"/v1/groups/{run['id']}")


def test_a_group_is_drawn_under_its_first_rule(library, screen):
    """Sentence, controls, drawing and a table of the same rows."""
    at = screen("compare", library.api, result=library.group["id"])

    assert not at.exception
    view = drawn(at, "group")["view"]
    assert view["rule"] == "signed"
    assert rule_control(at).value == "signed"
    assert clip_control(at).value == "off"
    table = at.dataframe[0].value
    assert list(table["response"]) == [1, 2]
    assert list(table["reward"]) == [row["reward"] for row in library.group["result"]["comparisons"][0]["responses"]]


def test_another_stored_rule_is_one_click_away(library, screen):
    """The view changes with the control, and the address with both."""
    at = screen("compare", library.api, result=library.group["id"])

    rule_control(at).set_value("proportional").run()

    assert drawn(at, "group")["view"]["rule"] == "proportional"
    assert address(at) == {"result": library.group["id"], "rule": "proportional"}
    assert "Not compared" not in markup(at)


def test_the_address_chooses_the_rule(library, screen):
    """A link to a rule opens it; a rule that there is not is passed over."""
    result = library.group["id"]

    asked, nonsense = (screen("compare", library.api, result=result, rule=rule) for rule in ("proportional", "<b>"))

    assert drawn(asked, "group")["view"]["rule"] == "proportional"
    assert drawn(nonsense, "group")["view"]["rule"] == "signed"


def test_a_further_rule_says_its_cost_first(library, screen):
    """Nothing is started; what it takes at most is said, and the stored rule stays on screen."""
    groups = len(library.api.get("/v1/groups").json()["items"])
    at = screen("compare", library.api, result=library.group["id"])

    rule_control(at).set_value("hybrid").run()

    assert "Not compared under hybrid yet" in markup(at)
    assert "evaluations" in markup(at)
    assert "Shown meanwhile: signed" in markup(at)
    assert drawn(at, "group")["view"]["rule"] == "signed"
    assert len(library.api.get("/v1/groups").json()["items"]) == groups


@pytest.mark.slow
def test_a_further_rule_and_clip_make_a_new_group(serve, screen):
    """With the rules that were there; pressed twice it is still one, and the old group stays."""
    api = serve()
    old = api.post("/v1/groups", json=group_body(rules=["rank"]), headers={"Prefer": "wait"}).json()
    at = screen("compare", api, result=old["id"])
    rule_control(at).set_value("hybrid").run()
    clip_control(at).set_value("2 σ").run()

    button(at, "Compare").click().run()

    assert not at.exception
    new, first = api.get("/v1/groups").json()["items"]
    assert first["id"] == old["id"]
    assert address(at) == {"result": new["id"], "rule": "hybrid"}
    request = api.get(f"/v1/groups/{new['id']}").json()["request"]
    assert request["rules"] == ["rank", "hybrid"]
    assert request["clip"] == {"bound": 2.0, "mass": "given_back"}


@pytest.mark.slow
def test_a_combination_that_is_stored_opens_at_once(serve, screen):
    """No banner, no cost: the service has the result."""
    api = serve()
    old = api.post("/v1/groups", json=group_body(rules=["rank"]), headers={"Prefer": "wait"}).json()
    both = api.post("/v1/groups", json=group_body(rules=["rank", "signed"]), headers={"Prefer": "wait"}).json()
    at = screen("compare", api, result=old["id"])

    rule_control(at).set_value("signed").run()

    assert "Not compared" not in markup(at)
    assert drawn(at, "group")["view"]["rule"] == "signed"
    shown = api.get(f"/v1/groups/{address(at)['result']}").json()
    assert shown["result"] == both["result"]


def test_another_left_rule_compares_rule_with_rule(library, screen):
    """The page becomes the comparison of two rules on the most disputed response."""
    at = screen("compare", library.api, result=library.group["id"])

    next(one for one in at.selectbox if one.label == "Left").set_value("proportional").run()

    assert not at.exception
    there = address(at)
    assert (there["left"], there["right"]) == (library.group["id"],) * 2
    assert (there["left_rule"], there["right_rule"]) == ("proportional", "signed")
    assert drawn(at, "pair")["view"]["columns"]["difference"]


def test_two_results_are_compared(library, screen):
    """An explanation and a response of a group; what is chosen is shown in the pickers."""
    at = screen("compare", library.api, left=library.explanation["id"], right=library.group["id"], right_index="1")

    assert not at.exception
    assert drawn(at, "pair")["view"]["rows"]
    pickers = {one.label: one.value for one in at.selectbox}
    assert (pickers["Left"], pickers["Right"]) == (library.explanation["id"], library.group["id"])
    assert pickers["Response"] == 1


def test_picking_another_result_changes_the_address(library, screen):
    """And forgets rule and response of the one before."""
    group, other = library.group["id"], library.hostile["id"]
    at = screen("compare", library.api, left=group, right=group, left_rule="signed", left_index="1")

    next(one for one in at.selectbox if one.label == "Left").set_value(other).run()

    assert not at.exception
    assert address(at) == {"left": other, "right": group}


def test_one_result_asks_for_the_other(library, screen):
    """With a sentence that says what for."""
    at = screen("compare", library.api, left=library.explanation["id"])

    assert not at.exception
    assert "Choose two results" in markup(at)
    assert not at.get("bidi_component")


def test_one_response_is_offered_a_partner(library, screen):
    """A result that is no group says so, with three ways on."""
    at = screen("compare", library.api, result=library.explanation["id"])

    assert "one response, not a group" in markup(at)
    assert "Open in Explore" in labels(at)
    button(at, "Compare it with another").click().run()
    assert address(at) == {"left": library.explanation["id"]}


def test_texts_are_never_markup(library, screen):
    """A hostile prompt is letters in the head and in the pickers."""
    at = screen("compare", library.api, left=library.hostile["id"], right=library.explanation["id"])

    assert not at.exception
    assert "<script" not in markup(at)
    assert "&lt;script&gt;" in markup(at)
    assert not at.markdown
    assert any(HOSTILE[:40] in option for option in at.selectbox[0].options)


@pytest.mark.slow
def test_a_group_at_work_shows_how_far_it_is(serve, gate, screen):
    """Progress, and a button that promises nothing before there is an estimate."""
    api = serve()
    run = api.post("/v1/groups", json=group_body(reward=gate.reward())).json()
    gate.reached()
    at = screen("compare", api, result=run["id"])
    assert not at.exception
    assert "Comparing 2 responses under signed." in markup(at)

    button(at, "Stop, no estimate yet").click().run()

    assert api.get(f"/v1/groups/{run['id']}").json()["state"] in ("cancelling", "cancelled")


@pytest.mark.slow
def test_a_group_in_line_says_its_place(serve, gate, screen):
    """And can leave the line."""
    api = serve(slots=1)
    api.post("/v1/groups", json=group_body(reward=gate.reward(), prompt="first"))
    run = api.post("/v1/groups", json=group_body(reward=gate.reward(), prompt="second")).json()
    gate.reached()

    at = screen("compare", api, result=run["id"])

    assert "Next in line" in markup(at)
    button(at, "Leave the line").click().run()
    assert api.get(f"/v1/groups/{run['id']}").json()["state"] == "cancelled"


@pytest.mark.slow
def test_a_failed_group_says_why_and_can_be_sent_again(serve, screen):
    """What failed, what is kept, what to do, an id."""
    api = serve()
    given = group_body(rules=["signed"]) | {"options": {"method": "paper"}}
    run = api.post("/v1/groups", json=given, headers={"Prefer": "wait"}).json()

    at = screen("compare", api, result=run["id"])

    assert not at.exception
    assert "signed" in markup(at)
    assert "The request is kept." in markup(at)
    assert run["id"][:8] in markup(at)
    button(at, "Try again").click().run()
    assert len(api.get("/v1/groups").json()["items"]) == 2


@pytest.mark.slow
def test_a_partial_group_is_marked(serve, gate, screen):
    """What there is is drawn, under a banner that can finish it."""
    api = serve()
    run = stopped(api, gate, "groups", {"prompt": "p", "responses": [LONG, f"{LONG} Ten."]})

    at = screen("compare", api, result=run["id"])

    assert not at.exception
    assert "Partial result" in markup(at)
    assert button(at, "Finish it")
    assert drawn(at, "group")["view"]["cells"]


def test_a_group_that_is_not_there_leads_on(library, screen):
    """The service's own words, the id, two ways on."""
    at = screen("compare", library.api, result=MISSING)

    assert not at.exception
    assert "Not found" in markup(at)
    assert MISSING[:8] in markup(at)
    button(at, "Open another group").click().run()
    assert address(at) == {}


def test_a_pair_that_cannot_be_compared_says_why(library, screen):
    """The pickers stay, so that another one can be chosen."""
    at = screen("compare", library.api, left=MISSING, right=library.group["id"])

    assert not at.exception
    assert "Not found" in markup(at)
    assert {one.label for one in at.selectbox} >= {"Left", "Right"}


@pytest.mark.slow
def test_a_service_that_refuses_the_list_is_a_banner(serve, screen):
    """A service that wants a token says so on the pair's page; nothing is a traceback."""
    at = screen("compare", serve(token=secrets.token_hex(32)), left=MISSING, right=MISSING)

    assert not at.exception
    assert "Token missing or wrong" in markup(at)
    assert "Stored results are listed as soon as the service gives them." in markup(at)


@pytest.mark.parametrize("named", [{}, {"result": MISSING}, {"left": MISSING, "right": MISSING}])
def test_without_the_service_there_is_a_banner(screen, named):
    """Whatever the address names."""
    at = screen("compare", **named)

    assert not at.exception
    assert "The service is not answering" in markup(at)


def test_without_the_service_compare_says_what_is_possible(screen):
    """What waits, and both bundled cases as links, the tree of one among them."""
    at = screen("compare")

    assert "Without the service" in markup(at)
    assert {"One critical error", "One brilliant phrase", "Where in the text its credit lies"} <= set(labels(at))


def test_a_group_stays_on_screen_when_the_service_goes(library, screen, monkeypatch):
    """With its rules that were drawn."""
    at = screen("compare", library.api, result=library.group["id"])

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert drawn(at, "group")["view"]["rule"] == "signed"


def test_a_pair_stays_on_screen_when_the_service_goes(library, screen, monkeypatch):
    """The drawing, without the pickers."""
    at = screen("compare", library.api, left=library.explanation["id"], right=library.group["id"])

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert drawn(at, "pair")


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (None, "off"),
        ({"bound": 2.0, "mass": "given_back"}, "2 σ"),
        ({"bound": 1.5, "mass": "given_back"}, "1.5 σ"),
        ({"bound": 3.0, "mass": "cut"}, "3 σ, mass cut"),
    ],
)
def test_every_clip_has_a_name(clip, words):
    """Those with a button the button's; others say what they are."""
    assert clip_words(clip) == words


def test_a_further_request_keeps_what_there_is():
    """Other rules stay in their order; a clip without a button is not lost by choosing a rule."""
    request = {"prompt": "p", "rules": ["rank"], "clip": {"bound": 1.5, "mass": "cut"}}

    assert further_request(request, "signed", "1.5 σ, mass cut") == {**request, "rules": ["rank", "signed"]}
    assert further_request(request, "rank", "3 σ") == {**request, "clip": CLIPS["3 σ"]}


@pytest.mark.slow
def test_one_step_is_previewed_where_it_is_asked_for(serve, screen):
    """Nothing is computed before; then both steps stand on the open response, with what not to believe."""
    api = serve()
    group = api.post("/v1/groups", json=group_body(rules=["signed"]), headers={"Prefer": "wait"}).json()
    at = screen("compare", api, result=group["id"])
    at.default_timeout = 300  # the language model is loaded
    assert "shows a direction, not an outcome" in markup(at)

    button(at, "Preview one step").click().run()

    assert not at.exception
    view = drawn(at, "pair")["view"]
    assert [view[side]["title"] for side in ("left", "right")] == ["After a GRPO step", "After a step under signed"]
    assert "exaggerated" in view["note"]
    assert "Preview one step" not in [one.label for one in at.button]


def test_a_step_without_the_service_is_a_banner(library, screen, monkeypatch):
    """What is on screen stays, and it can be tried again."""
    at = screen("compare", library.api, result=library.group["id"])
    reach(monkeypatch, None)

    button(at, "Preview one step").click().run()

    assert not at.exception
    assert drawn(at, "group")["view"]["rule"] == "signed"
    assert "The comparison is as it was." in markup(at)
