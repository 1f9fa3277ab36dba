"""A reward plug-in as a real installed distribution on a temporary path, with rewards that misbehave on purpose."""

from __future__ import annotations

import pytest

MODULE = '''
import numpy as np
from pydantic import BaseModel

from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec


class Settings(BaseModel):
    pass


class Letters:
    """Counts letters; a text with the word `poison` spoils it."""

    def __init__(self, spoil):
        self.spoil = spoil
        self.spec = RewardSpec(kind="letters")

    def score(self, prompts, responses):
        return np.array([self.spoil() if "poison" in text else float(len(text)) for text in responses])


def nan():
    return float("nan")


def trouble():
    raise RuntimeError("the disk is on fire")


LETTERS = RewardKind(name="letters", summary="letters", settings_model=Settings, build=lambda s, f: Letters(nan))
ANGRY = RewardKind(name="angry", summary="raises", settings_model=Settings, build=lambda s, f: Letters(trouble))
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Two reward kinds, `letters` and `angry`, offered by a package that pip could have installed."""
    (tmp_path / "plugged_rewards.py").write_text(MODULE)
    metadata = tmp_path / "plugged_rewards-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged-rewards\nVersion: 1.0\n")
    entry_points = "[ospo.rewards]\nletters = plugged_rewards:LETTERS\nangry = plugged_rewards:ANGRY\n"
    (metadata / "entry_points.txt").write_text(entry_points)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "letters"
