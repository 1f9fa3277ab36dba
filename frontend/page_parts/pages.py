"""The pages by their files, for links. Absolute, so that they hold whatever script the app was entered by."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / "app_pages"

EXPLORE = _FOLDER / "explore.py"
COMPARE = _FOLDER / "compare.py"
TREE = _FOLDER / "tree.py"
HISTORY = _FOLDER / "history.py"
TRAIN = _FOLDER / "train.py"
RUNS = _FOLDER / "runs.py"
AUDIT = _FOLDER / "audit.py"
