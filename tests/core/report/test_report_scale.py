"""The scale of a page: its domain, its steps, its legend; and how numbers are written."""

import pytest

from ospo_core.report import numbers
from ospo_core.report.palette import DARK, LIGHT
from ospo_core.report.scale import EDGES, Scale, step_name


@pytest.mark.parametrize(("largest", "domain"), [(1.0, 1.0), (1.01, 1.2), (2.3, 2.4), (0.0061, 0.008), (81.0, 100.0)])
def test_domain_is_the_next_round_number(largest, domain):
    """The domain of equal values is the value rounded up to 1, 1.2, 1.5, 2, 2.4, 3, 4, 5, 6, 8 times a power of ten."""
    scale = Scale.of([largest, -largest])

    assert scale.domain == pytest.approx(domain)


def test_one_extreme_token_does_not_set_the_domain():
    """One value in two hundred lies beyond the 98th percentile and is marked as beyond the scale."""
    scale = Scale.of([1.0] * 199 + [50.0])

    assert scale.domain == 1.0
    assert scale.is_beyond(50.0)
    assert not scale.is_beyond(1.0)


def test_a_page_of_zeros_has_a_scale_without_colour():
    """Where every value is zero the scale exists and gives step 0."""
    assert Scale.of([0.0, 0.0]).step(0.0) == 0
    assert Scale.of([]).domain == 1.0


def test_sparse_credit_still_has_a_domain():
    """Where the percentile is zero the largest value sets the domain."""
    assert Scale.of([0.0] * 999 + [0.5]).domain == pytest.approx(0.5)


def test_steps_change_exactly_at_the_edges():
    """A value on an edge belongs to the higher step, one just under it to the lower, alike on both sides."""
    scale = Scale(domain=1.0)

    assert [scale.step(edge) for edge in EDGES] == [1, 2, 3, 4, 5]
    assert [scale.step(-edge) for edge in EDGES] == [-1, -2, -3, -4, -5]
    assert [scale.step(edge - 1e-9) for edge in EDGES] == [0, 1, 2, 3, 4]


def test_the_legend_prints_the_edges_in_units():
    """Ticks are the upper four edges on both sides of 0, with a proper minus."""
    assert Scale(domain=24.0).ticks() == ("−18", "−12", "−6", "−2.4", "0", "+2.4", "+6", "+12", "+18")


def test_step_names_are_the_names_of_the_stops():
    """Every step but zero has a name under which both themes define a colour."""
    for theme in (LIGHT, DARK):
        declared = theme.css_variables()
        assert all(f"--{step_name(step)}:{theme.fill(step)};" in declared for step in (-5, -1, 1, 5))
    assert LIGHT.fill(0) is None


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_ink_is_readable_on_every_stop(theme):
    """The contrast of ink is at least 4.5 on the page and on all ten stops."""
    fills = [theme.page, *theme.credit, *theme.blame]

    assert min(_contrast(theme.ink, fill) for fill in fills) >= 4.5


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.signed(-0.3184, 3), "−0.318"),
        (numbers.signed(0.0291, 3), "+0.029"),
        (numbers.signed(-0.0002, 3), "0.000"),
        (numbers.plain(1234.5, 1), "1,234.5"),
        (numbers.advantage(-25.91), "−25.9"),
        (numbers.advantage(-1.272), "−1.27"),
        (numbers.percent(0.868), "87\u00a0%"),
        (numbers.percent(0.001), "<1\u00a0%"),
        (numbers.percent(-0.53), "−53\u00a0%"),
        (numbers.as_sentence("the budget is 512"), "The budget is 512."),
        (numbers.count(31632), "31,632"),
        (numbers.count(2**5000), "1.4 × 10¹⁵⁰⁵"),
        (numbers.residual(2.2e-16), "2e−16"),
        (numbers.residual(0.0), "0"),
        (numbers.short(0.00046), "0.00046"),
    ],
)
def test_numbers_are_written_one_way(written, expected):
    """Real minus, no negative zero, fixed decimals, powers of ten where digits would not be read."""
    assert written == expected


def test_decimals_grow_with_tiny_credit():
    """Credit of a few ten-thousandths is not printed as a column of zeros; ordinary credit keeps three decimals."""
    assert numbers.Decimals.of([0.0004, -0.0001], [0.001]).credit == 5
    assert numbers.Decimals.of([0.3, 0.001], [0.62]) == numbers.Decimals(credit=3, reward=2)


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
