"""The tokenizer of a model that scores, and how many tokens that model reads."""

from __future__ import annotations

from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerFast

from ospo_core.errors import SettingsError
from ospo_core.models.model_files import ModelFiles, loading


def scoring_tokenizer(files: ModelFiles) -> PreTrainedTokenizerFast:
    """The tokenizer in the model's folder, set to neither cut nor fill up.

    Raises:
        ModelMissing: its files cannot be read.
        SettingsError: it is not a fast one, and cannot say where its tokens lie in the text.
    """
    with loading(files.name):
        tokenizer = AutoTokenizer.from_pretrained(files.folder, trust_remote_code=False)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise SettingsError(
            f"model {files.name}: its tokenizer cannot say where tokens lie in a text; choose another model"
        )
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def window_of(config: PreTrainedConfig, tokenizer: PreTrainedTokenizerFast) -> int:
    """The most tokens of one text that the model was made for, by its own files; huge where they set no limit."""
    # An architecture without positions has no such entry.
    positions = config.get_text_config().to_dict().get("max_position_embeddings")
    return min(int(tokenizer.model_max_length), tokenizer.model_max_length if positions is None else positions)
