"""Which models of the Hugging Face hub are on this machine, told without loading or fetching one."""

from __future__ import annotations

from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError


def in_hub_cache(name: str) -> bool:
    """Whether somebody had files of this model fetched before. False of what is no name for the hub."""
    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:
        return False
