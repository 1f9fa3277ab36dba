"""Where derived files are kept between runs: converted tokenizers, embedded catalogues. Losing them costs time only."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where converted files are kept: $OSPO_CACHE_DIR, else $XDG_CACHE_HOME/ospo, else ~/.cache/ospo."""
    own, shared = os.environ.get("OSPO_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own)
    return (Path(shared) if shared else Path.home() / ".cache") / "ospo"
