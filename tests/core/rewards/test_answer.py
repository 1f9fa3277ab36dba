import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.rewards.answer import answer_range, answer_text


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("Let me think. <answer>red boots</answer> Done.", "red boots"),
        ("<answer>first</answer> no: <answer>second</answer>", "second"),
        ("<ANSWER>any case</Answer>", "any case"),
        ("<answer></answer>", ""),
        ("<answer>never closed", "<answer>never closed"),
        ("never opened</answer>", "never opened</answer>"),
        ("</answer>wrong way round<answer>", "</answer>wrong way round<answer>"),
        ("<answer>outer <answer>inner</answer> rest</answer>", "inner"),
        ("<answer>done</answer> and <answer>begun", "done"),
    ],
)
def test_the_answer_is_the_last_complete_pair_of_tags(response, answer):
    """Without one, the whole response is the answer."""
    assert answer_text(response) == answer


@given(st.text(), st.text(), st.text())
def test_the_range_is_where_the_answer_stands(before, inside, after):
    """Offsets count code points, so that hidden spans can be shifted by them."""
    response = f"{before}<answer>{inside}</answer>{after}"

    start, stop = answer_range(response)

    assert response[start:stop] == answer_text(response)
    assert 0 <= start <= stop <= len(response)
