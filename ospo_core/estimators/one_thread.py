"""Planning's products on one thread of OpenBLAS, so that its idle threads do not take the cores from the model.

OpenBLAS's threads, and those of torch, wait by spinning: on two cores, products of a few hundred rows on both made the
whole of an attribution a sixth slower. torch's own threads are not limited: the model, and the one triangular solve of
a fit, run on as many as the process has. The setting is the process's. Where several threads plan at a time the first
one's holds, and is put back when it leaves; the others are then left as they are (threadpoolctl's rule).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from scipy import linalg  # noqa: F401  # brings a linear algebra library of its own, which the controller must see
from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """A limit while inside. Also a decorator. Some 0.1 ms; the first time some milliseconds."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
