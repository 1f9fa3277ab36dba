"""What stays is passed over by the garbage collector, and what was garbage before is gone."""

import gc
import weakref

from backend.collector import settle


class Loop:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_loaded_is_walked_no_more_and_what_was_dropped_is_collected():
    """Also what was set apart before, and dropped since: a model that made place for another one."""
    dropped = Loop()
    settle()
    seen = weakref.ref(dropped)
    del dropped

    settle()
    apart = gc.get_freeze_count()
    gc.unfreeze()

    assert seen() is None
    assert apart > 100_000
