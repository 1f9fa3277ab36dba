import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ospo_core.errors import InputError, SettingsError
from ospo_core.redistribution import rules
from ospo_core.redistribution.group import EPSILON, Group, Prefixes, Units
from ospo_core.redistribution.named import RULES, rule_named
from ospo_core.redistribution.rule_names import RULE_NAMES
from tests.core.redistribution.groups import efficient_groups, group_of, sums, targets

CONSERVING = [
    rules.uniform,
    rules.proportional,
    rules.rank,
    rules.rank_as_published,
    lambda group: rules.hybrid(group, 0.3),
    rules.signed,
]
WEIGHTED = CONSERVING[1:5]


def close(actual, expected, atol=1e-9):
    torch.testing.assert_close(actual, torch.as_tensor(expected, dtype=torch.float64), atol=atol, rtol=1e-6)


def units_of(group):
    """Plausible worths around each token, taken as its own unit: running sums of the credit."""
    after = group.baseline + group.credit.cumsum(1)
    return Units(before=after - group.credit, after=after, without=group.rewards[:, None] - group.credit)


@given(efficient_groups())
def test_uniform_is_exactly_the_flat_advantage(group):
    """Every completion token has A to the bit: this is GRPO."""
    expected = torch.where(group.mask, group.flat[:, None], torch.zeros(1, dtype=torch.float64))

    assert torch.equal(rules.uniform(group), expected)


@pytest.mark.parametrize("rule", CONSERVING)
@given(group=efficient_groups())
def test_token_advantages_sum_to_tokens_times_advantage(rule, group):
    """Credit moves advantage between tokens; it makes none and loses none."""
    close(sums(rule(group)), targets(group), atol=1e-6)


@pytest.mark.parametrize("rule", [*CONSERVING, rules.return_to_go])
@given(group=efficient_groups())
def test_padding_gets_exactly_nothing(rule, group):
    """Off the mask the advantage is 0, not merely small, and everything is finite."""
    advantages = rule(group)

    assert advantages[~group.mask].abs().sum() == 0
    assert torch.isfinite(advantages).all()


@pytest.mark.parametrize("rule", WEIGHTED)
@given(group=efficient_groups())
def test_weights_never_turn_a_token_against_the_response(rule, group):
    """proportional, rank and hybrid multiply A by weights >= 0."""
    assert (rule(group) * group.flat[:, None] >= -1e-12).all()


@pytest.mark.parametrize("rule", CONSERVING)
@pytest.mark.parametrize(
    ("rewards", "credits"),
    [
        ([1.0, 2.0], [[0.0, 0.0], [0.0, 0.0, 0.0]]),
        ([-1.0, -3.0], [[-0.5, -0.5], [-1.0, -2.0]]),
        ([1.0, 1.0], [[0.25, 0.75], [2.0, -1.0]]),
        ([0.3, 0.9], [[0.3], [0.9]]),
    ],
    ids=["all credit zero", "all negative", "no spread", "one token"],
)
def test_defined_in_the_corners(rule, rewards, credits):
    """All credit 0, all negative, sigma 0, T = 1: finite; and the sum is kept wherever the credit can keep it."""
    group = group_of(rewards, credits)

    advantages = rule(group)

    assert torch.isfinite(advantages).all()
    efficient = torch.isclose(group.credit.sum(dim=1), group.rewards - group.baseline)
    kept = torch.isclose(sums(advantages), targets(group), atol=1e-6)
    assert (kept | ~efficient).all()


def test_proportional_by_hand():
    """W = min-max over its sum: credits 0, 1, 3 give weights 0, 1/4, 3/4 of T A."""
    group = group_of([1.0, -1.0], [[0.0, 1.0, 3.0], [0.0, 0.0, 0.0]])

    advantages = rules.proportional(group)

    close(advantages[0], 3 * group.flat[0] * torch.tensor([0.0, 0.25, 0.75]).double())
    close(advantages[1], group.flat[1].repeat(3))


def test_rank_by_hand():
    """Highest credit, highest rank: 0.1, 5, 0.2 have ranks 1, 3, 2 of 6; ties share 1.5."""
    group = group_of([1.0, -1.0], [[0.1, 5.0, 0.2], [2.0, 2.0, 7.0]])

    advantages = rules.rank(group)

    close(advantages[0], 3 * group.flat[0] * torch.tensor([1, 3, 2]).double() / 6)
    close(advantages[1], 3 * group.flat[1] * torch.tensor([1.5, 1.5, 3]).double() / 6)


def test_rank_as_published_gives_the_highest_credit_the_lowest_weight():
    """The published code's order, reproduced for what it is: weights 3, 1, 2 of 6 for credits 0.1, 5, 0.2."""
    group = group_of([1.0, -1.0], [[0.1, 5.0, 0.2], [0.0, 0.0, 0.0]])

    close(rules.rank_as_published(group)[0], 3 * group.flat[0] * torch.tensor([3, 1, 2]).double() / 6)


def test_signed_pushes_a_harmful_token_of_a_winner_down():
    """(T phi - (mean - v0)) / (std + eps): a token of credit -0.5 in the better response gets a negative advantage."""
    group = group_of([1.0, 0.0], [[1.5, -0.5], [0.0, 0.0]])
    scale = 0.5**0.5 + EPSILON

    close(rules.signed(group), [[2.5 / scale, -1.5 / scale], [-0.5 / scale, -0.5 / scale]])


def test_signed_under_no_spread_is_the_flat_advantage():
    """Rewards that agree but for rounding must not blow the credit up a ten-thousandfold."""
    group = group_of([1.0, 1.0 + 1e-7], [[2.0, -1.0], [0.5, 0.5]])

    assert torch.equal(rules.signed(group), rules.uniform(group))


@given(efficient_groups())
def test_return_to_go_sums_to_nothing_at_every_position(group):
    """The baseline is the mean over the responses that have a token there."""
    close(rules.return_to_go(group).sum(dim=0), torch.zeros(group.mask.shape[1]), atol=1e-6)


def test_return_to_go_by_hand():
    """Credit from t on: (3, 2) and (1); mean at position 0 is 2, at position 1 it is 2 over the one that reaches it."""
    group = group_of([3.0, 1.0], [[1.0, 2.0], [1.0]])
    scale = 2**0.5 + EPSILON

    close(rules.return_to_go(group), [[1 / scale, 0.0], [-1 / scale, 0.0]])


def test_prefix_by_hand():
    """R - v(prefix before t): (3, 1) and (1, 0.5); centred by position."""
    group = group_of([3.0, 1.0], [[0.0, 0.0], [0.0, 0.0]])
    before = torch.tensor([[0.0, 2.0], [0.0, 0.5]], dtype=torch.float64)
    scale = 2**0.5 + EPSILON

    close(rules.prefix(group, Prefixes(before=before)), [[1 / scale, 0.25 / scale], [-1 / scale, -0.25 / scale]])


def test_past_conditioned_by_hand():
    """Two responses of 2 and 1 tokens, every term written out.

    q = R - before: (1, 0.6 | eos 0), (0.2 | eos 0). Alive: position 0 both, 1 both (the second at its end), 2 one.
    U: position 0 mean 0.6 -> 0.4, -0.4; position 1 mean 0.3 -> 0.3, eos of the second -0.3; position 2: 0.
    c: ((1-0.5)+0.4)/2 = 0.45, ((1-0.4)+0.6)/2 = 0.6; ((0.2-0)+0.2)/2 = 0.2. s = 0.8/sqrt 2 + 1e-4.
    """
    group = group_of([1.0, 0.2], [[0.0, 0.0], [0.0]])
    units = Units(
        before=torch.tensor([[0.0, 0.4], [0.0, 0.0]], dtype=torch.float64),
        after=torch.tensor([[0.4, 1.0], [0.2, 0.0]], dtype=torch.float64),
        without=torch.tensor([[0.5, 0.4], [0.0, 0.0]], dtype=torch.float64),
    )
    s = 0.8 / 2**0.5 + EPSILON

    advantages = rules.past_conditioned(group, units)

    close(advantages.tokens, [[(0.45 + 0.2) / s, (0.6 + 0.15) / s], [(0.2 - 0.2) / s, 0.0]])
    close(advantages.eos, [0.0, -0.3 / s])


@given(efficient_groups())
def test_past_conditioned_stays_within_two(group):
    """Whatever the worths, no advantage leaves [-2, 2], and equal rewards give no update."""
    advantages = rules.past_conditioned(group, units_of(group))

    assert advantages.tokens.abs().max() <= 2
    assert advantages.eos.abs().max() <= 2
    assert group.has_spread or advantages.tokens.abs().sum() == 0


@given(efficient_groups(), st.floats(0, 1))
def test_blend_is_the_weighted_mean(group, weight):
    """`weight` of past_conditioned, the rest uniform."""
    units = units_of(group)

    mixed = rules.blend(group, units, weight)

    ours = rules.past_conditioned(group, units)
    close(mixed.tokens, weight * ours.tokens + (1 - weight) * rules.uniform(group))
    close(mixed.eos, weight * ours.eos + (1 - weight) * group.flat)


def test_the_spread_is_the_sample_deviation():
    """Std with G - 1, as GRPO's trainers have it; a single response has none."""
    assert float(group_of([1.0, 3.0], [[0.0], [0.0]]).spread) == pytest.approx(2**0.5)
    assert float(group_of([1.0], [[0.0]]).spread) == 0.0


def test_rules_work_in_single_precision():
    """In training tensors are float32: dtype is kept, and the sum to 1e-6 relative."""
    group = group_of([1.0, -0.5, 0.25], [[0.5, 0.5], [-0.75, 0.25], [0.25, 0.0]])
    single = Group(rewards=group.rewards.float(), baseline=0.0, mask=group.mask, credit=group.credit.float())

    for rule in CONSERVING:
        advantages = rule(single)
        assert advantages.dtype == torch.float32
        torch.testing.assert_close(sums(advantages), targets(single), atol=1e-5, rtol=1e-6)


def test_shapes_that_do_not_fit_are_refused():
    """Rewards, mask and credit must speak of the same group."""
    with pytest.raises(InputError, match=r"rewards \(G,\), mask \(G, T\)"):
        Group(rewards=torch.zeros(3), baseline=0.0, mask=torch.ones(2, 4, dtype=torch.bool), credit=torch.zeros(2, 4))


def test_every_rule_can_be_named():
    """Run files, requests and options offer the names of the rules, in their order."""
    assert tuple(rule.name for rule in RULES) == RULE_NAMES


def test_an_unknown_rule_is_named():
    """The error lists the rules there are, all ten of them."""
    with pytest.raises(SettingsError, match="choose one of uniform, proportional"):
        rule_named("propotional")
    assert len({rule.name for rule in RULES}) == 10
