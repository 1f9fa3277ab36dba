import json
import math

import numpy as np
import pytest

from ospo_core.cli.main import run
from ospo_core.games.masking import Drop
from ospo_core.rewards.source import load_reward
from ospo_core.text.spans import Span

RUBRIC = """
kind: rubric
facts:
  - {name: dose, weight: 2, any_of: [240 mg]}
  - {name: fluids, any_of: [fluids]}
forbidden:
  - {name: overdose, penalty: 2, any_of: [2400 mg]}
"""
GROUP = [
    "Give 240 mg every six hours and plenty of fluids.",
    "Give 2400 mg. Offer fluids.",
    "Ask a doctor.",
    "240 mg.",
]
SUMMING = ["uniform", "proportional", "rank", "rank_as_published", "hybrid", "signed"]
OTHERS = ["return_to_go", "prefix", "past_conditioned", "blend"]


@pytest.fixture
def compared(tmp_path, capsys):
    """Run `ospo compare` on a group and give back its document."""
    (tmp_path / "rubric.yaml").write_text(RUBRIC)

    def compare(rule, *more, group=GROUP):
        lines = "\n".join(json.dumps({"response": text}) for text in group)
        (tmp_path / "group.jsonl").write_text(lines)
        arguments = ["compare", "--prompt", "How much?", "--responses", str(tmp_path / "group.jsonl")]
        arguments += ["--reward", str(tmp_path / "rubric.yaml"), "--json", str(tmp_path / "out.json"), "--rule", rule]
        assert run([*arguments, *more]) == 0, capsys.readouterr().err
        return json.loads((tmp_path / "out.json").read_text())

    return compare


@pytest.mark.parametrize("rule", SUMMING)
def test_rules_that_keep_the_sum_keep_it(compared, rule):
    """T A to 1e-6 in every response, and the document says so."""
    document = compared(rule)

    assert document["conserves"]
    assert document["conservation_error"] < 1e-6
    for response in document["responses"]:
        total = len(response["tokens"]) * response["advantage"]
        assert math.isclose(sum(response["token_advantages"]), total, rel_tol=1e-6, abs_tol=1e-6)


def test_uniform_is_the_flat_advantage_to_the_bit(compared):
    """GRPO, by the sample standard deviation and eps."""
    document = compared("uniform")

    rewards = np.array([response["reward"] for response in document["responses"]])
    flat = (rewards - rewards.mean()) / (rewards.std(ddof=1) + document["eps"])
    for response, advantage in zip(document["responses"], flat, strict=True):
        assert set(response["token_advantages"]) == {response["advantage"]}
        assert math.isclose(response["advantage"], advantage, rel_tol=1e-12)


@pytest.mark.parametrize("rule", OTHERS)
def test_rules_with_invariants_of_their_own(compared, rule):
    """They say that no sum is promised, and what they keep instead."""
    document = compared(rule)

    assert not document["conserves"]
    assert document["invariant"]
    for response in document["responses"]:
        assert len(response["token_advantages"]) == len(response["tokens"])


@pytest.mark.parametrize("rule", ["return_to_go", "prefix"])
def test_position_baselines_sum_to_nothing(compared, rule):
    """At every position, over the responses that reach it."""
    rows = [response["token_advantages"] for response in compared(rule)["responses"]]

    for position in range(max(map(len, rows))):
        assert abs(sum(row[position] for row in rows if len(row) > position)) < 1e-9


def test_past_conditioned_by_its_formula(compared, tmp_path):
    """Recomputed from prefixes and deletions scored one by one, for token players: a unit is a token."""
    document = compared("past_conditioned", "--players", "token", group=["Give 240 mg now.", "2400 mg", "fluids"])
    reward = load_reward(str(tmp_path / "rubric.yaml"), {})
    values = [worths_around_tokens(reward, response) for response in document["responses"]]
    scale = document["std"] + document["eps"]
    to_go = [[reached - before for before, _, _ in tokens] + [0.0] for reached, tokens in values]

    for i, (reached, tokens) in enumerate(values):
        expected = []
        for t, (before, after, without) in enumerate(tokens):
            surplus = to_go[i][t] - np.mean([row[t] for row in to_go if len(row) > t])
            expected.append(np.clip((((reached - without) + (after - before)) / 2 + surplus / 2) / scale, -2, 2))
        np.testing.assert_allclose(document["responses"][i]["token_advantages"], expected, atol=1e-9)


def worths_around_tokens(reward, response):
    """(R, [(v(prefix before), v(prefix with), v(all but)) of each token]) by rendering every text on its own."""
    text = response["response"]
    spans = [Span(token["start"], token["end"]) for token in response["tokens"]]

    def value(present):
        return float(reward.score([""], [Drop().render(text, spans, present)])[0])

    every = np.arange(len(spans))
    around = [(value(every < t), value(every <= t), value(every != t)) for t in every]
    return value(every >= 0), around


def test_a_clip_that_gives_back_keeps_the_sum(compared):
    """Bounded, conserved, and the clipped tokens counted."""
    document = compared("signed", "--clip", "1.5")

    assert document["clip"]["bound"] == 1.5
    assert document["clip"]["clipped_tokens"] > 0
    assert document["conservation_error"] < 1e-6


def test_the_papers_cut_says_that_it_does_not_conserve(compared):
    """No promise where none is kept."""
    document = compared("signed", "--clip", "1.5", "--clip-mass", "cut")

    assert not document["conserves"]
    assert document["conservation_error"] > 0.01


def test_rewards_that_agree_give_no_advantage(compared):
    """Sigma 0: nothing to push, whatever the rule."""
    document = compared("signed", group=["Ask a doctor.", "Rest at home."])

    assert document["std"] == 0
    assert all(not any(response["token_advantages"]) for response in document["responses"])
