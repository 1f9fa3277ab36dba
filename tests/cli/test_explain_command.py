import json
import math

import pytest

from ospo_core.cli.main import run

RUBRIC = """
kind: rubric
facts:
  - {name: dose, weight: 2, any_of: [240 mg]}
  - {name: fluids, any_of: [fluids]}
forbidden:
  - {name: overdose, penalty: 2, any_of: [2400 mg]}
"""
RESPONSE = "Give 240 mg every six hours. Offer plenty of fluids, and never give 2400 mg at once."
FIELDS = {
    "schema_version prompt response tokens tree baseline reward efficiency_residual method estimates masking "
    "players reward_spec seed cost"
}


@pytest.fixture
def rubric(tmp_path):
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC)
    return str(path)


@pytest.fixture
def explained(rubric, tmp_path, capsys):
    """Run `ospo explain` and give back its document."""

    def explain(*more, response=RESPONSE, prompt="How much?"):
        path = tmp_path / "result.json"
        arguments = ["explain", "--prompt", prompt, "--response", response, "--reward", rubric, "--json", str(path)]
        assert run([*arguments, *more]) == 0, capsys.readouterr().err
        return json.loads(path.read_text())

    return explain


def test_the_document_has_every_field(explained):
    """What docs/result.md promises is there."""
    document = explained()

    assert set(" ".join(FIELDS).split()) <= set(document)
    assert set(document["cost"]) >= {"evaluations_requested", "evaluations_distinct", "forward_tokens", "seconds"}
    assert {"text", "start", "end", "credit", "standard_error"} <= set(document["tokens"][0])
    assert {"id", "parent", "kind", "start", "end", "credit", "standard_error"} <= set(document["tree"][0])


def test_tokens_join_to_the_response_and_sum_to_the_reward(explained):
    """Nothing of the text is lost, nothing of the reward either, at every level of the tree."""
    document = explained()

    assert "".join(token["text"] for token in document["tokens"]) == RESPONSE
    gain = document["reward"] - document["baseline"]
    assert math.isclose(sum(token["credit"] for token in document["tokens"]), gain, abs_tol=1e-12)
    for node in document["tree"]:
        children = [other["credit"] for other in document["tree"] if other["parent"] == node["id"]]
        assert not children or math.isclose(sum(children), node["credit"], abs_tol=1e-12)


def test_the_blame_is_on_the_overdose(explained):
    """240 mg and fluids earn, 2400 mg costs, and words the rubric cannot see get nothing."""
    document = explained("--budget", "100000")

    credit = {}
    for node in document["tree"]:
        if node["kind"] == "word":
            credit.setdefault(RESPONSE[node["start"] : node["end"]].strip(), []).append(node["credit"])
    assert credit["240"][0] > 0.2
    assert credit["2400"][0] < -0.2
    assert abs(credit["never"][0]) < 1e-15
    assert document["method"]["exact"]


def test_a_budget_is_a_ceiling(explained):
    """Estimated when exact does not fit, and never more evaluations than allowed."""
    document = explained("--budget", "60")

    assert document["cost"]["evaluations_distinct"] <= 60
    assert not document["method"]["exact"]
    assert [estimate["name"] for estimate in document["estimates"]] == ["bayesian-quadrature", "permutation"]
    assert [estimate["shown"] for estimate in document["estimates"]] == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize("players", ["word", "token", "phrase", "sentence"])
@pytest.mark.parametrize("method", ["auto", "permutation", "past-conditioned", "paper"])
def test_every_player_with_every_method(explained, players, method):
    """Each combination gives a credit for every token and says what it is."""
    document = explained("--players", players, "--method", method)

    assert document["players"] == players
    assert all(math.isfinite(token["credit"]) for token in document["tokens"])
    assert {node["kind"] for node in document["tree"]} >= {"response", players}


def test_the_same_seed_gives_the_same_document(explained):
    """But for the seconds, to the last digit."""
    first, second = (explained("--budget", "60", "--seed", "5") for _ in range(2))

    for document in (first, second):
        document["cost"].pop("seconds")
    assert first == second


def test_an_empty_prompt_is_fine(explained):
    """Some rewards need none."""
    assert explained(prompt="")["prompt"] == ""


def test_html_and_terminal(rubric, tmp_path, capsys):
    """The report is a file of its own, and the terminal names it."""
    path = tmp_path / "out" / "report.html"

    code = run(["explain", "--prompt", "", "--response", RESPONSE, "--reward", rubric, "--html", str(path)])

    assert code == 0
    assert path.read_text().startswith("<!doctype html>") or path.read_text().startswith("<!DOCTYPE html>")
    assert str(path) in capsys.readouterr().out.replace("\n", "")


@pytest.mark.slow
def test_a_credit_that_does_not_sum_has_no_place_in_a_group(tmp_path, capsys):
    """A bundled case under the paper's method: its group is not even scored, and the document says null."""
    path = tmp_path / "result.json"

    code = run(["explain", "--example", "product_search", "--method", "paper", "--budget", "60", "--json", str(path)])

    assert code == 0, capsys.readouterr().err
    assert json.loads(path.read_text())["group"] is None


def test_json_on_standard_output_is_only_json(rubric, capsys):
    """So that it can be piped."""
    run(["explain", "--prompt", "", "--response", RESPONSE, "--reward", rubric, "--json", "-"])

    assert json.loads(capsys.readouterr().out)["response"] == RESPONSE


def test_a_place_in_a_group(explained, tmp_path):
    """With the group's responses the flat advantage and the signed token advantages are there; they sum to T A."""
    path = tmp_path / "group.jsonl"
    path.write_text("\n".join(json.dumps({"response": text}) for text in ("Take 240 mg.", RESPONSE, "No idea.")))

    group = explained("--group", str(path))["group"]

    assert group["index"] == 1
    assert len(group["rewards"]) == 3
    assert group["cost"]["evaluations_distinct"] == 2
    total = len(group["token_advantages"]) * group["advantage"]
    assert math.isclose(sum(group["token_advantages"]), total, rel_tol=1e-6, abs_tol=1e-6)
