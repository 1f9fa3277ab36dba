"""Why a curve of the catalogue goes flat: which facets the texts still name, and which they name rightly.

python -m tests.benchmarks.training.facets [--seeds 0-1] [--shapes ndcg] [--methods GRPO,past_conditioned,blend]
                                           [--steps 360] [--rates 2e-3]
"""

from __future__ import annotations

import argparse
from functools import partial

import torch
from torch import Tensor

from tests.benchmarks.training.catalogue import Catalogue
from tests.benchmarks.training.language_model import LanguageModel, pretrained, sample
from tests.benchmarks.training.learner import HELD_OUT_SAMPLES, Run
from tests.benchmarks.training.run import LONG, numbers, runs


def named_and_right(world: Catalogue, model: LanguageModel) -> tuple[Tensor, Tensor]:
    """(facets,) each: shares of texts to held-out prompts."""
    held_out = torch.arange(world.training, len(world.prompts)).repeat_interleave(HELD_OUT_SAMPLES)
    texts = sample(model, world, held_out, torch.Generator().manual_seed(0)).texts
    return world.facets_named(texts).double().mean(dim=0), world.facets_right(held_out, texts).double().mean(dim=0)


def show(model: LanguageModel, step: int, *, run: Run) -> None:
    """One line: both shares, facet by facet."""
    assert isinstance(run.world, Catalogue)
    named, right = (" ".join(f"{share:.2f}" for share in shares) for shares in named_and_right(run.world, model))
    print(
        f"seed {run.seed}, {run.method.name}, {run.learning_rate:g}, {step}: named {named}; right {right}", flush=True
    )


def main() -> None:
    """Print both along every run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=numbers, default=[0, 1])
    parser.add_argument("--shapes", default=["ndcg"], type=lambda text: text.split(","))
    parser.add_argument("--methods", default=["GRPO", "past_conditioned", "blend"], type=lambda text: text.split(","))
    parser.add_argument("--steps", type=int, default=LONG)
    parser.add_argument("--rates", type=lambda text: [float(rate) for rate in text.split(",")])
    torch.set_num_threads(1)
    asked = parser.parse_args()
    asked.worlds = ["catalogue"]
    for _, of_model in runs(asked):
        start = pretrained(of_model[0].world, of_model[0].seed)
        for run in of_model:
            run.curve(start, partial(show, run=run))


if __name__ == "__main__":
    main()
