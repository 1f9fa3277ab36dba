"""From the fields of the form to a request, and back."""

import pytest

from frontend.address import Place
from frontend.client.bodies import Preview, Progress
from frontend.cost_line import cost_line
from frontend.draft import BUDGETS, Draft, digest, nearest_budget
from frontend.escaping import in_html, in_label
from frontend.numbers import duration, place_in_line, plain, signed
from frontend.progress_line import progress_parts, share

AN_ID = "5c20e5d2-5626-4c43-beca-7b56b94b097f"
PREVIEW = {
    "tokens": 84,
    "players": 60,
    "planned_evaluations": 2048,
    "exact_evaluations": 31632,
    "exact_evaluations_text": "31,632",
    "seconds": 21.4,
    "exact_seconds": 300.0,
    "stored": False,
}


def test_one_text_is_an_attribution_sent_as_it_was_pasted():
    """Not a space or line break of it is changed."""
    text = "  Give her\n\n240 mg.\n"

    body = Draft(prompt="How much?", text=text, settings={"reference": "240 mg"}).body()

    assert body == {
        "prompt": "How much?",
        "response": text,
        "reward": {"kind": "similarity", "settings": {"reference": "240 mg"}},
        "options": {"players": "word", "masking": "drop", "method": "auto", "budget": None},
    }


@pytest.mark.parametrize("between", ["\n---\n", "\n-----  \n", "\n \t---\n", "\n\n---\n\n"])
def test_a_line_of_dashes_makes_a_group(between):
    """Three or more on a line of their own; the separator's line breaks belong to no response."""
    draft = Draft(text=f"One - two --- three.\n--- an aside{between}Four.")

    assert draft.is_group
    assert draft.body()["responses"] == ["One - two --- three.\n--- an aside", "Four."]


@pytest.mark.parametrize("text", ["", " \n", "---\n---", "\n---\n \n"])
def test_nothing_pasted_is_missing(text):
    """Told instead of sent."""
    assert Draft(text=text).missing == "Paste a response to explain."


def test_a_group_has_an_end():
    """The service takes 64."""
    assert "at most 64" in (Draft(text="\n---\n".join("abc" * 30)).missing or "")


def test_a_request_fills_the_form_that_makes_it_again():
    """There and back, with the folder of a bundled case and a method of its own."""
    request = {
        "prompt": "How much?",
        "responses": ["One.", "Two."],
        "reward": {"kind": "retrieval", "settings": {"k": 3}, "example": "product_search"},
        "options": {"players": "token", "masking": "replace", "method": "permutation", "budget": 1000, "seed": 0},
    }

    draft = Draft.of(request)

    assert draft.budget == 1024
    options = {"players": "token", "masking": "replace", "method": "permutation", "budget": 1024}
    assert draft.body() == {**request, "options": options}


def test_exact_may_cost_as_much_as_any_run():
    """Its budget is the ceiling, since what it needs is counted by the service."""
    assert Draft(text="One.", method="exact", budget=64).body()["options"]["budget"] == BUDGETS[-1]


def test_steps_of_the_budget():
    """A budget between two steps becomes the larger; none stays none."""
    assert [nearest_budget(budget) for budget in (None, 2, 64, 65, 10**6)] == [None, 64, 64, 128, 20000]


def test_a_digest_tells_requests_apart():
    """By content, not by order."""
    assert digest({"a": 1, "b": "\ud800"}) == digest({"b": "\ud800", "a": 1}) != digest({"a": 2, "b": "\ud800"})


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "84 tokens × 2,048 evaluations, about 21 s on this machine. Exact needs 31,632, about 5 min."),
        (
            {"seconds": None, "exact_seconds": None},
            "84 tokens × 2,048 evaluations. No run has shown the pace of this reward yet. Exact needs 31,632.",
        ),
        (
            {"planned_evaluations": 812, "exact_evaluations": 812, "seconds": 0.5},
            "84 tokens, 812 evaluations: exact, about 0.5 s on this machine.",
        ),
        ({"stored": True}, "84 tokens. The same was asked before: it is answered from the store."),
        (
            {"exact_evaluations": None, "exact_evaluations_text": "more than 10⁹", "exact_seconds": None},
            "84 tokens × 2,048 evaluations, about 21 s on this machine. Exact needs more than 10⁹.",
        ),
    ],
)
def test_the_price_is_told_in_one_line(change, line):
    """Before anything is started."""
    assert cost_line(Preview.of(PREVIEW | change)) == line


def test_the_price_of_a_group_counts_responses():
    """Its tokens are those of all of them."""
    assert cost_line(Preview.of(PREVIEW), group_of=4).startswith("4 responses × 2,048 evaluations, about 21 s")


def test_progress_in_words():
    """What is done, what is left, how sure; nothing is made up while it is unknown."""
    begun = Progress(done=0, planned=0, eta_seconds=None, position=None)
    later = Progress(done=236, planned=2048, eta_seconds=19.2, position=None, standard_error=0.0123, estimated=True)

    assert progress_parts(begun)[0] == "Starting"
    assert progress_parts(later) == ("236 of 2,048 evaluations", "about 19 s left · median standard error 0.012")
    assert (share(begun), share(later)) == (0.0, 236 / 2048)


def test_numbers_as_they_are_written():
    """A real minus, no sign where nothing is left, times in words."""
    assert [signed(value, 2) for value in (0.316, -0.316, -0.001)] == ["+0.32", "−0.32", "0.00"]
    assert [plain(value, 2) for value in (0.316, -0.316)] == ["0.32", "−0.32"]
    assert [duration(s) for s in (0.02, 0.44, 21.4, 300, 7000)] == ["0.1 s", "0.4 s", "21 s", "5 min", "2 h"]
    assert [place_in_line(position) for position in (0, 2, 30)] == [
        "Next in line",
        "Third in line",
        "Number 31 in line",
    ]


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({}, Place()),
        ({"case": "phrase"}, Place(case="phrase")),
        ({"case": "nonsense", "x": "y"}, Place()),
        ({"result": AN_ID, "case": "phrase"}, Place(case="text", result=AN_ID)),
        ({"result": AN_ID.upper(), "before": AN_ID}, Place(case="text", result=AN_ID, before=AN_ID)),
        ({"result": "../../v1/status"}, Place()),
        ({"result": AN_ID, "before": "<script>"}, Place(case="text", result=AN_ID)),
        ({"case": "text", "from": AN_ID}, Place(case="text", origin=AN_ID)),
        ({"case": "text", "from": "phrase"}, Place(case="text", origin="phrase")),
        ({"case": "text", "from": "text"}, Place(case="text")),
    ],
)
def test_an_address_is_a_place(parameters, place):
    """And what it cannot mean is passed over, so that only ids ever reach a path."""
    assert Place.of(parameters) == place
    assert Place.of(place.parameters()) == place


def test_text_of_others_is_made_safe():
    """For HTML and its attributes, and for labels that Streamlit reads as Markdown."""
    assert in_html('<i title="a">\'&') == "&lt;i title=&quot;a&quot;&gt;&#x27;&amp;"
    assert in_label(":red[*a*]\n# $x$ ![i](u)") == r"\:red\[\*a\*\] \# \$x\$ \!\[i\]\(u\)"
