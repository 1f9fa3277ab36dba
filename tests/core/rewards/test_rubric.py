import sys

import pytest
import yaml

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.rewards.registry import build_reward


def rubric(text):
    return build_reward("rubric", yaml.safe_load(text))


def met(condition, text):
    """Whether one fact with this condition (as YAML) is met by the text."""
    reward = build_reward("rubric", {"facts": [{"name": "fact", **yaml.safe_load(condition)}]})
    return bool(reward.score([""], [text])[0])


DOSAGE = """
facts:
  - {name: drug, weight: 2, any_of: [ibuprofen, advil]}
  - {name: dose, number: {value: 400, unit: mg, tolerance: 50}}
  - {name: with food, any_of: with food}
forbidden:
  - {name: other dose, penalty: 2, number: {other_than: 400, unit: mg, tolerance: 50}}
  - {name: alcohol, penalty: 4, any_of: [wine, beer]}
"""


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("Take ibuprofen 400 mg with food.", 1.0),
        ("Take Advil.", 0.5),
        ("Take ibuprofen 430mg.", 0.75),
        ("Take ibuprofen 800 mg with food.", 0.25),
        ("Take ibuprofen 400 mg, then 800 mg, with food.", 0.5),
        ("Drink beer.", -1.0),
        ("", 0.0),
    ],
)
def test_the_score_is_weights_met_less_penalties_met_over_all_weights(response, expected):
    """Each line is worked out by hand from the weights 2, 1, 1 and the penalties 2, 4."""
    assert rubric(DOSAGE).score([""], [response])[0] == pytest.approx(expected)


def test_every_fact_can_be_shown():
    """Facts first, then what is forbidden, each with whether it is met."""
    shown = rubric(DOSAGE).explain("Advil, 800 mg")

    assert shown == [
        ("drug", True), ("dose", False), ("with food", False), ("other dose", True), ("alcohol", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("any_of: [red, green]", "a green door", "a blue door"),
        ("any_of: red", "RED", "reddish"),
        ("all_of: [red, door]", "the door is red", "the door is green"),
        ("all_of: [{any_of: [red, green]}, {number: {value: 2}}]", "2 green doors", "3 green doors"),
        ("all_of: [{all_of: [a, b]}, c]", "c b a", "c b"),
        ("pattern: '\\bI{1,3}\\b'", "type II", "type ii"),
        ("pattern: '(?i)^take'", "Take it", "do not take it"),
        ("number: {value: 2400}", "2,400", "2401"),
        ("number: {value: 1, tolerance: 0.1}", "1.1", "1.11"),
        ("number: {value: 200, relative_tolerance: 0.1}", "about 220", "about 221"),
        ("number: {value: -3}", "at -3 degrees", "at 3 degrees"),
        ("number: {value: 4, unit: ['%', percent]}", "4 percent", "4 people"),
        ("number: {value: 4, unit: '%'}", "4 %", "%4"),
        ("number: {value: 3.2, unit: $}", "$3.2", "3.2"),
        ("number: {other_than: 240, tolerance: 5, unit: mg}", "250 mg", "245 mg"),
        ("number: {other_than: 240, unit: mg}", "240 mg or 500 mg", "500 ml"),
        ("number: {value: 7, near: half-life}", "a half-life of 7 hours", "7 days" + " later" * 20 + " the half-life"),
        ("number: {value: 7, near: hours}", "it lasts 7 hours", "7 x"),
    ],
)
def test_each_condition_holds_where_it_should_and_not_elsewhere(condition, yes, no):
    """One text that meets it and one that just misses it."""
    assert met(condition, yes)
    assert not met(condition, no)


def test_every_number_may_be_the_near_one():
    """The first 7 is far from the phrase, the second is near it."""
    assert met("number: {value: 7, near: dose}", "7 days" + " later" * 20 + " a dose of 7 ml")


def test_a_pattern_cannot_run_away():
    """Nested repeats over 100,000 letters: RE2 answers in linear time."""
    reward = build_reward("rubric", {"facts": [{"name": "evil", "pattern": "(a+)+$"}]})

    assert reward.score([""], ["a" * 100_000 + "!"])[0] == 0


@pytest.mark.slow
def test_a_long_text_of_numbers_and_phrases_is_read_to_its_end():
    """20,000 numbers, each with a phrase beside it, and none of them the one that is wanted."""
    assert not met("number: {value: 8, near: dose, unit: ml}", "dose 7 ml " * 20_000)
    assert not met("number: {value: 7, near: dose}", "7 " + "x " * 100 + "dose " * 20_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("facts: []", "rubric: facts: tuple should have at least 1 item"),
        ("forbidden: [{name: a, any_of: b}]", "rubric: facts is required"),
        ("facts: [{name: a}]", "facts.0: give exactly one of any_of, all_of, pattern, number; got 0"),
        ("facts: [{name: a, any_of: b, pattern: c}]", "facts.0: give exactly one of .*; got 2"),
        ("facts: [{name: a, any_of: []}]", "facts.0.any_of: tuple should have at least 1 item"),
        ("facts: [{name: a, any_of: [' ']}]", "facts.0.any_of.0: a phrase must not be blank"),
        ("facts: [{any_of: b}]", "facts.0.name is required"),
        ("facts: [{name: a, any_of: b, weight: 0}]", "facts.0.weight: expected greater than 0, got 0"),
        ("facts: [{name: a, any_of: b, weight: .inf}]", "facts.0.weight: expected a finite number, got inf"),
        ("facts: [{name: a, any_of: b, wieght: 2}]", r"unknown setting 'facts.0.wieght' \(did you mean 'weight'\?\)"),
        ("facts: [{name: a, number: {unit: mg}}]", "facts.0.number: give either value or other_than"),
        ("facts: [{name: a, number: {value: 1, other_than: 2}}]", "facts.0.number: give either value or other_than"),
        ("facts: [{name: a, number: {value: many}}]", "facts.0.number.value: expected a valid number, .*got 'many'"),
        ("facts: [{name: a, number: {value: 1, tolerance: -1}}]", "tolerance: expected greater than or equal to 0"),
        ("facts: [{name: a, pattern: '(b'}]", r"rubric: a: pattern is not valid RE2: missing \): \(b"),
        ("facts: [{name: a, all_of: [{pattern: '[z-a]'}]}]", "rubric: a: pattern is not valid RE2: "),
        ("facts: [{name: a, pattern: '(?=b)'}]", "rubric: a: pattern is not valid RE2: "),
        ("facts: [{name: a, any_of: b}, {name: a, any_of: c}]", "every fact needs a name of its own; given twice: a"),
        ("facts: 5", "facts: expected a valid tuple, got 5"),
    ],
)
def test_a_wrong_rubric_is_one_line_that_says_where(text, said, capfd):
    """Names the fact and the setting, and RE2 itself prints nothing."""
    with pytest.raises(SettingsError, match=said) as caught:
        rubric(text)

    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_without_re2_only_patterns_are_missing(monkeypatch):
    """The other conditions work; a pattern names the extra that brings the package."""
    monkeypatch.setitem(sys.modules, "re2", None)

    assert met("any_of: red", "red")
    with pytest.raises(ModelMissing, match=r"package re2 is not installed; run: pip install 'ospo\[rubric\]'"):
        met("pattern: red", "red")


def test_the_specification_holds_the_rubric_itself():
    """Equal rubrics have equal hashes; another weight is another reward."""
    assert rubric(DOSAGE).spec.sha256 == rubric(DOSAGE).spec.sha256
    assert rubric(DOSAGE).spec.sha256 != rubric(DOSAGE.replace("weight: 2", "weight: 3")).spec.sha256
