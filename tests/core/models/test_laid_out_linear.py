import pytest
import torch
from torch import nn

from ospo_core.models.laid_out_linear import LaidOutLinear, can_be_laid_out, lay_out


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return nn.Linear(24, 40)


@pytest.mark.parametrize("rows", [1, 3, 16, 500])
def test_it_is_the_product_of_torch(layer, rows):
    """To rounding, for few rows and for many."""
    inputs = torch.randn(rows, 24)

    torch.testing.assert_close(LaidOutLinear([layer])(inputs), layer(inputs), atol=1e-5, rtol=0)


def test_several_layers_of_one_input_are_one_product(layer):
    """Side by side in the order given."""
    other, inputs = nn.Linear(24, 8), torch.randn(2, 5, 24)

    together = LaidOutLinear([layer, other])(inputs)

    torch.testing.assert_close(together, torch.cat([layer(inputs), other(inputs)], dim=-1), atol=1e-5, rtol=0)


def test_what_follows_is_in_the_same_step(layer):
    """The exact gelu, not its approximation."""
    inputs = torch.randn(7, 24)

    torch.testing.assert_close(
        LaidOutLinear([layer], then="gelu")(inputs), nn.functional.gelu(layer(inputs)), atol=1e-5, rtol=0
    )


def test_layers_without_bias_have_none():
    """As in most language models."""
    layer, inputs = nn.Linear(24, 8, bias=False), torch.randn(7, 24)

    torch.testing.assert_close(LaidOutLinear([layer])(inputs), layer(inputs), atol=1e-5, rtol=0)


def test_a_model_keeps_its_values(layer):
    """Every linear layer is replaced, however deep, and nothing else is."""
    model = nn.Sequential(layer, nn.Sequential(nn.ReLU(), nn.LayerNorm(40), nn.Linear(40, 3)))
    inputs = torch.randn(9, 24)
    before = model(inputs)

    lay_out(model)

    assert [type(one).__name__ for one in model.modules() if "Linear" in type(one).__name__] == ["LaidOutLinear"] * 2
    torch.testing.assert_close(model(inputs), before, atol=1e-5, rtol=0)


def test_other_precisions_stay_as_they_are(layer):
    """Sixteen bits have fast products of their own."""
    half = nn.Sequential(layer).to(torch.bfloat16)

    lay_out(half)

    assert not can_be_laid_out(half)
    assert type(half[0]) is nn.Linear
