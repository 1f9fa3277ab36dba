"""Runs: listed, live, compared, stopped, gone on with, deleted; what stays when the service goes; nothing is markup."""

import json

import pytest

from frontend.components.span_view import dragged
from tests.screen.page_app import HOSTILE, button, drawn, group_body, labels, markup, reach
from tests.screen.recorded_jobs import Player, playing

CRASH = {"type": "urn:ospo:problem:crashed", "status": 500, "title": "The disk refused", "detail": "no space is left"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service whose jobs are played; every test has its own."""
    player = Player()
    with playing(player, tmp_path_factory.mktemp("played")) as api:
        player.api = api
        yield player


@pytest.fixture
def player(service):
    """No jobs, and nothing moves by itself."""
    service.jobs, service.seconds_a_step, service.delay = [], None, 0.0
    return service


def sentence(at):
    """The title of the page."""
    return markup(at).partition("<h1")[2].partition("</h1>")[0]


def figures(at):
    """The keys of the charts, in their order."""
    return [one.proto.id for one in at.get("plotly_chart")]


def ranges(at):
    """What of its axis each chart shows, the reward's first."""
    return [json.loads(one.proto.spec)["layout"]["xaxis"]["range"] for one in at.get("plotly_chart")]


def test_an_empty_list_leads_to_train(player, screen):
    """One line, one button."""
    at = screen("runs", player.api)

    assert not at.exception
    assert "No runs yet." in markup(at)
    assert button(at, "Open Train")


def test_runs_are_rows_and_a_pair_is_one(player, screen):
    """With state, place in line and a link by id."""
    ours, _ = player.add_pair(state="succeeded", label="jackets")
    first = player.add("blend", label="first")
    player.add("uniform", label="second")
    player.add("blend", steps=17, state="failed", label="third", problem=CRASH)

    at = screen("runs", player.api)

    assert not at.exception
    assert labels(at) == ["third", "second", "first", "jackets"]
    text = markup(at)
    assert "GRPO, uniform: second in line" in text
    assert "OSPO, blend: next in line" in text
    assert "OSPO, blend: failed, step 17 of 40: The disk refused" in text
    assert "0 training" not in text
    assert "2 in line" in text
    links = [link.proto.query_string for link in at.get("page_link")]
    assert links[2:] == [f"run={first.id}", f"run={ours.id}"]


def test_a_pair_says_the_difference_first(player, screen):
    """With error and price, then the charts, both runs' alarms, the config, the film."""
    ours, flat = player.add_pair()

    at = screen("runs", player.api, run=ours.id)

    assert not at.exception
    assert "OSPO’s reward is <b>+0.0" in sentence(at)
    assert "232 reward calls a step against 8" in sentence(at)
    assert len(figures(at)) == 9
    assert '<li class="on"><b>Length runaway</b><span>GRPO, since step 33</span>' in markup(at)
    assert "<td>rule</td><td>blend</td><td>uniform</td>" in markup(at)
    assert drawn(at, "token_credit_film")["view"]["columns"][-1] == 40
    assert flat.id[:8] in markup(at)


def test_the_partner_is_found_from_either_side(player, screen):
    """The address of GRPO's run shows the same page."""
    ours, flat = player.add_pair()

    assert sentence(screen("runs", player.api, run=flat.id)) == sentence(screen("runs", player.api, run=ours.id))


def test_a_run_grows_by_what_is_new(player, screen):
    """The second look asks for the events after the last one, and the sentence follows."""
    job = player.add("blend", steps=10, state="running")
    at = screen("runs", player.api, run=job.id)
    assert "In 10 steps" in sentence(at)

    job.play(30)
    at.run()

    assert "In 30 steps" in sentence(at)
    assert not at.exception


def test_the_axis_is_chosen(player, screen):
    """Each axis has charts of its own, so that a zoom belongs to one."""
    ours, _ = player.add_pair()
    at = screen("runs", player.api, run=ours.id)
    before = figures(at)

    at.segmented_control(key="runs_axis").set_value("Reward calls").run()

    assert not at.exception
    assert len(figures(at)) == len(before)
    assert set(figures(at)).isdisjoint(before)
    assert "at the same price" in markup(at)


def test_a_run_that_waits_says_its_place(player, screen):
    """And that it goes on if the page is closed."""
    player.add("blend", state="queued")
    job = player.add("blend", state="queued")

    at = screen("runs", player.api, run=job.id)

    assert "Second in line." in sentence(at)
    assert "if you close this page" in sentence(at)
    assert not figures(at)


def test_a_failed_run_says_why_and_what_is_left(player, screen):
    """In the service's words, with the checkpoint it can go on from."""
    job = player.add("blend", steps=17, state="failed", problem=CRASH)

    at = screen("runs", player.api, run=job.id)

    assert "failed after step 17 of 40: The disk refused." in sentence(at)
    assert "No space is left. It can go on from step 10." in markup(at)
    assert button(at, "Resume from 10")


def test_stop_and_resume(player, screen):
    """Stop asks for both of a pair; what is stopped goes through the line again, from its checkpoint."""
    ours, flat = player.add_pair(steps=23, state="running")
    at = screen("runs", player.api, run=ours.id)
    assert button(at, "Delete").disabled

    at.button(key="job_stop").click().run()
    assert (ours.state, flat.state) == ("stopping", "stopping")
    assert at.button(key="job_stop").disabled
    ours.state = flat.state = "cancelled"
    at.run()
    assert "was stopped after step 23 of 40" in sentence(at)
    at.button(key="job_resume").click().run()

    assert (ours.state, flat.state) == ("queued", "queued")
    assert not at.exception


def test_deletion_is_confirmed_first(player, screen):
    """The button asks; only the answer deletes, and the list is shown."""
    ours, _ = player.add_pair()
    kept = player.add("blend", steps=3, state="cancelled", label="kept")
    at = screen("runs", player.api, run=ours.id)

    at.button(key="job_delete").click().run()
    assert len(player.jobs) == 3
    at.button(key="delete_job_for_good").click().run()

    assert player.jobs == [kept]
    assert labels(at) == ["kept"]


def test_a_refused_action_is_a_banner(player, screen):
    """What the service does not do is said; the run stays on screen."""
    job = player.add("blend", steps=9, state="cancelled")
    at = screen("runs", player.api, run=job.id)
    at.button(key="job_delete").click().run()
    job.state = "running"

    at.button(key="delete_job_for_good").click().run()

    assert "The job is not over" in markup(at)
    assert player.jobs == [job]


def test_any_two_runs_are_compared(player, screen):
    """The address names the other one; what differs in their files is listed."""
    one = player.add("blend", steps=40, state="succeeded", label="one", config={"steps": 40, "seed": 3})
    other = player.add("signed", steps=30, state="cancelled", label="other", config={"clip": 3.0})
    at = screen("runs", player.api, run=one.id)
    assert "<b>+" in sentence(at) or "risen by" in sentence(at)

    at.selectbox(key=f"runs_other_{one.id}").set_value(other.id).run()

    assert other.id in at.query_params["with"]
    assert "one’s reward cannot be told from that of other" in sentence(at)
    assert "<td>clip</td><td>none</td><td>3.0</td>" in markup(at)
    assert "<td>seed</td><td>3</td><td>0</td>" in markup(at)


def test_every_run_that_can_be_compared_has_words_of_its_own(player, screen):
    """The same while it goes on: a choice is found by its words, and of two with the same ones the last is taken."""
    one = player.add("blend", steps=40, state="succeeded")
    others = [player.add("blend", steps=10, state="running") for _ in range(2)]
    at = screen("runs", player.api, run=one.id)
    before = at.selectbox(key=f"runs_other_{one.id}").options

    others[0].play(20)
    others[1].state = "failed"
    at.run()

    assert len(set(before)) == 3
    assert at.selectbox(key=f"runs_other_{one.id}").options == before


def test_adapter_and_checkpoints_can_be_taken_home(player, screen):
    """Of a finished run both; of a stopped one the checkpoints."""
    done = player.add("blend", steps=40, state="succeeded")
    stopped = player.add("blend", steps=23, state="cancelled")

    assert [one.proto.label for one in screen("runs", player.api, run=done.id).get("download_button")] == [
        "Adapter, zip",
        "Checkpoint of step 40, zip",
        "Checkpoint of step 30, zip",
    ]
    assert [one.proto.label for one in screen("runs", player.api, run=stopped.id).get("download_button")] == [
        "Checkpoint of step 20, zip",
        "Checkpoint of step 10, zip",
    ]


def test_a_finished_run_is_the_policy_of_a_previewed_step(player, screen):
    """From its page to Compare, which says so and offers it, and no run that is not over."""
    done = player.add("blend", steps=40, state="succeeded", label="mine")
    player.add("blend", steps=20, state="cancelled")
    body = group_body(rules=["signed"])
    group = player.api.post("/v1/groups", json=body, headers={"Prefer": "wait"}).json()
    at = screen("runs", player.api, run=done.id)

    at.button(key=f"job_policy_{done.id}").click().run()
    told = markup(at)
    at.button(key=f"open_{group['id']}").click().run()

    choice = at.selectbox(key="compare_step_policy")
    assert f"Run {done.id[:8]} is the policy" in told
    assert choice.value == done.id
    assert [one.rpartition(" · ")[0] for one in choice.options] == ["", f"mine · OSPO, blend · {done.id[:8]}"]


def test_a_sample_is_opened_in_explore(player, screen):
    """Prompt and completion go by the session; the address holds neither."""
    ours, _ = player.add_pair()
    at = screen("runs", player.api, run=ours.id)

    at.session_state[f"runs_film_{ours.id}_0"] = {"opened": {"row": 0, "step": 10, "turn": 1}}
    at.run()

    sample = at.session_state["runs_sample"]
    assert sample.request["prompt"] == "running shoes for flat feet, under 100"
    assert sample.request["response"] == "Here are running shoes for flat feet, cheap and good."
    assert sample.request["reward"]["kind"] == "similarity"
    assert not any("shoes" in value for values in at.query_params.values() for value in values)


def test_a_sample_is_explained_by_what_scored_it(player, screen):
    """The settings of its own prompt go with it, not only those of the run file."""
    ours = player.add("blend", state="succeeded")
    reward = {"kind": "retrieval", "k": 50, "catalogue": "shop.jsonl", "targets": ["p003"]}
    for event in ours.events:
        for sample in event.get("samples", ()):
            sample["scored_by"] = reward
    ours.play(40)
    at = screen("runs", player.api, run=ours.id)

    at.session_state[f"runs_film_{ours.id}_0"] = {"opened": {"row": 0, "step": 10, "turn": 1}}
    at.run()

    asked = at.session_state["runs_sample"].request["reward"]
    assert asked == {"kind": "retrieval", "settings": {"k": 50, "catalogue": "shop.jsonl", "targets": ["p003"]}}


def test_texts_of_users_are_never_markup(player, screen):
    """A hostile label, prompt, completion and watched name are letters everywhere."""
    job = player.add("blend", label=HOSTILE[:90], config={"name": HOSTILE})
    for event in job.events:
        for sample in event.get("samples", ()):
            sample["prompt"], sample["pieces"][0] = HOSTILE, HOSTILE
        if event["kind"] == "step":
            event["watched"] = {HOSTILE: 0.3}
    job.play(20)
    job.state = "succeeded"

    for at in (screen("runs", player.api, run=job.id), screen("runs", player.api)):
        assert not at.exception
        assert "<script" not in markup(at)
        assert not at.markdown
    film = drawn(screen("runs", player.api, run=job.id), "token_credit_film")
    assert film["view"]["rows"][0]["frames"][0]["pieces"][0][1] == HOSTILE


def test_what_was_shown_stays_when_the_service_goes(player, screen, monkeypatch):
    """Sentence, charts and film of the last look."""
    ours, _ = player.add_pair()
    at = screen("runs", player.api, run=ours.id)
    before = sentence(at), len(figures(at))

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert (sentence(at), len(figures(at))) == before


def test_rows_stay_when_the_service_goes(player, screen, monkeypatch):
    """Those of the last look."""
    player.add("blend", label="kept")
    at = screen("runs", player.api)

    reach(monkeypatch, None)
    at.run()

    assert labels(at) == ["kept"]


@pytest.mark.parametrize("address", [{}, {"run": UNKNOWN}], ids=["list", "run"])
def test_without_the_service_it_waits(screen, address):
    """One line, no trace."""
    at = screen("runs", **address)

    assert not at.exception
    assert "as soon as it" in markup(at)


def test_a_run_that_is_not_there_has_a_way_back(player, screen):
    """Deleted elsewhere, or mistyped."""
    player.add("blend", label="another")
    at = screen("runs", player.api, run=UNKNOWN)
    assert "No such job" in markup(at)

    button(at, "All runs").click().run()

    assert labels(at) == ["another"]


def test_a_slow_service_delays_and_breaks_nothing(player, screen):
    """A list that takes its time comes."""
    player.add("blend", label="slow")
    player.delay = 0.6

    at = screen("runs", player.api)

    assert not at.exception
    assert labels(at) == ["slow"]


def test_a_part_of_the_axis_stays_until_the_whole_is_asked_for(player, screen):
    """In every chart of its run and axis, while steps come; another run and another axis are whole."""
    job, other = player.add("blend", steps=10, state="running"), player.add("blend", steps=10)
    at = screen("runs", player.api, run=job.id)
    whole = ranges(at)
    at.session_state["runs_zoom"] = ((job.id, "Step"), (4.0, 8.0))
    job.play(12)
    at.run()
    part = ranges(at)
    at.segmented_control(key="runs_axis").set_value("Reward calls").run()
    elsewhere = ranges(at)
    at.segmented_control(key="runs_axis").set_value("Step").run()

    button(at, "Whole run").click().run()

    assert part == [[4.0, 8.0]] * len(whole)
    assert [4.0, 8.0] not in elsewhere
    assert ranges(at) == whole
    assert "runs_zoom" not in at.session_state
    assert ranges(screen("runs", player.api, run=other.id)) == whole


@pytest.mark.parametrize(
    ("state", "span"),
    [
        ({"span": {"span": [2, 7.5], "turn": 1}}, (2.0, 7.5)),
        ({"span": {"span": None, "turn": 2}}, None),
        ({"span": {"span": [7.5, 2.0], "turn": 3}}, None),
        ({"span": {"span": ["<b>", 2.0], "turn": 4}}, None),
        ({"span": {"span": [float("nan"), 2.0], "turn": 5}}, None),
        ({}, None),
        (None, None),
    ],
    ids=["a part", "the whole", "backwards", "no numbers", "nan", "nothing", "no state"],
)
def test_only_a_span_of_numbers_is_a_part(state, span):
    """What a browser says is taken for no more than it is."""
    assert dragged(state) == span
