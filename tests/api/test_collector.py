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
    settle("one model")
    seen = weakref.ref(dropped)
    del dropped

    settle("another model")
    apart = gc.get_freeze_count()
    gc.unfreeze()

    assert seen() is None
    assert apart > 100_000


def test_what_was_set_apart_once_is_not_walked_for_it_again():
    """Another service, or other settings of the same reward, cost no full collection."""
    settle("a third model")
    dropped = Loop()
    seen = weakref.ref(dropped)
    gc.disable()
    del dropped

    settle("a third model")
    kept = seen() is not None
    gc.enable()
    gc.unfreeze()

    assert kept
