"""BERT's forward pass (Devlin et al. 2019) over texts laid end to end: no padding, so that short texts cost little.

The coalitions of one response differ in length, and a batch padded to its longest spends part of its work on nothing.
Here every product with weights runs over the tokens of all texts at once, and attention over texts of one length at a
time. The products are oneDNN's, see `laid_out_linear`, so that a text has the same bits in every batch. Equal to
transformers' BertModel to rounding, 1e-6. For the processor only, in 32 bits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import torch
from jaxtyping import Float
from transformers import BertModel, PreTrainedModel

from ospo_core.models.laid_out_linear import LaidOutLinear, can_be_laid_out
from ospo_core.models.shared_batches import Row
from ospo_core.models.text_reader import SeenText

_ROWS_APART = 64
"""Products are of multiples of so many tokens: oneDNN keeps some megabytes for every number of rows it has met."""

States = Float[torch.Tensor, "t d"]
"""States of the tokens of several texts, end to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One layer: attention with its three projections as one, then two products around the activation."""

    project: LaidOutLinear
    gather: LaidOutLinear
    after_attention: torch.nn.Module
    widen: LaidOutLinear
    narrow: LaidOutLinear
    after_activation: torch.nn.Module


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Texts of one length that lie side by side: tokens start to start + rows * length. `seen` is None for all."""

    start: int
    rows: int
    length: int
    seen: torch.Tensor | None

    @property
    def tokens(self) -> slice:
        return slice(self.start, self.start + self.rows * self.length)


class PackedBert:
    """Reads texts of any lengths in one batch."""

    def __init__(self, model: BertModel) -> None:
        """Copies the weights into oneDNN's layout; the model itself can go."""
        embeddings: Any = model.embeddings
        self._words = embeddings.word_embeddings.weight.detach()
        self._places = (embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]).detach()
        self._embedded = embeddings.LayerNorm
        self._heads: int = model.config.num_attention_heads
        self._layers = [_layer(layer) for layer in model.encoder.layer]
        self.hidden_size: int = model.config.hidden_size

    @staticmethod
    def can_read(model: PreTrainedModel) -> TypeGuard[BertModel]:
        """Whether a model is a BERT that this arithmetic is that of, on a processor with oneDNN, in 32 bits."""
        return (
            type(model) is BertModel
            and not model.config.is_decoder
            and model.config.hidden_act == "gelu"
            and can_be_laid_out(model)
        )

    def row(self, text: SeenText, most_tokens: int) -> Row[SeenText]:
        """As wide as it is long."""
        return Row(content=text, width=len(text.ids))

    def alike(self, row: Row[Any]) -> Hashable:
        """Any rows may share a batch."""
        return None

    def means(self, texts: Sequence[SeenText], width: int) -> Float[torch.Tensor, "b d"]:
        """As promised by TextReader, one forward pass. The width is the longest text's, and nothing is filled up."""
        order = np.argsort([len(text.ids) for text in texts], kind="stable")
        with torch.inference_mode():
            states, stretches = self._states([texts[place] for place in order])
            means = torch.cat([_mean(states, stretch) for stretch in stretches])
            result = torch.empty_like(means)
            result[torch.from_numpy(order)] = means
            return result

    def _states(self, texts: Sequence[SeenText]) -> tuple[States, list[_Stretch]]:
        """Last states of texts that come sorted by length; what fills up the last rows belongs to no stretch."""
        stretches = list(_stretches(texts))
        filler = np.zeros(-sum(len(text.ids) for text in texts) % _ROWS_APART, dtype=np.int64)
        ids = torch.from_numpy(np.concatenate([*(text.ids for text in texts), filler]))
        places = torch.from_numpy(np.concatenate([*(np.arange(len(text.ids)) for text in texts), filler]))
        states = self._embedded(self._words[ids] + self._places[places])
        for layer in self._layers:
            attended = self._attended(layer.project(states), stretches)
            states = layer.after_attention(layer.gather(attended).add_(states))
            states = layer.after_activation(layer.narrow(layer.widen(states)).add_(states))
        return states, stretches

    def _attended(self, projected: Float[torch.Tensor, "t qkv"], stretches: Sequence[_Stretch]) -> States:
        attended = projected.new_zeros(len(projected), self.hidden_size)
        for stretch in stretches:
            shape = (stretch.rows, stretch.length, 3, self._heads, -1)
            query, key, value = projected[stretch.tokens].view(shape).permute(2, 0, 3, 1, 4)
            found = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=stretch.seen)
            attended[stretch.tokens] = found.transpose(1, 2).reshape(-1, self.hidden_size)
        return attended


def _stretches(texts: Sequence[SeenText]) -> Iterator[_Stretch]:
    """Runs of equal length; texts with hidden tokens apart from those without, which need no mask."""
    start, first = 0, 0
    kinds = [(len(text.ids), bool(text.visible.all())) for text in texts]
    for place in range(1, len(texts) + 1):
        if place < len(texts) and kinds[place] == kinds[first]:
            continue
        length, is_whole = kinds[first]
        visible = None if is_whole else np.stack([text.visible for text in texts[first:place]])
        seen = None if visible is None else torch.from_numpy(visible)[:, None, None, :]
        yield _Stretch(start=start, rows=place - first, length=length, seen=seen)
        start, first = start + (place - first) * length, place


def _mean(states: States, stretch: _Stretch) -> Float[torch.Tensor, "b d"]:
    rows = states[stretch.tokens].view(stretch.rows, stretch.length, -1)
    if stretch.seen is None:
        return rows.mean(dim=1)
    weights = stretch.seen[:, 0, 0, :, None].to(rows.dtype)
    return (rows * weights).sum(dim=1) / weights.sum(dim=1)


def _layer(layer: Any) -> _Layer:
    attention, output = layer.attention.self, layer.attention.output
    return _Layer(
        project=LaidOutLinear([attention.query, attention.key, attention.value]),
        gather=LaidOutLinear([output.dense]),
        after_attention=output.LayerNorm,
        widen=LaidOutLinear([layer.intermediate.dense], then="gelu"),
        narrow=LaidOutLinear([layer.output.dense]),
        after_activation=layer.output.LayerNorm,
    )
