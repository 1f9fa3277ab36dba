"""BERT's forward pass (Devlin et al. 2019) over texts laid end to end: no padding, so that short texts cost little.

The coalitions of one response differ in length, and a batch padded to its longest spends part of its work on nothing.
Here every product with weights runs over the tokens of all texts at once, and attention over texts of one length at a
time. The products are oneDNN's on weights laid out for it beforehand, with the activation in the same step. Their
rows do not depend on how many there are, so that a text has the same bits in every batch (seen on x86 with torch 2.13;
elsewhere to rounding). Equal to transformers' BertModel to rounding, 1e-6. For the processor only, in 32 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from transformers import BertModel, PreTrainedModel

from ospo_core.models.shared_batches import Row
from ospo_core.models.text_reader import SeenText, lengths_of

States = Float[torch.Tensor, "t d"]
"""States of the tokens of several texts, end to end."""

Linear = Callable[[torch.Tensor], torch.Tensor]

_USUAL_ROWS = 1024
"""What the layout of the weights is chosen for; other numbers of rows give the same values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One layer: attention with its three projections as one, then two products around the activation."""

    project: Linear
    gather: Linear
    after_attention: torch.nn.Module
    widen: Linear
    narrow: Linear
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
    def can_read(model: PreTrainedModel) -> bool:
        """Whether a model is a BERT that this arithmetic is that of, on a processor with oneDNN, in 32 bits."""
        return (
            type(model) is BertModel
            and not model.config.is_decoder
            and model.config.hidden_act == "gelu"
            and model.device.type == "cpu"
            and model.dtype == torch.float32
            and torch.backends.mkldnn.is_available()
            and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        )

    def row(self, text: SeenText, most_tokens: int) -> Row[SeenText]:
        """As wide as it is long."""
        return Row(content=text, width=len(text.ids))

    def alike(self, row: Row[Any]) -> Hashable:
        """Any rows may share a batch."""
        return None

    def means(self, texts: Sequence[SeenText], width: int) -> Float[torch.Tensor, "b d"]:
        """As promised by TextReader, one forward pass. The width is the longest text's, and nothing is filled up."""
        order = np.argsort(lengths_of(texts), kind="stable")
        with torch.inference_mode():
            states, stretches = self._states([texts[place] for place in order])
            means = torch.cat([_mean(states, stretch) for stretch in stretches])
            result = torch.empty_like(means)
            result[torch.from_numpy(order)] = means
            return result

    def _states(self, texts: Sequence[SeenText]) -> tuple[States, list[_Stretch]]:
        """Last states of texts that come sorted by length."""
        stretches = list(_stretches(texts))
        ids = torch.from_numpy(np.concatenate([text.ids for text in texts]))
        places = torch.from_numpy(np.concatenate([np.arange(len(text.ids)) for text in texts]))
        states = self._embedded(self._words[ids] + self._places[places])
        for layer in self._layers:
            attended = self._attended(layer.project(states), stretches)
            states = layer.after_attention(layer.gather(attended).add_(states))
            states = layer.after_activation(layer.narrow(layer.widen(states)).add_(states))
        return states, stretches

    def _attended(self, projected: Float[torch.Tensor, "t qkv"], stretches: Sequence[_Stretch]) -> States:
        attended = projected.new_empty(len(projected), self.hidden_size)
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
        project=_linear(attention.query, attention.key, attention.value),
        gather=_linear(output.dense),
        after_attention=output.LayerNorm,
        widen=_linear(layer.intermediate.dense, then="gelu"),
        narrow=_linear(layer.output.dense),
        after_activation=layer.output.LayerNorm,
    )


def _linear(*parts: torch.nn.Linear, then: str = "none") -> Linear:
    """The products of one input with all parts, side by side, and what follows, in one step of oneDNN."""
    weight = torch.cat([part.weight.detach() for part in parts])
    bias = torch.cat([part.bias.detach() for part in parts])
    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight, _USUAL_ROWS)

    def product(rows: Float[torch.Tensor, "t i"]) -> Float[torch.Tensor, "t o"]:
        return torch.ops.mkldnn._linear_pointwise(rows, laid_out, bias, then, [], "none")

    return product
