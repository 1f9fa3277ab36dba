"""Train: presets, price, settings with their errors, and a start that is one start."""

import json

import pytest

from frontend.launching.run_draft import RULES, errors_by_field
from ospo_core.redistribution.rule_names import RULE_NAMES
from tests.screen.page_app import button, drawn, markup, reach
from tests.screen.recorded_jobs import PRESETS, Player, playing


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service whose jobs are played."""
    player = Player()
    with playing(player, tmp_path_factory.mktemp("played")) as api:
        player.api = api
        yield player


@pytest.fixture
def player(service):
    """No jobs."""
    service.jobs, service.delay, service.asked = [], 0.0, []
    return service


def field(at, name):
    """A field of the settings, of whatever kind."""
    key = f"train_field_{name}"
    kinds = (at.text_input, at.number_input, at.selectbox, at.text_area)
    return next(one for kind in kinds for one in kind if one.key == key)


def choose(at, place):
    """A preset, as the component reports it."""
    text = drawn(at, "token_credit_presets")["text"]
    at.session_state["train_preset"] = {"preset": {"at": place, "text": text}}
    return at.run()


def test_three_presets_with_the_same_facts(player, screen):
    """The impossible one stays, with its reason; the pair is chosen first."""
    at = screen("train", player.api)

    assert not at.exception
    presets = drawn(at, "token_credit_presets")
    assert [one["title"] for one in presets["presets"]] == ["Toy", "Paired", "Short LoRA"]
    assert {tuple(name for name, _ in one["facts"]) for one in presets["presets"]} == {tuple(PRESETS[0]["facts"])}
    assert [one["impossible"] for one in presets["presets"]] == [None, None, PRESETS[2]["impossible"]]
    assert presets["chosen"] == 1
    assert "Train the same model twice" in markup(at)


def test_the_price_stands_before_the_start(player, screen):
    """Factors, product, both runs' total, time and memory."""
    text = markup(screen("train", player.api))

    assert "8 completions × 1 prompt × 32 evaluations = at most <b>256 reward calls a step</b>, 10,560 in all." in text
    assert "GRPO makes 320 of them. About 19 min, at the pace measured here. Memory 2.1 GB." in text


def test_command_and_file_are_always_there(player, screen):
    """As the service would run it, to copy."""
    command, file = screen("train", player.api).code

    assert "--preset paired" in command.value
    assert "evaluations: 32" in file.value


def test_settings_change_the_price_and_the_file(player, screen):
    """Without any button."""
    at = screen("train", player.api)

    field(at, "evaluations").set_value(16)
    field(at, "group_size").set_value(4)
    at.run()

    assert "4 completions × 1 prompt × 16 evaluations = at most <b>64 reward calls a step</b>" in markup(at)
    assert "evaluations: 16" in at.code[1].value
    assert "group size 4" in at.expander[0].label


def test_another_preset_fills_the_form_anew(player, screen):
    """And has its own sentence and button."""
    at = screen("train", player.api)
    field(at, "steps").set_value(7).run()

    choose(at, 0)

    assert field(at, "steps").value == 60
    assert field(at, "model").value == "toy"
    assert button(at, "Start")
    assert "GRPO makes" not in markup(at)


def test_a_preset_that_is_impossible_cannot_be_started(player, screen):
    """Even where it is chosen by hand."""
    at = choose(screen("train", player.api), 2)

    assert button(at, "Start").disabled


def test_every_reason_for_which_a_field_is_refused_is_a_line():
    """Twenty wrong lines of one's own prompts are no paragraph."""
    refused = [("rows", "rows, line 2: is not valid JSON"), ("rows", "rows, line 4: is not valid JSON")]

    told = errors_by_field(refused)

    assert list(told.values()) == ["Rows, line 2: is not valid JSON.\nRows, line 4: is not valid JSON."]


def test_a_refused_setting_is_told_below_its_field(player, screen):
    """In the service's words; nothing can be started, and what was set is kept."""
    at = screen("train", player.api)

    field(at, "steps").set_value(9000).run()

    assert '<div class="field-error" role="alert">Must be at most 5000.</div>' in markup(at)
    assert "One setting is wrong" in markup(at)
    assert button(at, "Start pair").disabled
    assert field(at, "steps").value == 9000


def test_what_is_no_json_is_told_before_it_is_sent(player, screen):
    """The fold opens on it."""
    at = screen("train", player.api)

    field(at, "watch").set_value("{unseen").run()

    assert '<div class="field-error" role="alert">It is no JSON.</div>' in markup(at)
    assert at.expander[0].proto.expanded
    assert button(at, "Start pair").disabled


def test_a_start_is_one_run_of_what_the_form_says(player, screen):
    """A pair, queued; the page of the run is opened by its id."""
    at = screen("train", player.api)

    button(at, "Start pair").click().run()

    assert not at.exception
    assert [job.rule for job in player.jobs] == ["blend", "uniform"]
    assert player.jobs[0].id in at.query_params["run"]
    assert "in line." in markup(at)


def test_only_what_differs_from_the_preset_is_sent(player, screen):
    """The preset stays in charge of everything else."""
    at = screen("train", player.api)

    field(at, "seed").set_value(5).run()

    kept, _ = at.session_state["train_preview"]
    assert kept
    assert json.dumps(at.code[1].value).count("seed: 5") == 1


def test_without_the_service_it_waits(screen):
    """One line, no trace."""
    at = screen("train")

    assert not at.exception
    assert not at.code
    assert "Train a model" in markup(at)


def test_what_was_set_stays_when_the_service_goes(player, screen, monkeypatch):
    """Presets, settings and file stay readable."""
    at = screen("train", player.api)

    reach(monkeypatch, None)
    at.run()

    assert not at.exception
    assert drawn(at, "token_credit_presets")["chosen"] == 1
    assert "evaluations: 32" in at.code[1].value


def test_a_slow_service_delays_and_breaks_nothing(player, screen):
    """Presets that take their time come."""
    player.delay = 0.6

    at = screen("train", player.api)

    assert not at.exception
    assert button(at, "Start pair")


ROWS = '{"prompt": "How much?", "reference": "240 mg"}'


def paste(at, key, text):
    """Into one of the large fields."""
    next(one for one in at.text_area if one.key == key).set_value(text).run()


def test_own_prompts_are_sent_in_place_of_named_ones(player, screen):
    """With the preview and the start alike; the file then names no data, and its rewards are said."""
    at = screen("train", player.api)

    paste(at, "train_rows", ROWS)
    field(at, "steps").set_value(7).run()
    button(at, "Start pair").click().run()

    reward, watch = PRESETS[1]["run"]["reward"], PRESETS[1]["run"]["watch"]
    assert [one["rows"] for one in player.asked[-2:]] == [ROWS, ROWS]
    assert player.asked[-1]["run"] == {"preset": "paired", "steps": 7, "reward": reward, "watch": watch}


def test_own_prompts_that_are_wrong_are_told_by_line(player, screen):
    """Below the field, in a fold that is open; nothing can be started."""
    at = screen("train", player.api)

    paste(at, "train_rows", f"{ROWS}\nwrong")

    fold = next(one for one in at.expander if "Own prompts" in one.label)
    assert fold.label == "**Own prompts** 2 lines"
    assert fold.proto.expanded
    assert markup(at).count("Rows, line 2: is not valid JSON.") == 1
    assert field(at, "data").disabled
    assert button(at, "Start pair").disabled


def test_own_prompts_need_a_reward_of_their_own(player, screen):
    """No bundled data set brings one for them."""
    at = screen("train", player.api)

    paste(at, "train_rows", ROWS)
    field(at, "reward").set_value("that of the prompts").run()

    assert "It must be chosen: prompts of your own bring none." in markup(at)


def test_the_file_that_is_shown_fills_the_form_again(player, screen):
    """Every setting of it, under its own preset; what was shown before is shown again."""
    at = choose(screen("train", player.api), 0)
    field(at, "seed").set_value(5)
    field(at, "lora_rank").set_value(4)
    field(at, "lora_alpha").set_value(8)
    field(at, "name").set_value("mine").run()
    shown = at.code[1].value
    choose(at, 1)
    assert "seed: 0" in at.code[1].value

    paste(at, "train_file", shown)
    button(at, "Fill the form").click().run()

    assert not at.exception
    assert at.code[1].value == shown
    assert drawn(at, "token_credit_presets")["chosen"] == 0
    assert (field(at, "seed").value, field(at, "name").value) == (5, "mine")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("steps: 9000", "Must be at most 5000."),
        ("- steps", "The file must hold settings and their values"),
        ("steps: [", "The file is not YAML in line 1."),
        ("a: &x 1\nb: *x", "The file must not use aliases (*)."),
        ("", "The file must hold settings"),
    ],
)
def test_a_file_that_is_refused_changes_nothing(player, screen, file, told):
    """By the service or before it was asked: one line below the field."""
    at = screen("train", player.api)
    shown = at.code[1].value

    paste(at, "train_file", file)
    button(at, "Fill the form").click().run()

    assert markup(at).count(told) == 1
    assert at.code[1].value == shown


def test_a_run_is_called_what_its_field_says(player, screen):
    """The name is part of the run file, so that it stands in the YAML too."""
    at = screen("train", player.api)

    field(at, "name").set_value("first try").run()
    button(at, "Start pair").click().run()

    assert player.asked[-1]["run"] == {"preset": "paired", "name": "first try"}


def test_every_rule_can_be_chosen():
    """The screen may not import the engine; its list is the engine's, in an order of its own."""
    assert sorted(RULES) == sorted(RULE_NAMES)
