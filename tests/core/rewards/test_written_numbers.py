import pytest
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.rewards.phrase import normalised
from ospo_core.rewards.written_numbers import written_numbers


def values(text):
    return [number.value for number in written_numbers(normalised(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2400", [2400]),
        ("2,400", [2400]),
        ("2 400", [2400]),
        ("2\u202f400\u00a0000", [2400000]),
        ("1,234,567.5", [1234567.5]),
        ("2.4", [2.4]),
        ("ends with 2.4.", [2.4]),
        ("15mg", [15]),
        ("1,500mg", [1500]),
        ("4 %", [4]),
        ("$3.2", [3.2]),
        ("-5 and −7 and +3", [-5, -7, 3]),
        ("10-15 or 10–15", [10, 15, 10, 15]),
        ("6.02e23", [6.02e23]),
        ("(3)", [3]),
        ("in 2024 300 people", [2024, 300]),
        ("2 4000", [2, 4000]),
        ("服用240毫克", [240]),
        ("٣ and ５", [3, 5]),
    ],
)
def test_numbers_are_read_as_people_write_them(text, expected):
    """Thousands by comma or space, a decimal point, signs, ranges, any script's digits."""
    assert values(text) == expected


@pytest.mark.parametrize("text", ["", "none", "vitamin b12", "1,5", "3.14.15", "12.03.2024", "1,23,456", "x_7"])
def test_what_is_no_clear_number_is_not_read(text):
    """No number is better than a wrong one."""
    assert values(text) == []


@given(st.integers(0, 10**9))
def test_any_grouping_reads_as_the_same_number(number):
    """Plain, with commas and with spaces."""
    grouped = f"{number:,}"

    assert values(f"{number} and {grouped} and {grouped.replace(',', ' ')}") == [number] * 3


@pytest.mark.parametrize(
    ("text", "unit", "has"),
    [
        ("15 mg", "mg", True),
        ("15mg.", "mg", True),
        ("15  MG", "mg", True),
        ("15 mgs", "mg", False),
        ("15 tablets of mg", "mg", False),
        ("4%", "%", True),
        ("4 per cent", "per cent", True),
        ("$3", "$", True),
        ("€ 3", "€", True),
        ("3 €", "€", True),
        ("mg 3", "mg", False),
        ("240毫克每天", "毫克", True),
    ],
)
def test_a_unit_stands_directly_behind(text, unit, has):
    """After a space at most; a currency sign may also stand in front."""
    text = normalised(text)
    (number,) = written_numbers(text)

    assert number.has_unit(text, [normalised(unit)]) is has
