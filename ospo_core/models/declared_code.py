"""What the JSON files of a model may not say: code to import, how code is to be loaded, other models and weights.

`trust_remote_code=False` is a request, not a boundary: files have reached code around it (CVE-2026-4372 by
`_attn_implementation_internal`, CVE-2026-5241 by a configuration that turns trust on again), and an adapter's file
names a further model that nobody looked at. So they are read here first. Knows no architecture.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ospo_core.errors import ModelMissing

READ_BY_LOADERS = ("config.json", "generation_config.json", "tokenizer_config.json", "adapter_config.json")
INDEX = "model.safetensors.index.json"
LARGEST_BYTES = 20_000_000

_CODE = frozenset({"auto_map", "custom_pipelines", "trust_remote_code", "custom_generate"})
_HARMLESS = frozenset(
    {"_name_or_path", "_from_model_config", "_attn_implementation_autoset", "_sliding_window_pattern"}
)
"""Private keys that transformers itself writes, and that load nothing where they stand."""
_LABELS = frozenset({"label2id", "id2label"})
"""Their keys are an author's words."""
_BASE = "base_model_name_or_path"


def require_no_code(folder: Path, name: str) -> None:
    """Refuse a model whose files name code, weights that are no safetensors, or a model that is no folder here.

    Cost: reads five small files. Raises: ModelMissing: says which file and which key.
    """
    if (folder / INDEX).exists() and not _names_safetensors(_declared(folder / INDEX, name)):
        raise ModelMissing(f"model {name}: {INDEX} names weights that are no safetensors in its folder; save it again")
    for file in READ_BY_LOADERS:
        if (folder / file).exists():
            declared = _declared(folder / file, name)
            for key in _unfit(declared):
                raise ModelMissing(
                    f"model {name}: {file} holds {key[:40]!r}, which can load code or another model; "
                    "models with code of their own are not read"
                )
            if isinstance(declared, dict) and _BASE in declared:
                _require_local_base(declared[_BASE], name)


def _declared(path: Path, name: str) -> Any:
    try:
        if path.stat().st_size <= LARGEST_BYTES:
            return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        pass
    raise ModelMissing(f"model {name}: {path.name} is not JSON of at most {LARGEST_BYTES:,} bytes")


def _names_safetensors(index: Any) -> bool:
    """An index may name any file, and the loader unpickles what is none."""
    names = index.get("weight_map") if isinstance(index, dict) else None
    return isinstance(names, dict) and all(
        isinstance(one, str) and one.endswith(".safetensors") and Path(one).name == one for one in names.values()
    )


def _unfit(declared: Any, *, inside: bool = False) -> Iterator[str]:
    """Keys that must not be there, at any depth."""
    if isinstance(declared, list):
        for one in declared:
            yield from _unfit(one, inside=True)
    if not isinstance(declared, dict):
        return
    for key, value in declared.items():
        if _is_unfit(key, value, inside):
            yield key
        if key not in _LABELS:
            yield from _unfit(value, inside=True)


def _is_unfit(key: str, value: Any, inside: bool) -> bool:
    if key == "_name_or_path":
        # A part's name is what composite models fetch it by; the whole's is a memory of where it came from.
        return inside and bool(value)
    if key in _CODE or (key.startswith("_") and key not in _HARMLESS):
        return bool(value)
    return (key == "backbone" or key.endswith("_implementation")) and _is_address(value)


def _is_address(value: Any) -> bool:
    """Of something on the hub, OWNER/NAME, in a place where a plain word stands otherwise."""
    if isinstance(value, dict):
        return any(_is_address(one) for one in value.values())
    return isinstance(value, str) and "/" in value


def _require_local_base(base: Any, name: str) -> None:
    if not isinstance(base, str) or not Path(base).is_dir():
        raise ModelMissing(
            f"model {name} is an adapter (adapter_config.json) of a model that is no folder here; "
            "merge the two, and save the whole"
        )
    if (Path(base) / "adapter_config.json").exists():
        raise ModelMissing(
            f"model {name} is an adapter (adapter_config.json) of an adapter; merge them, and save the whole"
        )
    require_no_code(Path(base), name)
