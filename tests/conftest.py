"""Hypothesis profiles and threads.

Derandomised where CI is set, so that a red run is the same red run again; fewer examples for `make quick`.
Parallel workers share the cores: each computes with its part of them, because threads that wait for one another
on a busy core make matrix products many times slower. They inherit it: their plug-ins import NumPy before this file.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.register_profile("quick", max_examples=20, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs) -> None:
    """Before the workers are started."""
    threads = str(max(1, (os.cpu_count() or 1) // len(specs)))
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
