"""Every bad input ends in exactly one line on standard error and exit code 2, never in a traceback."""

import json

import pytest

from ospo_core.cli.main import run

RUBRIC = "kind: rubric\nfacts:\n  - {name: dose, any_of: [240 mg]}\n"


@pytest.fixture
def rubric(tmp_path):
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC)
    return str(path)


@pytest.fixture
def complaint(capsys):
    """Run the program and give back its one line of complaint."""

    def complain(*arguments):
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert code == 2, (code, err)
        assert out == ""
        assert err.startswith("ospo: error: ")
        assert err.count("\n") == 1, err
        return err

    return complain


def explain(response, reward, *more):
    return ("explain", "--prompt", "How much?", "--response", response, "--reward", reward, *more)


def test_an_empty_response(complaint, rubric):
    assert "response is empty" in complaint(*explain("", rubric))


def test_an_unknown_reward(complaint):
    """The kinds there are stand in the error."""
    line = complaint(*explain("240 mg", "similarty"))

    assert "'similarty'" in line
    assert "similarity" in line


def test_a_missing_setting(complaint):
    assert "reference" in complaint(*explain("240 mg", "similarity"))


def test_an_unknown_setting(complaint):
    assert "referense" in complaint(*explain("240 mg", "similarity", "--set", "referense=x"))


def test_a_setting_without_a_value(complaint):
    assert "key=value" in complaint(*explain("240 mg", "similarity", "--set", "reference"))


def test_a_catalogue_with_a_broken_line(complaint, tmp_path):
    """The number of the line."""
    path = tmp_path / "catalogue.jsonl"
    path.write_text('{"id": "a", "text": "red shoe"}\n{"id": "b", "text": \n{"id": "c", "text": "x"}\n')

    line = complaint(*explain("red", "retrieval", "--set", f"catalogue={path}", "--set", "targets=[a]"))

    assert "line 2" in line


def test_a_target_that_is_not_in_the_catalogue(complaint, tmp_path):
    path = tmp_path / "catalogue.jsonl"
    path.write_text('{"id": "a", "text": "red shoe"}\n')

    line = complaint(*explain("red", "retrieval", "--set", f"catalogue={path}", "--set", "targets=[zebra]"))

    assert "zebra" in line


def test_a_pattern_that_does_not_parse(complaint, tmp_path):
    """The fact whose pattern it is."""
    path = tmp_path / "rubric.yaml"
    path.write_text("kind: rubric\nfacts:\n  - {name: dose, pattern: '(240'}\n")

    assert "dose" in complaint(*explain("240 mg", str(path)))


def test_a_reward_that_returns_nan(complaint, plugin):
    """Which text it was, for the user's own eyes."""
    line = complaint(*explain("a poison b", "letters"))

    assert "nan" in line.lower()
    assert "poison" in line


def test_a_reward_that_raises(complaint, plugin):
    """Which text it was, and what was raised."""
    line = complaint(*explain("a poison b", "angry"))

    assert "RuntimeError" in line
    assert "poison" in line


def test_a_budget_that_is_too_small(complaint, rubric):
    """How many evaluations are needed; asking for them works."""
    line = complaint(*explain("one two three four five 240 mg", rubric, "--method", "permutation", "--budget", "5"))

    assert "at least 12" in line or "at least 14" in line


def test_a_budget_of_nothing(complaint, rubric):
    assert "--budget" in complaint(*explain("240 mg", rubric, "--budget", "0"))


def test_a_response_of_fifty_thousand_tokens(complaint, rubric, tmp_path):
    """Refused with the limit."""
    path = tmp_path / "long.txt"
    path.write_text("word " * 50_000)

    assert "8192" in complaint(*explain(f"@{path}", rubric)).replace(",", "")


def test_text_that_is_not_utf8(complaint, rubric, tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("240 mg, d\xe9j\xe0".encode("latin-1"))

    assert "not UTF-8" in complaint(*explain(f"@{path}", rubric))


def test_an_argument_that_is_not_utf8(complaint, rubric):
    """A byte that no UTF-8 has arrives from the shell as a lone surrogate."""
    assert "not valid Unicode" in complaint(*explain("240 mg \udce9", rubric))


def test_a_file_that_is_not_there(complaint, rubric, tmp_path):
    assert "No such file" in complaint(*explain(f"@{tmp_path / 'missing.txt'}", rubric))


def test_an_output_that_cannot_be_written(complaint, rubric, tmp_path):
    """Found out before the work starts."""
    assert "it is a folder" in complaint(*explain("240 mg", rubric, "--json", str(tmp_path)))


def test_attention_masking_without_a_model(complaint, rubric):
    assert "attention" in complaint(*explain("240 mg", rubric, "--masking", "attention"))


def test_an_unknown_case(complaint):
    assert "medicine" in complaint("explain", "--example", "medecine")


def test_nothing_to_explain(complaint):
    assert "--prompt" in complaint("explain")


def test_a_command_that_is_none(complaint):
    assert "explian" in complaint("explian")


def test_responses_with_a_broken_line(complaint, rubric, tmp_path):
    """The number of the line, blank ones counted."""
    path = tmp_path / "group.jsonl"
    path.write_text('{"response": "a"}\n\n{"text": "b"}\n')

    line = complaint("compare", "--prompt", "", "--responses", str(path), "--reward", rubric)

    assert "line 3" in line


def test_a_rule_that_the_credit_cannot_serve(complaint, rubric, tmp_path):
    """Signed needs a credit that sums to the reward; the paper's does not."""
    path = tmp_path / "group.jsonl"
    path.write_text(json.dumps({"response": "240 mg"}) + "\n")

    line = complaint("compare", "--prompt", "", "--responses", str(path), "--reward", rubric, "--method", "paper")

    assert "signed" in line


@pytest.mark.parametrize("command", ["explain", "compare"])
def test_a_group_of_one(complaint, rubric, tmp_path, command):
    """It has no advantage; the line says so for both commands."""
    path = tmp_path / "group.jsonl"
    path.write_text('"240 mg"\n')
    group = {"explain": ("--response", "240 mg", "--group"), "compare": ("--responses",)}[command]

    line = complaint(command, "--prompt", "", "--reward", rubric, *group, str(path))

    assert "2 to 64 responses, got 1" in line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"response": ', "line 2 is not JSON"),
        ('""', "line 2 is an empty response"),
        ('"a\\ud800"', "line 2: character 1 is not valid Unicode"),
        ('"a\\u0000"', "line 2: character 1 is a NUL"),
        ("[" * 100_000, "line 2 cannot be read as JSON"),
        ("1" * 5_000, "line 2 cannot be read as JSON"),
    ],
    ids=["cut", "empty", "surrogate", "nul", "deep", "huge"],
)
def test_a_line_of_a_group_that_is_no_response(complaint, rubric, tmp_path, line, said):
    """The option, the file, the line and what is wrong with it."""
    path = tmp_path / "group.jsonl"
    path.write_text(f'"240 mg\u2028a day"\n{line}\n')

    found = complaint("compare", "--prompt", "", "--responses", str(path), "--reward", rubric)

    assert f"--responses: {path}" in found
    assert said in found


def test_a_group_with_a_case(complaint, tmp_path):
    """The case brings its own; a second one is not silently left unread."""
    assert "brings its group" in complaint("explain", "--example", "medicine", "--group", str(tmp_path / "none"))


def test_a_group_for_a_credit_that_does_not_sum(complaint, rubric, tmp_path):
    path = tmp_path / "group.jsonl"
    path.write_text('"240 mg"\n"No."\n')

    line = complaint(*explain("240 mg", rubric, "--group", str(path), "--method", "past-conditioned"))

    assert "--method past-conditioned" in line


def test_a_member_of_the_group_that_the_reward_fails_on(complaint, plugin, tmp_path):
    """Found before the response itself is explained, with the text at fault."""
    path = tmp_path / "group.jsonl"
    path.write_text('"a b c"\n"d poison e"\n')

    assert "d poison e" in complaint(*explain("a b c", "letters", "--group", str(path)))


@pytest.mark.parametrize("bound", ["-1", "0", "nan", "inf", "wide"])
def test_a_clip_bound_that_is_none(complaint, rubric, tmp_path, bound):
    path = tmp_path / "group.jsonl"
    path.write_text('"240 mg"\n"No."\n')

    line = complaint("compare", "--prompt", "", "--responses", str(path), "--reward", rubric, "--clip", bound)

    assert "clip" in line


@pytest.mark.parametrize(
    "option",
    [("--budget", "-1"), ("--budget", "many"), ("--seed", "-1"), ("--players", "words"), ("--masking", "dorp")],
)
def test_an_option_out_of_its_range(complaint, rubric, option):
    """The option and what was given."""
    line = complaint(*explain("240 mg", rubric, *option))

    assert f"'{option[0]}'" in line
    assert option[1] in line


def test_text_that_is_taken_for_a_path(complaint, rubric):
    """A text that starts with @ is no file; the line says how to write it and does not repeat it."""
    line = complaint(*explain("@everyone " + "secret " * 60, rubric))

    assert "@@" in line
    assert "secret" not in line


@pytest.mark.parametrize("option", ["--prompt", "--placeholder", "--set"])
def test_other_arguments_that_are_not_utf8(complaint, rubric, option):
    """The option at fault."""
    value = {"--set": "facts=\udce9"}.get(option, "\udce9")

    line = complaint("explain", "--prompt", "", "--response", "a", "--reward", rubric, option, value)

    assert f"{option}" in line
    assert "not valid Unicode" in line


def test_a_nul_in_a_file(complaint, rubric, tmp_path):
    path = tmp_path / "nul.txt"
    path.write_bytes(b"240\x00mg")

    assert "character 3 is a NUL" in complaint(*explain(f"@{path}", rubric))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--html", "-"), "--html writes a file"),
        (("--html", ""), "without a name"),
        (("--html", "{folder}/rubric.yaml/x.html"), "is not a folder"),
        (("--html", "{folder}/x", "--json", "{folder}/./x"), "name two files"),
    ],
    ids=["dash", "nameless", "under a file", "one for two"],
)
def test_outputs_that_cannot_both_be_written(complaint, rubric, tmp_path, arguments, said):
    """Found out before the work starts."""
    line = complaint(*explain("240 mg", rubric, *(part.format(folder=tmp_path) for part in arguments)))

    assert said in line


def test_a_response_outside_its_group(complaint, rubric, tmp_path):
    path = tmp_path / "group.jsonl"
    path.write_text(json.dumps("another one") + "\n")

    assert "not among the 1" in complaint(*explain("240 mg", rubric, "--group", str(path)))
