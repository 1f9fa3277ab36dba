"""The terminal view: colours where allowed, cues where not, and no text that acts."""

import io

import pytest
from rich.console import Console

from ospo_core.report.terminal import compare_terminal, explain_terminal, harmless
from tests.core.report.documents import HOSTILE, compare_document, explain_document, segmented


def _printed(show, document, **settings):
    file = io.StringIO()
    show(document, Console(file=file, force_terminal=True, color_system="truecolor", **settings))
    return file.getvalue()


def test_blame_has_the_colour_of_its_stop():
    """The token of largest blame stands on the strongest orange of the dark theme, underlined."""
    printed = _printed(explain_terminal, explain_document(estimates=1), width=100)

    assert "\x1b[4;38;2;236;234;229;48;2;151;76;25m400" in printed


def test_no_color_keeps_the_words_and_the_cues():
    """Without colour no colour code is printed, blame is still underlined and every number is there."""
    printed = _printed(explain_terminal, explain_document(), width=100, no_color=True)

    assert "48;2" not in printed
    assert "\x1b[4m400\x1b[0m" in printed
    assert "−0.318" in printed
    assert "± 0.014" in printed


def test_control_characters_of_a_text_do_not_act():
    """Escape, bell, bidi overrides and line separators are replaced; nothing of the text is lost to markup."""
    printed = _printed(explain_terminal, explain_document(segmented(HOSTILE), prompt=HOSTILE), width=200, no_color=True)

    assert "␛" in printed
    assert "␇" in printed
    assert "\x1b[31mescape" not in printed
    assert "\x07" not in printed
    assert not set("\u2028\u2029\u202e\u2066") & set(printed)
    assert "[red]" in harmless(HOSTILE)


@pytest.mark.parametrize("width", [34, 40])
def test_narrow_terminals_keep_numbers_whole(width):
    """Words may be shortened in a narrow terminal, credit and interval are not."""
    printed = _printed(explain_terminal, explain_document(), width=width, no_color=True)

    assert "−0.318" in printed
    assert "± 0.014" in printed


def test_a_group_is_a_table_and_the_most_disputed_response():
    """Comparing prints a row per response, the sentence and the flaw of the rule."""
    printed = _printed(compare_terminal, compare_document(), width=100, no_color=True)

    assert "The two rules disagree most on response 4" in printed
    assert "Response 4, uniform (GRPO)" in printed
    assert all(f"{number}  " in printed for number in range(1, 7))
    assert "because coalitions drop what came before a token" in printed
