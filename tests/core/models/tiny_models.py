"""Random models of a few thousand weights, written to disk as their authors would: three that score, two that speak."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2ForSequenceClassification,
)

CORPUS = [
    "Take 400 mg of ibuprofen with food, every six hours.",
    "A kettle that boils a litre of water in two minutes.",
    "aspirin pepper the water now, quickly",
]
CHAT = (
    "{% for message in messages %}<|start|>{{ message['role'] }}\n{{ message['content'] | trim }}<|end|>\n{% endfor %}"
)
SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "initializer_range": 0.4,
}
CLASSIFIERS = ("llama", "qwen2", "bert")
SPEAKERS = ("llama-speaks", "qwen2-speaks")


def write_tiny_models(folder: Path) -> Path:
    """One folder per model below `folder`. Llama has a chat template and pads with the end of a turn."""
    chatty, plain, pairs = _bytes_tokenizer(CHAT), _bytes_tokenizer(None), _word_tokenizer()
    causal = {"num_key_value_heads": 2, "max_position_embeddings": 65536, **SHAPE}
    llama = {"vocab_size": len(chatty), "pad_token_id": chatty.convert_tokens_to_ids("<|end|>"), **causal}
    # A window of a few tokens: what is cached must be cut as the model cuts it.
    qwen2 = {
        "vocab_size": len(plain),
        "use_sliding_window": True,
        "sliding_window": 12,
        "max_window_layers": 1,
        **causal,
    }
    bert = BertConfig(vocab_size=len(pairs), max_position_embeddings=65536, num_labels=3, **SHAPE)
    bert.id2label = {0: "wrong", 1: "unclear", 2: "right"}
    torch.manual_seed(5)
    _write(folder / "llama", LlamaForSequenceClassification(LlamaConfig(num_labels=1, **llama)), chatty)
    _write(folder / "qwen2", Qwen2ForSequenceClassification(Qwen2Config(num_labels=1, **qwen2)), plain)
    _write(folder / "bert", BertForSequenceClassification(bert), pairs)
    _write(folder / "llama-speaks", LlamaForCausalLM(LlamaConfig(**llama)), chatty)
    _write(folder / "qwen2-speaks", Qwen2ForCausalLM(Qwen2Config(**qwen2)), plain)
    return folder


def _write(folder, model, tokenizer):
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _bytes_tokenizer(template):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|start|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    loaded = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    loaded.chat_template = template
    return loaded


def _word_tokenizer():
    # Written down, not trained: the trainer numbers its words otherwise in every process.
    letters = sorted(set("".join(CORPUS).replace(" ", "")) | set("12"))
    words = ["kettle", "water", "pepper", "boil", "take", "food"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
