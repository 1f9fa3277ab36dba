"""Linear layers by oneDNN, with weights laid out for it once: faster than the plain product on a processor.

Every row of a product is the same to the bit however many rows there are (seen on x86 with torch 2.13; elsewhere to
rounding). In 32 bits, without gradients. Source: oneDNN's blocked weight formats and post-ops, as torch exposes them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import nn

_USUAL_ROWS = 1024
"""What the layout is chosen for; other numbers of rows give the same values."""


class LaidOutLinear(nn.Module):
    """The products of one input with the parts side by side, then what follows, in one step.

    `then` is "none" or "gelu". The weights are copied: the parts can go. Like torch's own layer it has a `weight`, of
    which some models ask the type, but in a layout that only oneDNN reads.
    """

    def __init__(self, parts: Sequence[nn.Linear], then: str = "none") -> None:
        super().__init__()
        weight = torch.cat([part.weight.detach() for part in parts])
        self.bias = _together([part.bias for part in parts])
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, _USUAL_ROWS)
        self._then = then

    def forward(self, rows: Float[torch.Tensor, "... i"]) -> Float[torch.Tensor, "... o"]:
        """One product for all parts."""
        return torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, self._then, [], "none")


def _together(biases: Sequence[torch.Tensor | None]) -> torch.Tensor | None:
    known = [bias.detach() for bias in biases if bias is not None]
    return torch.cat(known) if known else None


def can_be_laid_out(model: nn.Module) -> bool:
    """Whether this torch has such products, and the model is on the processor in 32 bits."""
    weights = next(model.parameters(), None)
    return (
        weights is not None
        and weights.device.type == "cpu"
        and weights.dtype == torch.float32
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


def lay_out(model: nn.Module) -> None:
    """Replace the linear layers inside `model`, where that can be done; the model cannot be trained afterwards."""
    if not can_be_laid_out(model):
        return
    for owner in list(model.modules()):
        for name, layer in list(owner.named_children()):
            # Exactly this class: those that descend from it compute something else.
            if type(layer) is nn.Linear:
                setattr(owner, name, LaidOutLinear([layer]))
