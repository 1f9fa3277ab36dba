"""A reward plug-in as a real installed distribution in a folder, so that a real service process finds it too."""

from __future__ import annotations

from pathlib import Path

MODULE = '''
import time
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from ospo_core.models.batch_budget import BatchBudget
from ospo_core.models.shared_batches import Row, SharedBatches
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import RewardSpec


class GateSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    folder: str
    free_calls: int = 0


class Gate:
    """Length of the text. After its free calls it waits until the file `open` is in the folder."""

    def __init__(self, settings):
        self.folder, self.free, self.calls = Path(settings.folder), settings.free_calls, 0
        self.spec = RewardSpec(kind="gate", settings=settings.model_dump())

    def score(self, prompts, responses):
        self.calls += 1
        (self.folder / f"call-{self.calls}").touch()
        while self.calls > self.free and not (self.folder / "open").exists():
            time.sleep(0.005)
        return np.array([float(len(text)) for text in responses])


class SlowSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seconds: float


class Slow:
    """Length of the text, after so many seconds a call."""

    def __init__(self, settings):
        self.seconds = settings.seconds
        self.spec = RewardSpec(kind="slow", settings=settings.model_dump())

    def score(self, prompts, responses):
        time.sleep(self.seconds)
        return np.array([float(len(text)) for text in responses])


class NoSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Angry:
    spec = RewardSpec(kind="angry")

    def score(self, prompts, responses):
        raise RuntimeError(f"cannot score {responses[0]!r} to {prompts[0]!r}")


class ExitingSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    by: str


class Exiting:
    """Ends the program on a text that holds the word `dose`; otherwise the length of the text."""

    def __init__(self, settings):
        self.error = {"exit": SystemExit, "interrupt": KeyboardInterrupt}[settings.by]
        self.spec = RewardSpec(kind="exiting", settings=settings.model_dump())

    def score(self, prompts, responses):
        if any("dose" in text for text in responses):
            raise self.error(3)
        return np.array([float(len(text)) for text in responses])


def _lengths(texts, width):
    time.sleep(0.1)
    return [float(len(text)) for text in texts]


class Crowded:
    """Length of the text, by one model for all, which takes 0.1 s a text."""

    spec = RewardSpec(kind="crowded")
    model = SharedBatches(_lengths, BatchBudget(16))

    def score(self, prompts, responses):
        return np.array(self.model.values([Row(content=text, width=16) for text in responses]))


class Spinning:
    """Length of the text, after some milliseconds a text in the interpreter, which it never leaves."""

    spec = RewardSpec(kind="spinning")

    def score(self, prompts, responses):
        return np.array([float(sum(letter != "" for _ in range(100) for letter in text) / 100) for text in responses])


class NotedSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    file: str
    reference: str


class Noted:
    """`similarity`, which writes the end of every call into its file: a line with time and prompt."""

    def __init__(self, settings):
        self.similarity = build_reward("similarity", {"reference": settings.reference})
        self.file = Path(settings.file)
        self.spec = RewardSpec(kind="noted", settings=settings.model_dump())

    def score(self, prompts, responses):
        scores = self.similarity.score(prompts, responses)
        with self.file.open("a") as file:
            print(time.monotonic(), prompts[0], file=file)
        return scores


GATE = RewardKind(name="gate", summary="waits", settings_model=GateSettings, build=lambda s, f: Gate(s))
SLOW = RewardKind(name="slow", summary="sleeps", settings_model=SlowSettings, build=lambda s, f: Slow(s))
EXITING = RewardKind(name="exiting", summary="exits", settings_model=ExitingSettings, build=lambda s, f: Exiting(s))
CROWDED = RewardKind(name="crowded", summary="is shared", settings_model=NoSettings, build=lambda s, f: Crowded())
SPINNING = RewardKind(name="spinning", summary="computes", settings_model=NoSettings, build=lambda s, f: Spinning())
NOTED = RewardKind(name="noted", summary="is noted", settings_model=NotedSettings, build=lambda s, f: Noted(s))
ANGRY = RewardKind(name="angry", summary="raises", settings_model=NoSettings, build=lambda s, f: Angry())
'''


def install(folder: Path) -> Path:
    """Put the distribution into `folder`, which is to stand on sys.path or PYTHONPATH."""
    (folder / "service_rewards.py").write_text(MODULE)
    metadata = folder / "service_rewards-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: service-rewards\nVersion: 1.0\n")
    names = ("gate", "slow", "angry", "spinning", "exiting", "crowded", "noted")
    lines = [f"{name} = service_rewards:{name.upper()}" for name in names]
    (metadata / "entry_points.txt").write_text("\n".join(["[ospo.rewards]", *lines, ""]))
    return folder
