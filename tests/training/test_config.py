"""What a training with token credit refuses, and that it says why."""

import pytest

from ospo_core.errors import SettingsError
from tests.training.tiny_policy import settings

REFUSED = {
    "one ratio a sequence": ({"importance_sampling_level": "sequence"}, "cancels out of the gradient"),
    "fused loss": ({"use_liger_kernel": True}, "one advantage a completion"),
    "rewards normalised one by one": ({"multi_objective_aggregation": "normalize_then_sum"}, "another game"),
    "unknown rule": ({"rule": "owen"}, "choose one of"),
    "unknown players": ({"players": "paragraph"}, "word or phrase"),
    "weight": ({"rule_weight": 1.5}, "between 0 and 1"),
    "clip": ({"clip": 0.0}, "above 0"),
    "evaluations": ({"evaluations": 1}, "at least 2"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_work_is_refused_with_the_reason(tmp_path, changes, reason):
    """Before anything is loaded."""
    with pytest.raises(SettingsError, match=reason):
        settings(tmp_path, **({"rule": "signed"} | changes))


@pytest.mark.parametrize(
    "changes", [REFUSED[name][0] for name in ("one ratio a sequence", "rewards normalised one by one")]
)
def test_uniform_takes_all_that_grpo_takes(tmp_path, changes):
    """It is GRPO."""
    assert settings(tmp_path, rule="uniform", **changes).rule == "uniform"


def test_signed_is_clipped_where_nothing_is_said(tmp_path):
    """At three sigma; other rules are not, and a bound that is given holds."""
    assert settings(tmp_path, rule="signed").redistributing.clip == 3.0
    assert settings(tmp_path, rule="signed", clip=5.0).redistributing.clip == 5.0
    assert settings(tmp_path, rule="blend").redistributing.clip is None


def test_the_default_is_grpo(tmp_path):
    """Token credit is asked for by name; half and half is what blend then is."""
    found = settings(tmp_path).redistributing

    assert (found.rule.name, found.weight) == ("uniform", 0.5)
