"""Which of a classifier's labels is the reward, and how its logit becomes a number that means the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float64
from numpy import ndarray
from transformers import PreTrainedConfig

from ospo_core.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLabel:
    """One label of a classification head. The logit itself where it is the only label; else its log-probability.

    Attributes:
        name: as the model's configuration has it.
        index: its column among the logits.
        count: how many labels there are.
        independent: whether each label is true or false by itself, instead of one of all being true.
    """

    name: str
    index: int
    count: int
    independent: bool

    @property
    def identity(self) -> Mapping[str, Any]:
        """The label and what is read off it."""
        return {"label": self.name, "reading": "logit" if self.count == 1 else "log-probability"}

    def scores(self, logits: Float64[ndarray, "b labels"]) -> Float64[ndarray, "b"]:
        """One number per row of logits."""
        rows = torch.from_numpy(logits)
        if self.count > 1:
            rows = torch.nn.functional.logsigmoid(rows) if self.independent else rows.log_softmax(dim=1)
        return rows[:, self.index].numpy()


def choose_label(config: PreTrainedConfig, wanted: str | None) -> ClassLabel:
    """The label of that name or number; None where there is only one to choose.

    Raises: SettingsError: there is no such label, or several and none was chosen; lists them.
    """
    names = [str(name) for _, name in sorted((config.id2label or {}).items())]
    known = {**{str(number): number for number in range(len(names))}, **{name: i for i, name in enumerate(names)}}
    if wanted is None and len(names) > 1:
        raise SettingsError(f"the model has {len(names)} labels; choose one by `label`: {', '.join(names)}")
    if wanted is not None and wanted not in known:
        raise SettingsError(f"the model has no label {wanted!r}; its labels are: {', '.join(names)}")
    index = 0 if wanted is None else known[wanted]
    independent = config.problem_type == "multi_label_classification"
    return ClassLabel(name=names[index], index=index, count=len(names), independent=independent)
