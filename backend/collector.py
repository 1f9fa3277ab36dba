"""The garbage collector passes over what stays: libraries, models, the application itself.

A full collection walks every object of torch and transformers, some 200 ms in which nobody is answered, and a burst of
requests sets one off. What was loaded is therefore set apart (`gc.freeze`) when the service starts, and again when it
has loaded what a kind of reward needs.
"""

from __future__ import annotations

import gc

_APART: set[str] = set()
"""The collector is the process's, and so is what was set apart."""


def settle(what: str) -> None:
    """Collect what is garbage by now and set the rest apart, once a process for each `what` that was loaded.

    Takes as long as a full collection.
    """
    if what in _APART:
        return
    _APART.add(what)
    gc.unfreeze()  # what was set apart before may be garbage now
    gc.collect()
    gc.freeze()
