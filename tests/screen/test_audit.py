"""Audit: an admin reads who did what, finds it by person, act and object, and takes it along; nobody else does."""

import csv
import io
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from backend.guard.permissions import TABLE
from frontend.auditing.act_table import COLUMNS, acts_csv, every_act
from frontend.auditing.act_words import DEEDS, headline, outcome
from frontend.auditing.wanted_acts import WantedActs
from frontend.client.backend_client import BackendClient
from frontend.client.bodies import Act
from frontend.page_parts.times import ago, exact_moment
from tests.screen.page_app import HOSTILE, button, explained, markup, reach
from tests.screen.team_app import as_user

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def act(**fields):
    """An act of ada's that was done at noon."""
    usual = {"at": NOON, "user": "ada", "role": "admin", "action": "tag_result", "route": "/v1/results/{run_id}/tags"}
    return Act(**(usual | {"object_id": UNKNOWN, "object_kind": None, "status": 200} | fields))


def said(parts):
    """A sentence as plain text."""
    return "".join(text for _, text in parts)


def rows(at):
    """The rows of the log as markup, the newest first."""
    return [text for text in markup(at).split("\n") if text.startswith('<div class="act') and "<time>" in text]


def as_ada(team, screen, **address):
    """The page, as the admin sees it."""
    return as_user(screen("audit", team.api, **address), "ada", "admin", team.tokens["ada"])


@pytest.fixture
def story(team):
    """Max explains, vera exports, mia may not delete, ada deletes one of two. The ids: kept, gone."""
    kept, gone = explained(team.max)["id"], explained(team.max, prompt="another")["id"]
    team.vera.get(f"/v1/results/{kept}/export")
    team.mia.delete(f"/v1/results/{kept}")
    team.ada.delete(f"/v1/results/{gone}")
    return kept, gone


def test_every_kept_operation_has_words():
    """Those of the service's table, and no others."""
    kept = {permit.action for methods in TABLE.values() for permit in methods.values() if permit.action is not None}

    assert set(DEEDS) == kept


@pytest.mark.parametrize(
    ("status", "words"),
    [(200, "done"), (204, "done"), (403, "refused"), (0, "left before the answer"), (503, "failed, status 503")],
)
def test_a_status_is_an_outcome(status, words):
    """As whoever did it would say it."""
    assert outcome(act(status=status)) == words


@pytest.mark.parametrize(
    ("acts", "more", "narrowed", "sentence"),
    [
        ([], False, False, "Nothing has been done yet."),
        ([], False, True, "Nothing matches."),
        ([act()], False, False, "1 act by ada, 5 min ago."),
        (
            [act(), act(user="max", status=403), act(user=None)],
            True,
            True,
            "3 acts that match by 2 people, the newest 5 min ago; one was refused; there are older ones.",
        ),
        ([act()], False, True, "1 act that matches by ada, 5 min ago."),
        ([act(user=None)] * 2, False, False, "2 acts, the newest 5 min ago."),
    ],
    ids=["empty", "none fits", "one", "many", "one fits", "no names"],
)
def test_the_sentence_counts_acts_people_and_refusals(acts, more, narrowed, sentence):
    """Of what is listed."""
    assert said(headline(acts, more=more, narrowed=narrowed, now=NOON + timedelta(minutes=5))) == sentence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (21, "21 s ago"), (7200, "2 h ago"), (3 * 86400, "3 days ago")],
)
def test_an_age_is_told_in_its_own_unit(seconds, words):
    """From seconds to days."""
    assert ago(NOON, NOON + timedelta(seconds=seconds)) == words


def test_a_moment_is_told_to_the_second():
    """With its date and year."""
    assert exact_moment(NOON, UTC) == "30 Nov 2026 12:00:00"


@pytest.mark.slow
def test_an_admin_reads_who_did_what(team, story, screen):
    """The newest first: when, who in which role, what, and how it ended."""
    at = as_ada(team, screen)

    assert not at.exception
    assert "<b>5 acts</b> by 4 people, the newest" in markup(at)
    assert "one was refused" in markup(at)
    assert [row.partition("<span>")[2] for row in rows(at)[:3]] == [
        "<span>ada <small>admin</small></span><span>delete a result</span><b>done</b></div>"[6:],
        "<span>mia <small>member</small></span><span>delete a result</span><b>refused</b></div>"[6:],
        "<span>vera <small>viewer</small></span><span>export a result</span><b>done</b></div>"[6:],
    ]
    assert ["alarm" in row for row in rows(at)] == [False, True, False, False, False]


@pytest.mark.slow
def test_what_is_still_there_is_a_link(team, story, screen):
    """By its id; what was deleted is named as gone."""
    kept, gone = story
    at = as_ada(team, screen)

    links = [(one.proto.label, one.proto.query_string) for one in at.get("page_link")]

    assert links.count((f"explanation {kept[:8]}", f"result={kept}")) == 3
    assert f"gone, {gone[:8]}" in markup(at)
    assert f"result={gone}" not in {query for _, query in links}


@pytest.mark.slow
def test_groups_and_training_runs_have_pages_of_their_own(team, screen):
    """Compare and Runs."""
    job = team.max.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()["id"]
    at = as_ada(team, screen)

    [link] = [one.proto for one in at.get("page_link") if one.proto.label.startswith("training run")]

    assert (link.page.rpartition("/")[2], link.query_string) == ("runs", f"run={job}")


@pytest.mark.slow
def test_the_address_says_what_is_listed(team, story, screen):
    """By person, by act and by object; the controls say the same."""
    kept, _ = story

    by_person = as_ada(team, screen, user="mia")
    by_act = as_ada(team, screen, action="delete_result")
    by_object = as_ada(team, screen, object=kept)

    assert [len(rows(at)) for at in (by_person, by_act, by_object)] == [1, 2, 3]
    assert by_person.selectbox(key="audit_user").value == "mia"
    assert by_act.selectbox(key="audit_action").value == "delete_result"
    assert by_object.text_input(key="audit_object").value == kept
    assert "that match" in markup(by_person)


@pytest.mark.slow
def test_what_is_chosen_stands_in_the_address(team, story, screen):
    """A link to the same list; cleared by one button where nothing matches."""
    at = as_ada(team, screen)

    at.selectbox(key="audit_user").select("vera").run()
    at.selectbox(key="audit_action").select("delete_result").run()
    chosen, text = dict(at.query_params), markup(at)
    button(at, "Clear the filters").click().run()

    assert chosen == {"user": "vera", "action": "delete_result"}
    assert "Nothing in the log matches these filters." in text
    assert (dict(at.query_params), len(rows(at))) == ({}, 5)


@pytest.mark.slow
def test_each_object_leads_to_its_own_acts(team, story, screen):
    """Also one that is gone."""
    _, gone = story
    at = as_ada(team, screen)

    next(one for one in at.button if one.label == "its acts").click().run()

    assert dict(at.query_params) == {"object": gone}
    assert len(rows(at)) == 2
    assert "its acts" not in {one.label for one in at.button}


@pytest.mark.slow
def test_what_cannot_be_meant_is_passed_over(team, story, screen):
    """Hostile words in the address are neither shown nor sent on; an id that is none is told."""
    at = as_ada(team, screen, user=HOSTILE, action=HOSTILE, object=HOSTILE)
    at.text_input(key="audit_object").set_value("1a2b").run()

    assert not at.exception
    assert len(rows(at)) == 5
    assert "That is no id." in markup(at)
    assert "script" not in markup(at)


@pytest.mark.slow
def test_older_acts_are_a_page_away(team, screen):
    """25 rows a page, there and back; another filter begins at the newest."""
    run = explained(team.max)["id"]
    for number in range(27):
        team.max.put(f"/v1/results/{run}/tags", json={"tags": [str(number)]})
    at = as_ada(team, screen)
    first = len(rows(at))

    button(at, "Older").click().run()
    older = len(rows(at))
    at.selectbox(key="audit_action").select("tag_result").run()

    assert (first, older, len(rows(at))) == (25, 3, 25)


@pytest.mark.slow
def test_the_file_holds_every_page(team, story, screen):
    """One line an act in the service's own words, only those that are wanted."""
    client = BackendClient(team.ada)

    lines = list(csv.DictReader(io.StringIO(acts_csv(every_act(client, WantedActs(), a_page=2)))))
    deletions = acts_csv(every_act(client, WantedActs(action="delete_result"), a_page=1)).splitlines()

    assert tuple(lines[0]) == COLUMNS
    assert [line["user"] for line in lines] == ["ada", "mia", "vera", "max", "max"]
    assert (lines[0]["object_id"], lines[0]["object_kind"], lines[0]["status"]) == (story[1], "", "204")
    assert len(deletions) == 3
    assert [one.proto.label for one in as_ada(team, screen).get("download_button")] == ["CSV"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "told"), [("member", "The audit log is for admins."), ("admin", "5 acts")], ids=["member", "admin"]
)
def test_nobody_but_an_admin_reads_it(team, story, screen, role, told):
    """Whatever the screen took him for: the service decides."""
    name = {"member": "mia", "admin": "ada"}[role]

    at = as_user(screen("audit", team.api), name, "admin", team.tokens[name])

    assert not at.exception
    assert told in markup(at)
    assert bool(rows(at)) == (role == "admin")


@pytest.mark.slow
def test_whoever_is_no_admin_any_more_sees_nothing_of_it(team, story, screen):
    """What was on screen goes too."""
    at = as_ada(team, screen)
    assert rows(at)

    at.session_state["token"] = team.tokens["mia"]
    at.run()

    assert (rows(at), "The audit log is for admins." in markup(at)) == ([], True)


@pytest.mark.slow
def test_one_shared_token_is_nobodys_name(serve, screen):
    """The page says so, and has no filter by person."""
    token = secrets.token_hex(32)
    api = serve(token=token)
    api.headers["Authorization"] = f"Bearer {token}"
    explained(api)
    at = screen("audit", api)
    at.session_state["token"] = token
    at.run()

    assert not at.exception
    assert "Everybody here uses the one shared token" in markup(at)
    assert "<span>shared token</span><span>explain a response</span>" in markup(at)
    assert [one.label for one in at.selectbox] == ["Act"]


@pytest.mark.slow
def test_a_service_that_asks_nobody_says_so(serve, screen):
    """An empty log says what will be in it."""
    at = screen("audit", serve())

    assert not at.exception
    assert "Nothing has been done yet." in markup(at)
    assert "Nobody is asked who he is here" in markup(at)
    assert "Reading is not kept." in markup(at)


def test_without_the_service_the_log_waits(screen):
    """One line says where it is; no trace."""
    at = screen("audit")

    assert not at.exception
    assert "It lies with the service, which is not answering." in markup(at)


@pytest.mark.slow
def test_what_was_listed_stays_when_the_service_goes(team, story, screen, monkeypatch):
    """The rows of the last look stay readable."""
    at = as_ada(team, screen)
    before = [row.partition("<span>")[2] for row in rows(at)]

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert [row.partition("<span>")[2] for row in rows(at)] == before
