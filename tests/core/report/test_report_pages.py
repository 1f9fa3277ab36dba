"""The HTML files: what they hold, that text stays text, that nothing is fetched, and that maps show the response."""

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from ospo_core.report.bars import first_selected, waterfall_parts, waterfall_rows
from ospo_core.report.compare_page import compare_html
from ospo_core.report.explain_page import explain_html
from ospo_core.report.nesting import Nesting
from ospo_core.report.notebook import notebook_html
from ospo_core.report.page import json_block
from ospo_core.report.specimen import pieces
from ospo_core.report.subject import Subject
from tests.core.report.documents import (
    ARABIC,
    CODE,
    HOSTILE,
    MEDICAL,
    compare_document,
    explain_document,
    long_document,
    segmented,
)

GROUP = (0.5, 0.42, 0.3, -0.1, 0.61)
TEXTS = {"medical": MEDICAL, "hostile": segmented(HOSTILE), "arabic": segmented(ARABIC), "code": segmented(CODE)}


class _Page(HTMLParser):
    """Collects tags, attributes and the text of every element with data-map."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.maps, self._depth = [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        opens = ("data-map", None) in attrs
        self.maps += [""] * opens
        self._depth += bool(opens or self._depth) * (tag in ("div", "span"))

    def handle_endtag(self, tag):
        self._depth -= bool(self._depth) * (tag in ("div", "span"))

    def handle_data(self, data):
        self.maps[-1:] = [last + data * bool(self._depth) for last in self.maps[-1:]]


@pytest.mark.parametrize("name", TEXTS)
def test_every_map_holds_exactly_the_response(name):
    """The text content of both maps is the response, character by character."""
    document = explain_document(TEXTS[name], rewards=GROUP)

    page = _Page(explain_html(document))

    assert page.maps == [document["response"]] * 2


@pytest.mark.parametrize("html", [explain_html, compare_html], ids=["explain", "compare"])
def test_only_our_style_and_script_run(html):
    """Whatever the texts hold there is one style, one script and one block of data, and no address to fetch."""
    page = _Page(html(_hostile()[html.__name__]))

    assert page.tags.count("style") == 1
    assert page.tags.count("script") == 2
    assert not {"img", "link", "iframe", "object", "base", "form"} & set(page.tags)
    assert not {"src", "href", "style", "srcset", "action"} & {name for name, _ in page.attributes}
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_policy_names_the_style_and_the_script_by_hash():
    """The policy forbids everything but two hashes, and they are those of the text in the file."""
    html = explain_html(explain_document())
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    meta = re.search(r'Security-Policy" content="(.*?)"', html)
    assert style
    assert script
    assert meta
    hashes = [base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode() for found in (style, script)]

    policy = meta[1].replace("&#39;", "'")

    assert policy.startswith("default-src 'none';")
    assert f"style-src 'sha256-{hashes[0]}'" in policy
    assert f"script-src 'sha256-{hashes[1]}'" in policy
    assert "unsafe" not in policy


def test_json_cannot_leave_its_element():
    """Angle brackets, ampersands and line separators are escaped and read back as they were."""
    block = json_block({"text": "</script><!-- & \u2028\u2029"})

    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block) == {"text": "</script><!-- & \u2028\u2029"}


def test_without_a_group_the_map_shows_credit():
    """A single response has one map, in reward units, and no GRPO row."""
    page = explain_html(explain_document())

    assert "credit per token, in reward units" in page
    assert len(_Page(page).maps) == 1
    assert "GRPO" not in page


def test_with_a_group_both_maps_share_one_scale():
    """A member of a group shows GRPO's flat row and ours under one legend in sigma."""
    html = explain_html(explain_document(rewards=GROUP))

    assert html.count("advantage per token, in σ of the group; one scale for both maps") == 2  # seen and spoken
    assert "the same −1.68 on every token" in html
    assert html.index(">GRPO<") < html.index(">Owen credit<")


def test_the_readout_says_what_holds_and_what_it_cost():
    """All six cells carry the document's own figures."""
    html = explain_html(explain_document())

    for text in (
        "−0.477 = −0.517 − (−0.040)",
        "2,048 distinct, 2,904 asked",
        "135,168 forward tokens",
        "exact needs 31,632",
        "drop masking, v(∅) measured",
        "20.6 s",
    ):
        assert text in html


def test_a_failed_check_is_said_in_words():
    """A method that does not conserve says so and by how much, in the cell where the check stands."""
    document = explain_document(efficiency_residual=0.1, estimates=1)
    document["method"] |= {"name": "paper", "captured_share": 0.79}

    html = explain_html(document)

    assert "Not conserved" in html
    assert "captures 79\u00a0% of R − v(∅)" in html


def test_a_missing_standard_error_is_said_in_words():
    """Null errors give no interval, no hatching and the words for it, never a zero."""
    html = explain_html(explain_document(error=None, estimates=1, rewards=GROUP))

    assert "no standard error" in html
    assert "no interval" in html
    assert " unc" not in _body(html)
    assert "± 0.000" not in html


def test_exact_credit_is_never_hatched():
    """An exact value has no interval to cross zero."""
    html = explain_html(explain_document(error=0.0, estimates=1))

    assert " unc" not in _body(html)
    assert "all 31,632 coalitions" in html


def test_an_interval_across_zero_is_hatched():
    """A coloured token whose interval crosses zero carries the hatching class and the legend explains it."""
    html = explain_html(explain_document(error=0.02))

    assert re.search(r'class="tok [pn]\d unc', html)
    assert "interval crosses 0" in html


def test_both_estimates_are_shown_with_what_they_promise():
    """Two read-outs give a table with the shown one named; one read-out gives none."""
    html = explain_html(explain_document())

    assert "Permutations of the tree, shown" in html
    assert "biased, sums to R − v(∅) exactly" in html
    assert "Both estimates" not in explain_html(explain_document(estimates=1))


def test_a_stopped_run_says_how_far_it_came():
    """A partial document has a banner with both counts; a whole one has none."""
    document = explain_document(partial=True)
    document["cost"]["evaluations_distinct"] = 840

    assert "Stopped at 840 of 2,048 evaluations." in explain_html(document)
    assert "Partial result" not in explain_html(explain_document())


def test_tiny_credit_keeps_its_digits():
    """Credit a thousand times smaller is printed with digits, not as a column of 0.000."""
    tiny = explain_document(credit=lambda word: 0.0004 if "2,400" in word else -0.0001, error=0.0, baseline=0.0)

    assert "+0.00040" in explain_html(tiny)


def test_compare_has_a_row_per_response_and_the_rules_flaw():
    """Every response has a row, three maps of its own text, and the page says what the rule does badly."""
    document = compare_document()

    html = compare_html(document)

    assert html.count("<tr data-r=") == len(document["responses"])
    assert _Page(html).maps == [row["response"] for row in document["responses"] for _ in range(3)]
    assert "What signed does badly." in html
    assert "Signed gives a token without credit −0.36" in html


@pytest.mark.slow
def test_reports_leave_their_document_alone():
    """Rendering changes nothing in the document it reads."""
    document = explain_document(rewards=GROUP)
    before = copy.deepcopy(document)

    explain_html(document)

    assert document == before


def test_a_notebook_frame_cannot_reach_the_notebook():
    """The page is sandboxed without the notebook's origin and stands escaped in one attribute."""
    frame = notebook_html(explain_document(segmented(HOSTILE)))

    page = _Page(frame)
    assert page.tags == ["iframe"]
    assert dict(page.attributes)["sandbox"] == "allow-scripts"
    assert dict(page.attributes)["srcdoc"] == explain_html(explain_document(segmented(HOSTILE)))


def test_a_token_across_two_nodes_is_shared():
    """A token that straddles a border counts for both sides by its characters and is drawn in the larger."""
    document = explain_document([[["ab ", "cdef"]]], estimates=1)
    document["tokens"] = [
        document["tokens"][0] | {"text": "ab cd", "start": 0, "end": 5},
        document["tokens"][1] | {"text": "ef", "start": 5, "end": 7},
    ]

    nesting = Nesting.of(document)

    first, second = nesting.of_kind("phrase")
    assert first.tokens == pytest.approx(3 / 5)
    assert second.tokens == pytest.approx(2 / 5 + 1)
    assert nesting.owners["phrase"] == [first.place, second.place]


def test_white_space_between_phrases_lies_outside_tokens():
    """Fills and bands end before the space between two phrases; within a phrase the space is the token's."""
    subject = Subject.of(explain_document([[["one two ", "three"]]]))

    stream = list(pieces("one two three", subject.nesting, ["z"] * 3, ["c-z"] * len(subject.nesting.parts)))

    assert [piece.text for piece in stream if piece.text] == ["one ", "two", " ", "three"]


def test_a_waterfall_shows_the_finest_level_that_fits():
    """Sentence 2 is shown by its eight phrases, not its two clauses or 25 words, and they sum to it."""
    nesting = Nesting.of(explain_document())
    place = nesting.of_kind("sentence")[1].place

    rows = waterfall_rows(nesting, waterfall_parts(nesting, place))

    assert [row.part.kind for row in rows] == ["phrase"] * 8
    assert [row.parted for row in rows].index(True) == 3
    assert rows[-1].after == pytest.approx(nesting.parts[place].credit)


def test_the_first_waterfall_is_that_of_the_pinned_token():
    """The sums first seen belong to the token beside them, be its sentence the largest or not."""
    nesting = Nesting.of(explain_document())
    sentences = [part.place for part in nesting.of_kind("sentence")]

    last = len(nesting.cores) - 1

    assert first_selected(nesting, 0) == sentences[0]
    assert first_selected(nesting, last) == sentences[-1]


def test_the_evaluations_of_the_group_stand_beside_those_of_the_credit():
    """What the other members cost is said in the same cell."""
    page = explain_html(explain_document(rewards=[0.5, 0.42, 0.3]))

    assert "135,168 forward tokens, 3 for the group" in page


def test_white_space_around_the_whole_text_is_kept():
    """Blanks before the first and after the last letter stand in the map, outside every token."""
    document = explain_document([[["one two"]]])
    tokens = [
        document["tokens"][0] | {"text": "  one", "start": 0, "end": 5},
        document["tokens"][1] | {"text": " two\n ", "start": 5, "end": 11},
    ]
    tree = [node | {"start": 0, "end": 11} for node in document["tree"][:1]]
    subject = Subject.of(document | {"response": "  one two\n ", "tokens": tokens, "tree": tree})

    stream = list(pieces(subject.response, subject.nesting, ["z"] * 2, None))

    assert [piece.text for piece in stream] == ["  ", "one ", "two", "\n "]


@pytest.mark.slow
def test_every_token_of_a_long_text_stands_on_the_page():
    document = long_document(2500)

    html = explain_html(document)

    assert len(document["tokens"]) > 5000
    assert html.count('role="option" data-i="') == len(document["tokens"])


def _hostile():
    explain = explain_document(segmented(HOSTILE), prompt=HOSTILE, rewards=GROUP)
    compare = compare_document(prompt=HOSTILE)
    for row in compare["responses"]:
        member = explain_document(segmented(HOSTILE), estimates=1)
        count = len(member["tokens"])
        row |= {name: member[name] for name in ("response", "tokens", "tree")} | {"token_advantages": [0.5] * count}
    return {"explain_html": explain, "compare_html": compare}


def _body(html):
    return html.split("<body>")[1].split('<div id="tip"')[0].replace("interval crosses 0", "")
