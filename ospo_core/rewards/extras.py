"""What is said when an optional package is not installed: which extra of this project brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ospo_core.errors import ModelMissing


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Imports inside the block need this extra. Raises: ModelMissing: a package of it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModelMissing(f"package {error.name} is not installed; run: pip install 'ospo[{extra}]'") from None
