"""Run by `accelerate launch` on two processes: one group of eight is split over them, four completions on each.

Writes one JSON file a process: by rule a digest of the trained weights and the figures of the last step.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator

from ospo_core.training.completion_credit import CompletionCredit
from ospo_core.training.credit_plan import TokenWorths
from ospo_core.training.packed_credit import PackedCredit
from tests.training.tiny_policy import tiny_policy, trainer


def main(folder: Path) -> None:
    """Two steps under each of two rules; then what this process has."""
    rank = Accelerator(cpu=True).process_index
    found = {rule: trained(folder / f"{rule}-{rank}", rule) for rule in ("blend", "signed")}
    (folder / f"rank-{rank}.json").write_text(json.dumps(found | {"gathered_as_whole": gathered_as_whole()}))
    # Together: the one that ends first would take the connection from under the other.
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


def trained(folder: Path, rule: str) -> dict[str, Any]:
    """Weights and figures after two steps."""
    training = trainer(folder, rule=rule, per_device_train_batch_size=4, generation_batch_size=8, max_steps=2)
    training.train()
    weights, before = (
        torch.cat([weight.detach().flatten() for weight in model.parameters()])
        for model in (training.model, tiny_policy())
    )
    figures = [entry for entry in training.state.log_history if "credit/seconds" in entry][-1]
    return {
        "processes": training.accelerator.num_processes,
        "weights": hashlib.sha256(weights.numpy().tobytes()).hexdigest(),
        "moved": float((weights - before).abs().max()),
        "conservation_error": figures["credit/conservation_error"],
        "failed": figures["credit/failed"],
    }


def gathered_as_whole() -> bool:
    """Completions of different lengths, one of them not measured: gathered parts are the whole."""
    accelerator = Accelerator(cpu=True)
    rng = np.random.default_rng(0)
    lengths = [3, 0, 5, 1, 7, 2, 0, 4]
    worths = [[rng.normal(size=length) for _ in range(4)] for length in lengths]
    everyone: list[CompletionCredit | None] = [
        CompletionCredit(
            tokens=range(length),
            worths=TokenWorths(credit=a, before=b, after=c, without=d, baseline=float(length)),
        )
        for length, (a, b, c, d) in zip(lengths, worths, strict=True)
    ]
    everyone[6] = None
    first = accelerator.process_index * 4
    parts = PackedCredit.of(everyone[first : first + 4], accelerator.device).gathered(accelerator)
    whole = PackedCredit.of(everyone, accelerator.device)
    return all(
        torch.equal(getattr(parts, name), getattr(whole, name))
        for name in ("fields", "lengths", "baseline", "measured")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
