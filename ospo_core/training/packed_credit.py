"""The measured completions of a step as tensors, credited tokens side by side, and gathered from all processes.

The members of a group may lie on several processes, and rules compare them: their mean, their spread, who is still
alive at a position. Every process gathers the same four tensors, however its own measuring went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor

from ospo_core.training.completion_credit import CompletionCredit

_FIELDS = ("credit", "before", "after", "without")


@dataclass(frozen=True, kw_only=True)
class PackedCredit:
    """N completions, the credited tokens of each from the left on, T of them at the most.

    Attributes:
        fields: (N, T, 4) credit, before, after, without.
        lengths: (N,) credited tokens.
        baseline: (N,) v(nobody).
        measured: (N,) bool, False where measuring failed.
    """

    fields: Tensor
    lengths: Tensor
    baseline: Tensor
    measured: Tensor

    @classmethod
    def of(cls, completions: Sequence[CompletionCredit | None], device: torch.device) -> PackedCredit:
        """On `device`, in float64 where it has it."""
        dtype = torch.float32 if device.type == "mps" else torch.float64
        lengths = [len(one.tokens) if one else 0 for one in completions]
        fields = torch.zeros(len(completions), max([1, *lengths]), len(_FIELDS), dtype=dtype)
        for row, one in enumerate(completions):
            if one:
                columns = [torch.as_tensor(getattr(one.worths, name), dtype=dtype) for name in _FIELDS]
                fields[row, : len(one.tokens)] = torch.stack(columns, dim=1)
        return cls(
            fields=fields.to(device),
            lengths=torch.tensor(lengths, device=device),
            baseline=torch.tensor([one.worths.baseline if one else 0.0 for one in completions], dtype=dtype).to(device),
            measured=torch.tensor([one is not None for one in completions], device=device),
        )

    def gathered(self, accelerator: Accelerator) -> PackedCredit:
        """Those of all processes, in their order. Collective: every process must call it."""
        fields = accelerator.pad_across_processes(self.fields, dim=1)
        assert isinstance(fields, Tensor)
        return PackedCredit(
            fields=gathered(accelerator, fields),
            lengths=gathered(accelerator, self.lengths),
            baseline=gathered(accelerator, self.baseline),
            measured=gathered(accelerator, self.measured.int()).bool(),
        )

    @property
    def mask(self) -> Tensor:
        """(N, T) True on credited tokens."""
        return torch.arange(self.fields.shape[1], device=self.fields.device)[None] < self.lengths[:, None]

    def rows(self, chosen: Tensor) -> PackedCredit:
        """Some of the completions, by their numbers."""
        return PackedCredit(
            fields=self.fields[chosen],
            lengths=self.lengths[chosen],
            baseline=self.baseline[chosen],
            measured=self.measured[chosen],
        )

    def field(self, name: str) -> Tensor:
        """(N, T) one of the fields."""
        return self.fields[..., _FIELDS.index(name)]


def gathered(accelerator: Accelerator, values: Tensor) -> Tensor:
    """The rows of all processes, in their order. Collective."""
    rows = accelerator.gather(values.contiguous())
    assert isinstance(rows, Tensor)
    return rows
