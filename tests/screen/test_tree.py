"""Tree: bundled cases, stored results, one response of a group, running estimates, and what goes wrong."""

import json

import pytest

from tests.screen.page_app import HOSTILE, LONG, button, drawn, finished, group_body, labels, markup, reach, stopped

MISSING = "00000000-0000-4000-8000-000000000000"


def figure(at):
    """The icicle as Plotly gets it."""
    return json.loads(at.get("plotly_chart")[0].proto.spec)


def places(at):
    """The parts that the icicle draws."""
    return {place for bar in figure(at)["data"][1:] for place in bar["customdata"]}


def test_the_bundled_cases_need_no_service(screen):
    """Without any service the tree of the first case is there; the address names the other one."""
    first, second = screen("tree"), screen("tree", case="phrase")

    assert not first.exception
    assert len(places(first)) > 50
    assert drawn(first, "tree")["view"] != drawn(second, "tree")["view"]
    assert drawn(first, "readout")["cells"][0]["caption"] == "Conserved at every node"


def test_a_case_is_chosen_by_the_address_and_by_the_control(screen):
    """The control shows what the address says, and choosing changes the address."""
    at = screen("tree", case="phrase")
    assert at.button_group[0].value == "phrase"

    at.button_group[0].set_value("error").run()

    assert at.query_params["case"] in ("error", ["error"])
    assert at.button_group[0].value == "error"


def test_a_stored_result_is_drawn(library, screen):
    """Text, waterfall, icicle and cells of the result that the address names; links lead to the same one elsewhere."""
    at = screen("tree", library.api, result=library.explanation["id"])

    assert not at.exception
    size = len(drawn(at, "tree")["view"]["parts"]["kind"])
    assert places(at) == set(range(1, size))
    assert "Open in Explore" in labels(at)


def test_one_selection_for_all(library, screen):
    """The part that the address names is selected in the text and framed in the icicle; nonsense selects nothing."""
    result = library.explanation["id"]

    chosen, other, beyond, nonsense = (
        screen("tree", library.api, result=result, node=node) for node in ("2", "3", "9999", "1<script>")
    )

    assert [drawn(at, "tree")["selected"] for at in (chosen, other)] == [2, 3]
    assert figure(chosen)["data"][0]["x"] != figure(other)["data"][0]["x"]
    assert not beyond.exception
    assert not nonsense.exception
    assert drawn(beyond, "tree")["selected"] == drawn(nonsense, "tree")["selected"]


def test_a_choice_in_the_text_goes_to_the_address_and_the_icicle(library, screen):
    """What the component reports is the selection of the whole page."""
    result = library.explanation["id"]
    at = screen("tree", library.api, result=result, node="2")
    framed = figure(at)["data"][0]["x"]

    at.session_state[f"tree_view_{result}"] = {"selected": {"at": 3, "turn": 1}}
    at.run()

    assert at.query_params["node"] in ("3", ["3"])
    assert figure(at)["data"][0]["x"] != framed


def test_the_cells_of_the_icicle_are_a_list_too(library, screen):
    """Every cell by its words, the selected one chosen; another choice is the selection of the whole page."""
    at = screen("tree", library.api, result=library.explanation["id"], node="2")
    framed = figure(at)["data"][0]["x"]
    choice = next(one for one in at.selectbox if one.label == "Select a part by its words")
    cells = {place for bars in figure(at)["data"][1:] for place in bars["customdata"]}

    assert choice.value == 2
    assert len(choice.options) == len(cells)
    choice.select(3).run()

    assert at.query_params["node"] in ("3", ["3"])
    assert drawn(at, "tree")["selected"] == 3
    assert figure(at)["data"][0]["x"] != framed


def test_the_list_of_cells_is_left_as_it_is_where_it_is_right(library, screen):
    """What is set goes to the browser: a drawing under way while the reader chooses would put his choice back."""
    at = screen("tree", library.api, result=library.explanation["id"], node="2")
    at.run()

    choice = next(one for one in at.selectbox if one.label == "Select a part by its words")
    assert not choice.proto.set_value


def test_a_response_of_a_group_has_a_tree(library, screen):
    """A group shows its most disputed response; rule and response are chosen in view, and stand in the address."""
    at = screen("tree", library.api, result=library.group["id"])
    assert not at.exception
    assert "Open the group" in labels(at)
    before = drawn(at, "tree")["text"]

    other = 1 - at.selectbox[0].value
    at.selectbox[0].set_value(other).run()

    assert at.query_params["index"] in (str(other), [str(other)])
    assert drawn(at, "tree")["text"] != before


def test_a_rule_that_there_is_not_is_passed_over(library, screen):
    """A broken link to a group shows its first rule and its most disputed response."""
    at = screen("tree", library.api, result=library.group["id"], rule="<b>", index="-1")

    assert not at.exception
    assert "Open the group" in labels(at)
    assert places(at)


def test_texts_are_never_markup(library, screen):
    """A hostile prompt and response are letters: escaped in HTML, data in the component, escaped in the chart."""
    at = screen("tree", library.api, result=library.hostile["id"])

    assert "<script>" not in markup(at)
    assert "&lt;script&gt;" in markup(at)
    assert not at.markdown
    told = json.dumps([bar["hovertext"] for bar in figure(at)["data"][1:]])
    assert "<script" not in told
    assert HOSTILE in library.hostile["request"]["prompt"]


@pytest.mark.parametrize("result", [MISSING, "not-an-id"], ids=["missing", "no id"])
def test_a_result_that_is_not_there_is_an_error_with_ways_on(library, screen, result):
    """An unknown id is a banner with an id and two links; what is no id at all is the first case."""
    at = screen("tree", library.api, result=result)

    assert not at.exception
    if result == MISSING:
        assert "Not found" in markup(at)
        assert MISSING[:8] in markup(at)
        assert labels(at) == ["Open another result"]
        button(at, "Show a bundled case").click().run()
        assert len(places(at)) > 50
    else:
        assert len(places(at)) > 50


def test_without_the_service_a_result_leads_to_the_cases(screen):
    """A banner, not a trace."""
    at = screen("tree", result=MISSING)

    assert not at.exception
    assert "The service is not answering" in markup(at)
    assert button(at, "Show a bundled case")


def test_what_is_on_screen_stays_when_the_service_goes(library, screen, monkeypatch):
    """A finished tree needs no service any more."""
    at = screen("tree", library.api, result=library.explanation["id"])
    before = places(at)

    reach(monkeypatch, None)
    at.run()

    assert places(at) == before
    assert "not answering" not in markup(at)


@pytest.mark.slow
def test_a_run_without_an_estimate_says_so(serve, gate, screen):
    """While nothing can be drawn the service's own words stand in a banner; nothing breaks."""
    api = serve()
    run = api.post("/v1/groups", json=group_body(reward=gate.reward())).json()
    gate.reached()

    at = screen("tree", api, result=run["id"])

    assert not at.exception
    assert "no result" in markup(at)


@pytest.mark.slow
def test_a_partial_result_is_marked(serve, gate, screen):
    """A result that was stopped is drawn under a banner that says so."""
    api = serve()
    run = stopped(api, gate, "attributions", {"prompt": "p", "response": LONG})

    at = screen("tree", api, result=run["id"])

    assert not at.exception
    assert "Partial result" in markup(at)
    assert "Finish it" in labels(at)
    assert places(at)


def test_the_helpers_reach_the_service(library):
    """A finished run has a result: what the other tests stand on."""
    again = finished(library.api, "attributions", library.explanation["request"])

    assert again["result"]["tokens"]
