"""History: what is stored can be found, tagged, compared, exported, stopped and deleted; nothing of it is markup."""

import secrets

import pytest

from tests.api.conftest import body
from tests.screen.page_app import HOSTILE, button, compared, explained, finished, group_body, labels, markup, reach


def rows(at):
    """The beginnings of the prompts, as the links say them, without the escapes."""
    return [label.replace("\\", "") for label in labels(at)]


def select(at, *ids):
    """Tick rows."""
    for run_id in ids:
        at.checkbox(key=f"history_selected_{run_id}").check()
    return at.run()


@pytest.mark.slow
def test_an_empty_history_leads_to_explore(serve, screen):
    """One line, one button."""
    at = screen("history", serve())

    assert not at.exception
    assert "No results yet. Everything you run is kept here, with its link." in markup(at)
    assert button(at, "Open Explore")
    assert not at.checkbox


def test_every_result_is_a_row(library, screen):
    """With the start of its prompt as a link, kind, reward, state, time and tags; the newest first."""
    at = screen("history", library.api)

    assert not at.exception
    assert "3 results" in markup(at) or "4 results" in markup(at)
    assert rows(at)[-1] == "How much?"
    assert "explanation · rubric · complete" in markup(at)
    assert "group · rubric · complete" in markup(at)
    assert "<span>dose</span>" in markup(at)


def test_rows_link_to_their_results(library, screen):
    """By id, and by nothing else: groups to Compare, explanations to Explore."""
    at = screen("history", library.api)

    links = {link.proto.query_string: link.proto.page for link in at.get("page_link")}

    assert links[f"result={library.group['id']}"].endswith("compare")
    assert links[f"result={library.explanation['id']}"].endswith("explore")


def test_texts_are_never_markup(library, screen):
    """A hostile prompt and tag are letters in labels, rows and names of checkboxes."""
    at = screen("history", library.api)

    told = " ".join(rows(at))
    assert HOSTILE[:100] in told
    assert "<script" not in markup(at)
    assert "&lt;b&gt;t&lt;/b&gt;" in markup(at)
    [label] = [label for label in labels(at) if "script" in label]
    assert "\\*\\*bold" in label
    assert "\\[a\\]\\(http" in label
    assert "\\$x" in label
    assert "\\:red\\[" in label
    assert not at.markdown


def test_search_and_filters_narrow_the_list(library, screen):
    """By words of the prompt, kind, state, reward and tag, each by itself."""
    at = screen("history", library.api)

    at.text_input(key="history_search").set_value("window.owned").run()
    assert len(rows(at)) == 1
    at.text_input(key="history_search").set_value("").run()
    at.selectbox(key="history_kind").set_value("group").run()
    assert len(rows(at)) == 1
    at.selectbox(key="history_kind").set_value("").run()
    at.text_input(key="history_tag").set_value("dose").run()

    assert rows(at) == ["How much?"]
    assert "that match" in markup(at)


def test_nothing_found_can_be_undone(library, screen):
    """The filters are cleared by one button."""
    at = screen("history", library.api)
    at.selectbox(key="history_state").set_value("failed").run()
    assert "Nothing matches these filters." in markup(at)

    button(at, "Clear the filters").click().run()

    assert len(rows(at)) >= 3


@pytest.mark.slow
def test_older_results_are_a_page_away(serve, screen):
    """Twenty rows a page, there and back."""
    api = serve()
    for number in range(22):
        finished(api, "attributions", body(prompt=f"case {number}"), **{"Idempotency-Key": str(number)})
    at = screen("history", api)
    first = rows(at)

    button(at, "Older").click().run()
    older = rows(at)
    button(at, "Newer").click().run()

    assert (len(first), older) == (20, ["case 1", "case 0"])
    assert rows(at) == first
    assert "there are older ones" in markup(at)


def test_without_a_selection_nothing_can_be_done(library, screen):
    """Every action is there, and disabled."""
    at = screen("history", library.api)

    assert [one.disabled for one in at.button if one.label in ("Compare the two", "Stop and keep", "Delete")] == [
        True
    ] * 3


@pytest.mark.slow
def test_tags_are_edited(serve, screen):
    """The selected row's tags are replaced in the store, hostile ones too."""
    api = serve()
    run = explained(api, tags=["old"])
    at = select(screen("history", api), run["id"])

    at.multiselect(key=f"history_tags_{run['id']}").set_value(["old", HOSTILE[:40]]).run()

    assert not at.exception
    assert set(api.get("/v1/results").json()["items"][0]["tags"]) == {"old", HOSTILE[:40]}
    assert "<script" not in markup(at)


@pytest.mark.slow
def test_deletion_is_confirmed_first(serve, screen):
    """The button asks; only the answer deletes."""
    api = serve()
    kept, gone = explained(api), compared(api)
    at = select(screen("history", api), gone["id"])

    button(at, "Delete").click().run()
    assert len(api.get("/v1/results").json()["items"]) == 2
    assert "There is no way back" in markup(at)
    at.button(key="delete_for_good").click().run()

    assert [one["id"] for one in api.get("/v1/results").json()["items"]] == [kept["id"]]
    assert len(rows(at)) == 1


@pytest.mark.slow
def test_a_refused_action_says_what_was_not_done(serve, screen):
    """Deleting what is gone already is a banner; the rest stays."""
    api = serve()
    kept, gone = explained(api), compared(api)
    at = select(screen("history", api), gone["id"])
    button(at, "Delete").click().run()
    api.delete(f"/v1/results/{gone['id']}")

    at.button(key="delete_for_good").click().run()

    assert f"Not done: delete {gone['id'][:8]}" in markup(at)
    assert len(rows(at)) == 1
    assert api.get(f"/v1/attributions/{kept['id']}").status_code == 200


def test_one_selected_row_can_be_exported(library, screen):
    """As JSON, CSV and HTML."""
    at = select(screen("history", library.api), library.explanation["id"])

    assert [one.proto.label for one in at.get("download_button")] == ["JSON", "CSV", "HTML"]


def test_two_selected_rows_can_be_compared(library, screen):
    """The older one stands at the left."""
    at = select(screen("history", library.api), library.explanation["id"], library.hostile["id"])

    assert not button(at, "Compare the two").disabled
    assert button(at, "Delete").disabled is False


@pytest.mark.slow
def test_what_runs_can_be_stopped(serve, gate, screen):
    """A running row says so, cannot be deleted, and is stopped from here."""
    api = serve()
    run = api.post("/v1/groups", json=group_body(reward=gate.reward())).json()
    gate.reached()
    at = select(screen("history", api), run["id"])
    assert "group · gate · running" in markup(at)
    assert "1 is not finished" in markup(at)
    assert button(at, "Delete").disabled

    button(at, "Stop and keep").click().run()

    assert api.get(f"/v1/groups/{run['id']}").json()["state"] in ("cancelling", "cancelled")


def test_without_the_service_the_history_waits(screen):
    """One line says where it is; no trace."""
    at = screen("history")

    assert not at.exception
    assert "The history lies with the service" in markup(at)


def test_what_was_listed_stays_when_the_service_goes(library, screen, monkeypatch):
    """The rows of the last look stay readable."""
    at = screen("history", library.api)
    before = rows(at)

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert rows(at) == before


@pytest.mark.slow
def test_a_refusal_is_a_banner_with_a_way_on(serve, screen):
    """A service that wants a token refuses the list: what failed is said by its own words."""
    at = screen("history", serve(token=secrets.token_hex(32)))

    assert not at.exception
    assert "Token missing or wrong" in markup(at)
