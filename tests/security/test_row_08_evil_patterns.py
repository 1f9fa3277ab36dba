"""Row 8: a pattern in a rubric takes time linear in the text, whatever it is (RE2)."""

import re
import time

import pytest

from ospo_core.errors import SettingsError
from ospo_core.rewards.registry import build_reward

EVIL = [
    "(a+)+$", "(a*)*$", "(a|a)*$", "(a|aa)+$", "([a-zA-Z]+)*$", "(.*a){12}$", "(a+){10}$", "^(a?){50}a{50}$",
    "((a+)+)+$", "(a|a?)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", r"(\w+\s?)*$", r"(\d+)*\.", "(.+)+b",
    "(a{1,20}){1,20}$", "^(a+)*b", "(?:a|b|ab)*c", "(aa*)*b", "([^b]*)*b",
]  # fmt: skip
TEXTS = {"one letter": "a" * 100_000 + "!", "two letters": "ab" * 50_000 + "!"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("pattern", EVIL)
def test_an_evil_pattern_takes_linear_time(pattern, text):
    """Read and matched against 100,000 characters in less than 200 ms of processor time: the figure of the row."""
    started = time.process_time()
    scores = build_reward("rubric", {"facts": [{"name": "evil", "pattern": pattern}]}).score([""], [text])
    taken = time.process_time() - started

    assert scores.shape == (1,)
    assert taken < 0.2


def test_the_measure_sees_what_takes_longer():
    """Else the test above would say nothing: the same on a reader that goes back."""
    started = time.process_time()
    re.search(EVIL[0], "a" * 23 + "!")

    assert time.process_time() - started > 0.2


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(?<!a)b", "(?>a+)", "a++", "(a{1000}){1000}"])
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern):
    """Back-references, looking around, atomic groups, and programs without end are no RE2."""
    with pytest.raises(SettingsError, match="not valid RE2"):
        build_reward("rubric", {"facts": [{"name": "evil", "pattern": pattern}]})


def test_the_twenty_patterns_are_twenty():
    """Each another one."""
    assert len(set(EVIL)) == 20
