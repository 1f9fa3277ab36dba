"""The icicle: what is drawn of a tree, how wide, in which colour, and what a label may hold."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from frontend.charts.icicle import LEAST_WIDTH, icicle
from frontend.charts.labels import extent, fitted, paragraph, plain
from frontend.charts.tree_rows import tree_rows

HOSTILE = "<b>bold</b> <a href='http://evil.example'>a</a> &lt; $x$ %{x}"


def tree(sentences, words_of_a_phrase=(2, 3), text="word"):
    """An explain view, as far as the icicle reads one: sentences of two phrases of so many words, a token each."""
    response = " ".join([text] * (sentences * sum(words_of_a_phrase)))
    parts = {name: [] for name in ("kind", "number", "title", "start", "end", "parent", "tokens", "step", "value")}
    parts |= {"margin": [], "children": []}

    def add(kind, parent, words, start):
        place = len(parts["kind"])
        number = parts["kind"].count(kind) + 1
        end = start + words * (len(text) + 1) - 1
        row = (kind, number, f"{kind} {number}", start, end, parent, float(words), place % 11 - 5, "+0.100", "± 0.010")
        for name, value in zip(parts, (*row, []), strict=True):
            parts[name].append(value)
        if parent is not None:
            parts["children"][parent].append(place)
        return place

    at = 0
    root = add("response", None, sentences * sum(words_of_a_phrase), 0)
    for _ in range(sentences):
        sentence = add("sentence", root, sum(words_of_a_phrase), at)
        for words in words_of_a_phrase:
            phrase = add("phrase", sentence, words, at)
            for _ in range(words):
                add("word", phrase, 1, at)
                at += len(text) + 1
    return {"response": response, "parts": parts}


def cells(figure):
    """Every drawn cell as (place, left, right, top, bottom)."""
    return sorted(
        (place, x - width / 2, x + width / 2, bar.base, bar.base + y)
        for bar in figure.data[1:]
        for place, x, width, y in zip(bar.customdata, bar.x, bar.width, bar.y, strict=True)
    )


def test_width_is_tokens_in_reading_order():
    """Each cell is as wide as it has tokens, but for a seam of a pixel, and siblings stand side by side in order."""
    view = tree(3)

    drawn = cells(icicle(view, 1))

    pixel = 15 / LEAST_WIDTH
    assert [right - left for _, left, right, _, _ in drawn] == pytest.approx(
        [view["parts"]["tokens"][place] - pixel for place, *_ in drawn]
    )
    words = [cell for cell in drawn if view["parts"]["kind"][cell[0]] == "word"]
    assert all(before[2] <= after[1] for before, after in pairwise(words))
    assert len(words) == 15


def test_children_stand_under_their_parent():
    """A part's children begin and end where it does."""
    view = tree(2)
    drawn = {place: edges for place, *edges in cells(icicle(view, 1))}

    for place, (left, right, _, bottom) in drawn.items():
        below = [drawn[child] for child in view["parts"]["children"][place]]
        assert [edges[0] for edges in below[:1]] in ([], [pytest.approx(left, abs=0.02)])
        assert [edges[1] for edges in below[-1:]] in ([], [pytest.approx(right, abs=0.02)])
        assert all(edges[2] >= bottom for edges in below)


def test_colour_is_the_step_and_never_the_area():
    """Steps are the stops of one diverging scale around zero, without blending; step 0 has a shade of the page."""
    view = tree(2)

    figure = icicle(view, 1)

    for bar in figure.data[1:]:
        steps = [view["parts"]["step"][place] for place in bar.customdata]
        if isinstance(bar.marker.color, str):
            assert set(steps) == {0}
        else:
            assert [round(value + (0.5 if value > 0 else -0.5)) for value in bar.marker.color] == steps
            assert (bar.marker.cmin, bar.marker.cmid, bar.marker.cmax) == (-4.5, 0, 4.5)
            assert bar.marker.autocolorscale
            assert bar.marker.colorscale is None


def test_negative_credit_draws_as_wide_as_positive():
    """The trap of Plotly's own icicle: a negative value would make the drawing blank."""
    view = tree(1)
    blamed = {**view, "parts": {**view["parts"], "step": [-5] * len(view["parts"]["step"])}}

    assert [cell[1:] for cell in cells(icicle(view, 1))] == [cell[1:] for cell in cells(icicle(blamed, 1))]


def test_the_selected_part_is_framed():
    """The first trace is a frame within the cell's edges; it takes the theme's first categorical colour."""
    view = tree(2)

    figure = icicle(view, 2)

    [(_, left, right, top, bottom)] = [cell for cell in cells(figure) if cell[0] == 2]
    frame = figure.data[0]
    assert left <= min(frame.x) < max(frame.x) <= right
    assert top <= min(frame.y) < max(frame.y) <= bottom
    assert frame.line.color is None


def test_a_selection_moves_nothing_in_a_small_tree():
    """Whatever is selected, the same cells stand at the same places."""
    view = tree(4)

    assert cells(icicle(view, 0)) == cells(icicle(view, 7))


@pytest.mark.parametrize(
    ("sentences", "drawn", "deeper"),
    [(24, ["sentence", "phrase", "word"], ()), (25, ["sentence", "phrase"], ("word",))],
    ids=["120 words", "125 words"],
)
def test_words_are_drawn_up_to_their_limit(sentences, drawn, deeper):
    """120 words stand side by side; more are left for a selection, and that is said."""
    rows = tree_rows(tree(sentences, words_of_a_phrase=(2, 3))["parts"], 0)

    assert ([row.kind for row in rows.rows], rows.deeper) == (drawn, deeper)


def test_a_large_tree_zooms_into_the_selection():
    """The part with at most 120 words over the selection fills the width, under bars for the nodes above it."""
    view = tree(30, words_of_a_phrase=(3, 3))
    kinds = view["parts"]["kind"]
    phrase = [place for place, kind in enumerate(kinds) if kind == "phrase"][31]

    drawn = tree_rows(view["parts"], phrase)

    assert [(row.kind, row.above) for row in drawn.rows] == [
        ("response", True),
        ("sentence", True),
        ("phrase", False),
        ("word", False),
    ]
    assert drawn.tokens == 6
    assert phrase in [cell.place for cell in drawn.rows[2].cells]
    assert [cell.tokens for row in drawn.rows if row.above for cell in row.cells] == [6, 6]


def test_a_part_that_is_not_drawn_frames_the_one_over_it():
    """A word of a tree that is too large for words is found in its phrase."""
    view = tree(30, words_of_a_phrase=(3, 3))
    drawn = tree_rows(view["parts"], 0)
    word = view["parts"]["kind"].index("word")

    assert drawn.nearest(word, view["parts"]["parent"]) == view["parts"]["parent"][word]


def test_five_thousand_words_are_drawn_with_few_cells():
    """A row of more than 400 cells is left out, the first one never."""
    view = tree(1000, words_of_a_phrase=(2, 3))

    drawn = tree_rows(view["parts"], 0)

    assert [(row.kind, len(row.cells)) for row in drawn.rows] == [("sentence", 1000)]
    assert drawn.deeper == ("phrase", "word")


def test_no_text_is_read_as_markup():
    """Labels and tooltips hold no tag and no entity but ours, whatever the response says."""
    view = tree(1, text=HOSTILE)

    figure = icicle(view, 1)

    told = [text for bar in figure.data[1:] for text in bar.hovertext]
    labels = [annotation.text for annotation in figure.layout.annotations]
    assert told
    assert labels
    for text in [*told, *labels]:
        bare = text.replace("<br>", "").replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")
        assert not set(bare) & set("<>&")


def test_labels_fit_their_cells():
    """No label is longer than its cell is wide, or high where it stands upright."""
    view = tree(9, text="extraordinary")

    figure = icicle(view, 1)

    per_token = figure.layout.width / 45
    for annotation in figure.layout.annotations:
        if annotation.textangle == -90:
            assert extent(annotation.text) <= 83
        else:
            assert extent(annotation.text) <= 5 * per_token


def test_the_figure_names_no_colour_of_a_theme():
    """Colours come from the reader's theme, so that the drawing follows a switch to dark at once."""
    figure = json.loads(icicle(tree(2), 1).to_json())
    del figure["layout"]["template"]

    assert "#" not in json.dumps(figure)


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("short", 100, "short"),
        ("a longer label", 50, "a long…"),
        ("narrow", 20, ""),
        ("漢字漢字漢字", 60, "漢字漢字…"),
    ],
    ids=["fits", "cut", "nothing", "wide"],
)
def test_a_label_is_cut_to_its_room(text, room, expected):
    """With an ellipsis, not under three letters, and wide letters count as such."""
    assert fitted(text, room) == expected


def test_a_tooltip_is_broken_and_ends():
    """Long texts have lines of at most 64 letters, six of them."""
    lines = paragraph("word " * 400).split("<br>")

    assert len(lines) == 6
    assert all(len(line) <= 65 for line in lines)
    assert lines[-1].endswith("…")


def test_line_breaks_are_spaces():
    """A label is one line."""
    assert plain("a\n\tb  c") == "a b c"


def test_a_real_view_is_drawn_whole():
    """Every part but the root of a bundled case is a cell."""
    path = Path(__file__).resolve().parents[2] / "frontend" / "cases" / "critical_error.json"
    view = json.loads(path.read_text("utf-8"))["view"]

    drawn = cells(icicle(view, view["selected"]))

    assert [place for place, *_ in drawn] == list(range(1, len(view["parts"]["kind"])))
