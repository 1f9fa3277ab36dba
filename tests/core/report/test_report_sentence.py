"""The computed sentence says what the document holds, by the template that its data call for."""

import pytest

from ospo_core.report.compare_view import group_readings
from ospo_core.report.sentence import compare_sentence, explain_sentence
from ospo_core.report.subject import Subject
from tests.core.report.documents import compare_document, explain_document

EARNING = [
    [["Cash flow is ", "important. "]],
    [["Sell the invoices ", "on the day. "]],
    [["There are ", "other things."]],
]


def _words(document):
    return "".join(text for _, text in explain_sentence(Subject.of(document)))


def test_concentrated_blame_in_a_losing_response():
    """The share, the tokens, their sentence and words, and the sentences that earn, all from the document."""
    sentence = explain_sentence(Subject.of(explain_document(rewards=[0.5, 0.42, 0.3, -0.1, 0.61])))

    assert sentence == [
        ["text", "GRPO pushes all 92 tokens down alike, by 1.68. Owen credit puts "],
        ["strong", "80\u00a0% of the blame on 5 tokens"],
        ["text", " of sentence 2, within "],
        ["n5", "“2,400 mg every four hours”"],
        ["text", ", and credits sentences 1, 3 and 4."],
    ]


def test_earning_phrase_in_a_losing_response():
    """What earned in a response below its group's mean is named, and lifted only if the rule lifts all of it."""
    credit = {"invoices": 0.2, "Sell": 0.1, "important": -0.02, "other": -0.02}
    document = explain_document(EARNING, credit=credit, rewards=[0.9, 0.8, 0.7])

    assert "finds" in _words(document)
    assert "what was earned on 3 tokens of sentence 2, within “Sell the invoices”, and the rule lifts them." in _words(
        document
    )


def test_what_costs_beside_what_earned_in_a_losing_response():
    """A few words that cost a third of what the named words earned, or more, are named too; less is left out."""
    losing = {"rewards": [0.9, 0.8, 0.7], "error": 0.0}

    costly = explain_document(EARNING, credit={"invoices": 0.2, "Sell": 0.1, "important": -0.15}, **losing)
    cheap = explain_document(EARNING, credit={"invoices": 0.2, "Sell": 0.1, "important": -0.05}, **losing)

    assert "and the rule lifts them; “important” costs 0.15." in _words(costly)
    assert _words(cheap).endswith("and the rule lifts them.")


def test_a_quoted_run_holds_nothing_that_weighs_against_it():
    """Words that cost are quoted without a word between them that earns."""
    text = [[["cheap ", "cheap ", "green ", "cheap ", "plain ", "words"]]]

    document = explain_document(text, credit={"cheap": -0.2, "green": 0.15}, rewards=[0.9, 0.8, 0.7], error=0.0)

    assert "most of it on “cheap cheap”" in _words(document)


def test_harmful_part_in_a_winning_response():
    """A part that costs at least a tenth of what was earned is named with its cost in reward units."""
    credit = {"invoices": 0.5, "Sell": 0.3, "important": -0.2}
    document = explain_document(EARNING, credit=credit, rewards=[0.1, 0.0, 0.05])

    assert "GRPO pushes all" in _words(document)
    assert "finds a part that costs 0.20 of reward in sentence 1, “important”" in _words(document)


def test_agreement_is_said_where_nothing_stands_out():
    """With even credit in a winning response both rules push all but the punctuation the same way."""
    document = explain_document(EARNING, credit=lambda word: 0.05, rewards=[0.1, 0.0, 0.05], error=0.0)

    assert "push 17 of 20 tokens the same way, up." in _words(document)


def test_nothing_distinguishable_from_zero():
    """When every interval crosses zero no share is claimed, and the budget is named."""
    document = explain_document(error=4.0, rewards=[0.5, 0.3])

    assert _words(document) == "At 2,048 evaluations no token’s credit can be told from zero."


def test_no_credit_at_all():
    """A reward that ignores the text is said so, with both measured rewards."""
    document = explain_document(credit=lambda word: 0.0, error=0.0, baseline=0.62)

    assert _words(document) == "Reward 0.62, and no token has any credit: saying nothing scores 0.62."


def test_single_response_names_both_sides():
    """Without a group the sentence gives the reward, its distance to saying nothing, and both sides if they matter."""
    credit = {"invoices": 0.4, "Sell": 0.3, "important": -0.15}
    document = explain_document(EARNING, credit=lambda word: credit.get(word.strip(" ."), 0.0), baseline=0.07)

    assert _words(document) == (
        "Reward 0.62, 0.55 above saying nothing. 100\u00a0% of the credit sits on 3 of 20 tokens, "
        "within “Sell the invoices”, and “important” costs 0.15."
    )


def test_spread_credit_quotes_nothing():
    """Where it takes most tokens to reach 80 % no span is singled out."""
    sentence = explain_sentence(Subject.of(explain_document(EARNING, credit=lambda word: 0.05, error=0.0)))

    assert {kind for kind, _ in sentence} == {"text", "strong"}
    assert "is spread over" in sentence[1][1]


def test_a_method_without_intervals_still_speaks():
    """Null standard errors are no reason to call every credit indistinguishable from zero."""
    assert "of the blame sits on" in _words(explain_document(error=None))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("signed", "The two rules disagree most on response"),
        ("uniform", "Uniform is GRPO: every token of a response gets the same advantage."),
    ],
)
def test_compare_names_the_most_disputed_response(rule, expected):
    """For a group the sentence names the response of largest disagreement, or that there can be none."""
    document = compare_document(rule)
    readings = group_readings(document)

    words = "".join(text for _, text in compare_sentence(document, readings, readings[0].scale))

    assert words.startswith(expected)


def test_compare_counts_the_tokens_that_turn():
    """Where the rule turns tokens against the flat advantage they are counted and the strongest are quoted."""
    document = compare_document()
    for number, row in enumerate(document["responses"]):
        row["disagreement"] = 0.9 if number == 2 else 0.1
    readings = group_readings(document)

    words = "".join(text for _, text in compare_sentence(document, readings, readings[0].scale))

    assert "response 3. GRPO pushes all 32 tokens down; signed keeps pushing down" in words
    assert "turns 8 tokens up" in words
