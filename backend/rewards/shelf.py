"""Rewards that are built: models load once, and a few stay for the next request."""

from __future__ import annotations

import threading
from collections import OrderedDict

from backend.collector import settle
from backend.rewards.policy import Allowed
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward

KEPT = 16


class Shelf:
    """The KEPT rewards used last. A reward is built by one thread while others wait for it."""

    def __init__(self) -> None:
        self._rewards: OrderedDict[tuple[str, str, str], Reward] = OrderedDict()
        self._lock, self._building = threading.Lock(), threading.Lock()

    def known(self, allowed: Allowed) -> Reward | None:
        """The reward, if it is already built."""
        return self._kept(allowed.key)

    def get(self, allowed: Allowed) -> Reward:
        """The reward, built if need be. Raises: SettingsError, ModelMissing."""
        key = allowed.key
        found = self._kept(key)
        if found is not None:
            return found
        with self._building:
            found = self._kept(key)
            if found is None:
                found = build_reward(allowed.kind, allowed.settings, allowed.folder)
                self._put(key, found)
                # Once a kind: its libraries and its model stay, other settings of it load little more.
                settle(f"reward {allowed.kind}")
            return found

    def forget(self, allowed: Allowed) -> None:
        """Have it built anew the next time."""
        with self._lock:
            self._rewards.pop(allowed.key, None)

    def kinds(self) -> list[str]:
        """Kinds of the rewards kept, the one used last at the end."""
        with self._lock:
            return [kind for kind, _, _ in self._rewards]

    def _kept(self, key: tuple[str, str, str]) -> Reward | None:
        with self._lock:
            if key in self._rewards:
                self._rewards.move_to_end(key)
            return self._rewards.get(key)

    def _put(self, key: tuple[str, str, str], reward: Reward) -> None:
        with self._lock:
            self._rewards[key] = reward
            while len(self._rewards) > KEPT:
                self._rewards.popitem(last=False)
