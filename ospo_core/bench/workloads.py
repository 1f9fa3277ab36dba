"""The workloads there are, by name. A new one is a module of its own and a line here."""

from __future__ import annotations

from ospo_core.bench.accuracy_workload import AccuracyWorkload
from ospo_core.bench.causal_workload import CausalWorkload
from ospo_core.bench.encoder_workload import EncoderWorkload
from ospo_core.bench.workload import Workload

WORKLOADS: tuple[Workload, ...] = (EncoderWorkload(), CausalWorkload(), AccuracyWorkload())
"""In the order in which they run."""
