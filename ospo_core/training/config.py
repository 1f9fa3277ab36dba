"""The settings of a training with token credit: TRL's and the credit's. Refuses what cannot work, and says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import no_type_check

from trl.trainer.grpo_config import GRPOConfig

from ospo_core.errors import SettingsError
from ospo_core.redistribution.named import rule_named
from ospo_core.training.token_advantages import Redistributing

UNIFORM = "uniform"
DEFAULT_CLIPS = {"signed": 3.0}
"""Rules whose advantages are bounded where nothing else is asked for."""


@no_type_check  # TRL resolves its fields to other types than it declares them with
@dataclass
class OSPOConfig(GRPOConfig):
    """GRPOConfig and how credit is found and redistributed.

    Raises: SettingsError: an unknown rule, or a setting of TRL's under which token credit has no effect or no meaning.
    """

    rule: str = field(default="uniform", metadata={"help": "redistribution rule; uniform is GRPO"})
    rule_weight: float = field(default=0.5, metadata={"help": "weight of the credit in hybrid and blend, 0 to 1"})
    clip: float | None = field(
        default=None,
        metadata={"help": "bound on token advantages, the clipped mass given back; 3 for signed, else none"},
    )
    players: str = field(default="word", metadata={"help": "word or phrase"})
    evaluations: int = field(default=32, metadata={"help": "most evaluations a completion for an Owen value"})
    credit_seed: int = field(default=0, metadata={"help": "seed of the orders that an estimated Owen value samples"})

    def __post_init__(self) -> None:
        """Check the credit's settings before TRL's are resolved."""
        self._check_credit()
        if self.rule != UNIFORM:
            self._check_loss()
        super().__post_init__()

    @property
    def redistributing(self) -> Redistributing:
        """The rule as it is applied."""
        return Redistributing(
            rule=rule_named(self.rule),
            weight=self.rule_weight,
            clip=DEFAULT_CLIPS.get(self.rule) if self.clip is None else self.clip,
            scale_rewards=str(self.scale_rewards),
        )

    def _check_credit(self) -> None:
        rule_named(self.rule)
        if self.players not in ("word", "phrase"):
            raise SettingsError(f"players must be word or phrase in training, got {self.players!r}")
        if not 0 <= self.rule_weight <= 1:
            raise SettingsError(f"rule_weight lies between 0 and 1, got {self.rule_weight}")
        if self.clip is not None and not self.clip > 0:
            raise SettingsError(f"clip must be above 0, got {self.clip}; leave it out for none")
        if self.evaluations < 2:
            raise SettingsError(f"evaluations must be at least 2, got {self.evaluations}")

    def _check_loss(self) -> None:
        """Refuse what makes token credit meaningless."""
        if self.importance_sampling_level == "sequence":
            raise SettingsError(
                f"rule {self.rule} needs importance_sampling_level token: one ratio for the whole sequence multiplies "
                "the sum of its token advantages, so that token credit cancels out of the gradient"
            )
        if self.use_liger_kernel:
            raise SettingsError(
                f"rule {self.rule} cannot use Liger's kernels: their fused loss takes one advantage a completion; "
                "set use_liger_kernel to false"
            )
        if self.multi_objective_aggregation == "normalize_then_sum":
            raise SettingsError(
                f"rule {self.rule} needs multi_objective_aggregation sum_then_normalize: credit is of the weighted sum "
                "of the rewards, and dividing each by its own spread makes that another game"
            )
