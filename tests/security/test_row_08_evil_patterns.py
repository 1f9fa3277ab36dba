"""Row 8: a pattern in a rubric takes time linear in the text, whatever it is (RE2)."""

import time

import pytest

from ospo_core.errors import SettingsError
from ospo_core.rewards.registry import build_reward

EVIL = [
    "(a+)+$", "(a*)*$", "(a|a)*$", "(a|aa)+$", "([a-zA-Z]+)*$", "(.*a){12}$", "(a+){10}$", "^(a?){50}a{50}$",
    "((a+)+)+$", "(a|a?)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", r"(\w+\s?)*$", r"(\d+)*\.", "(.+)+b",
    "(a{1,20}){1,20}$", "^(a+)*b", "(?:a|b|ab)*c", "(aa*)*b", "([^b]*)*b",
]  # fmt: skip
TEXTS = ["a" * 100_000 + "!", "ab" * 50_000 + "!"]


@pytest.mark.parametrize("pattern", EVIL)
def test_an_evil_pattern_is_matched_or_refused_in_linear_time(pattern):
    """Less than 200 ms of processor time for 100,000 characters: the figure of the row."""
    reward = build_reward("rubric", {"facts": [{"name": "evil", "pattern": pattern}]})

    started = time.thread_time()
    scores = [reward.score([""], [text]) for text in TEXTS]
    taken = (time.thread_time() - started) / len(TEXTS)

    assert len(scores) == len(TEXTS)
    assert taken < 0.2


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(?<!a)b", "(?>a+)", "a++", "(a{1000}){1000}"])
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern):
    """Back-references, looking around, atomic groups, and programs without end are no RE2."""
    with pytest.raises(SettingsError, match="not valid RE2"):
        build_reward("rubric", {"facts": [{"name": "evil", "pattern": pattern}]})


def test_the_twenty_patterns_are_twenty():
    """Each another one."""
    assert len(set(EVIL)) == 20
