"""The Python side of the components: what is sent to the browser, and what a reader's choice comes back as."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend import theme
from frontend.components.digest import digest
from ospo_core.report import palette
from ospo_core.report.compare_view import compare_view
from ospo_core.report.explain_view import explain_view
from ospo_core.report.pair_view import pair_view
from tests.core.report.documents import ARABIC, compare_document, explain_document, segmented

FRONTEND = Path(theme.__file__).parent
DRAWING = FRONTEND / "components" / "drawing"
GROUP = (0.5, 0.42, 0.3)


def credit_page(view: dict, checks: dict | None = None) -> None:
    """A page with one explained response."""
    import streamlit as st

    from frontend.components import credit_view

    st.session_state.said = credit_view(view, key="view", checks=checks).pin


def group_page(view: dict) -> None:
    """A page with one group."""
    import streamlit as st

    from frontend.components import group_view

    st.session_state.said = group_view(view, key="view").row


def tree_page(view: dict) -> None:
    """A page that owns the selected node, as one with a chart beside the tree does."""
    import streamlit as st

    from frontend.components import tree_view

    st.session_state.node = tree_view(view, selected=st.session_state.get("node", 1), key="view").selected


def other_page(pair: dict, explained: dict) -> None:
    """A page with the components that nothing comes back from."""
    from frontend.components import pair_view, readout_view, sentence_view

    sentence_view(explained["sentence"], key="sentence")
    pair_view(pair, key="pair")
    readout_view(explained["cells"], key="cells")


def page(function: Any, *arguments: Any, **state: Any) -> AppTest:
    """The page after its first run."""
    test = AppTest.from_function(function, args=arguments, default_timeout=30)
    for name, value in state.items():
        test.session_state[name] = value
    test.run()
    assert not test.exception
    return test


def sent(test: AppTest, place: int = 0) -> dict[str, Any]:
    """The data of one component on a page."""
    return json.loads(test.main.children[place].proto.json)


@pytest.fixture(scope="module")
def explained() -> Any:
    """A view of kind explain."""
    return explain_view(explain_document(rewards=GROUP))


@pytest.fixture(scope="module")
def group() -> Any:
    """A view of kind compare."""
    return compare_view(compare_document())


def test_a_view_is_sent_without_what_nobody_draws(explained):
    """The browser gets values and strings, not the prompt, the response, nor the sentences of the tree."""
    data = sent(page(credit_page, explained))

    assert data["view"]["own"] == json.loads(json.dumps(explained["own"]))
    assert {"prompt", "response", "tree_sentences"}.isdisjoint(data["view"])
    assert data["pin"] is None


def test_a_missing_field_is_named(explained):
    """A view of another kind or version fails in Python, by the name of what is missing."""
    broken = {name: value for name, value in explained.items() if name != "ladder"}

    test = AppTest.from_function(credit_page, args=(broken,)).run()

    assert "ladder" in test.exception[0].message


def test_the_version_changes_with_the_data_alone(explained):
    """Equal data has an equal version, new checks change it and not the drawing, new values change both."""
    first, again = sent(page(credit_page, explained)), sent(page(credit_page, dict(reversed(explained.items()))))
    checked = sent(page(credit_page, explained, {"token": 3, "rows": [["remove", "+1", "+1", "0"]]}))
    changed = sent(page(credit_page, explained | {"notice": "stopped"}))

    assert again["version"] == first["version"]
    assert checked["version"] != first["version"]
    assert checked["drawing"] == first["drawing"] != changed["drawing"]
    assert changed["text"] == first["text"]


def test_a_pin_comes_back(explained):
    """What the script sets is the pin, and is sent again so that a page drawn anew shows it."""
    test = page(credit_page, explained)

    test.session_state["view"] = {"pin": {"at": 7, "text": sent(test)["text"]}}
    test.run()

    assert test.session_state.said == 7
    assert sent(test)["pin"] == 7


@pytest.mark.parametrize(
    "state", [{"pin": {"at": 7, "text": "another"}}, {"pin": {"at": 10**6}}, {"pin": {"at": "7"}}, {"pin": 7}, {}, None]
)
def test_a_pin_that_means_nothing_here_is_none(explained, state):
    """A pin on another text, beyond the text, or of the wrong shape is no pin."""
    test = page(credit_page, explained)

    test.session_state["view"] = state or {}
    test.run()

    assert not test.exception
    assert test.session_state.said is None


def test_another_text_has_another_name(explained):
    """The digest that a pin carries tells texts apart, and cuts of one text."""
    other = explain_view(explain_document(segmented(ARABIC), rewards=GROUP))

    assert sent(page(credit_page, explained))["text"] != sent(page(credit_page, other))["text"]


def test_the_open_row_comes_back(group):
    """The view's own row until a reader opens another."""
    test = page(group_page, group)
    assert test.session_state.said == group["selected"]

    test.session_state["view"] = {"row": {"at": 1}}
    test.run()

    assert test.session_state.said == 1


def test_a_node_chosen_in_the_tree_wins_once(explained):
    """A click in the tree wins over the page's node; afterwards the page may select another one again."""
    test = page(tree_page, explained)
    assert test.session_state.node == 1

    test.session_state["view"] = {"selected": {"at": 4, "turn": 1}}
    test.run()
    assert test.session_state.node == 4
    test.session_state["node"] = 0
    test.run()
    assert test.session_state.node == 0
    assert sent(test)["selected"] == 0
    test.session_state["view"] = {"selected": {"at": 4, "turn": 2}}
    test.run()

    assert test.session_state.node == 4


def test_the_other_components_send_their_data(explained):
    """Sentence, pair and readout arrive as they are."""
    pair: Any = pair_view(explain_document(), explain_document(segmented("Yes, paracetamol is a good choice.")))

    test = page(other_page, pair, explained)

    assert sent(test, 0)["parts"] == [list(part) for part in explained["sentence"]]
    assert sent(test, 1)["view"]["match"] == json.loads(json.dumps(pair["match"]))
    assert sent(test, 2)["cells"] == explained["cells"]


def test_digests_do_not_depend_on_the_order_of_names():
    """Equal data, equal name; a changed number, another name."""
    assert digest({"a": 1, "b": [1.0, None]}) == digest({"b": [1.0, None], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_texts_enter_the_page_as_text_only():
    """No script of ours parses HTML, runs a string, or sets an address from data."""
    scripts = "".join(path.read_text("utf-8") for path in DRAWING.glob("*.js"))

    assert (
        re.findall(r"(?i)innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(", scripts)
        == []
    )
    assert re.findall(r"\b(href|src|srcdoc|formaction)\b", scripts) == []


def test_the_theme_is_streamlits_and_not_the_systems():
    """The query for the system's preference would ignore Streamlit's own theme menu."""
    styles = "".join(path.read_text("utf-8") for path in DRAWING.glob("*.css"))

    assert "prefers-color-scheme" not in styles + (FRONTEND / "page.css").read_text("utf-8")
    assert "light-dark(" in theme.custom_properties(":host")


def test_streamlits_theme_has_the_same_colours():
    """config.toml and theme.py are one palette, which is that of the reports."""
    config = tomllib.loads((FRONTEND / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]

    for name, colours in (("light", theme.LIGHT), ("dark", theme.DARK)):
        shown = config[name]
        assert shown["backgroundColor"] == colours["bg"]
        assert shown["secondaryBackgroundColor"] == colours["raise"]
        assert shown["textColor"] == shown["primaryColor"] == colours["ink"]
        assert shown["borderColor"] == colours["rule-2"]
        assert shown["chartDivergingColors"] == [colours[step] for step in theme.STEPS if step != "z"]


@pytest.mark.parametrize(("scheme", "colours"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_the_screen_has_the_colours_of_the_reports(scheme, colours):
    """A result looks the same on the screen and in the file that is exported from it."""
    css = palette.css_variables()
    block = css if scheme == "light" else css[css.index("prefers-color-scheme") :]

    assert {name: colour for name, colour in colours.items() if f"--{name}:{colour}" not in block} == {}
