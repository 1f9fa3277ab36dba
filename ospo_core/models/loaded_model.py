"""Models in memory: weights read from a model's files, and one object per model for the whole process.

Knows no architecture. Importing this module imports torch and transformers, which takes seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from transformers import PreTrainedModel

from ospo_core.models.device import choose_device, choose_precision
from ospo_core.models.model_files import ModelFiles, loading

Model = TypeVar("Model")


def load_weights(files: ModelFiles, architecture: Any) -> PreTrainedModel:
    """The model, ready to be asked, on the fastest processor there is.

    `architecture` is one of transformers' Auto classes. Only safetensors weights are read, and no code of the model's
    author is run.

    Raises: ModelMissing: the files cannot be read as such a model.
    """
    device = choose_device()
    with loading(files.name):
        model = architecture.from_pretrained(
            files.folder, use_safetensors=True, trust_remote_code=False, dtype=choose_precision(device)
        )
    return model.eval().to(device)


def weights_identity(files: ModelFiles, model: PreTrainedModel) -> dict[str, str]:
    """Name, sha256 of the weights and precision, for a specification."""
    precision = str(model.dtype).removeprefix("torch.")
    return {"model": files.name, "weights_sha256": files.weights_sha256(), "precision": precision}


class LoadedOnce(Generic[Model]):
    """What `load` makes of a model's files, made by whoever asks first and kept."""

    def __init__(self, load: Callable[[ModelFiles], Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: dict[ModelFiles, Model] = {}

    def get(self, files: ModelFiles) -> Model:
        """The model. Raises: whatever `load` raises; the next to ask tries again."""
        with self._lock:
            if files not in self._loaded:
                self._loaded[files] = self._load(files)
            return self._loaded[files]
