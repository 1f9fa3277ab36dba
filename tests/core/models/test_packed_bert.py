"""The packed pass over texts of mixed lengths against transformers' padded one."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from ospo_core.models.packed_bert import PackedBert
from ospo_core.models.text_reader import PaddedReader, SeenText


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = BertConfig(vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
    return BertModel(config).eval()


def texts_of(lengths, *, hides=False, seed=0):
    draw = np.random.default_rng(seed)
    return [
        SeenText(
            ids=draw.integers(0, 50, length),
            visible=draw.random(length) < 0.6 if hides and length > 2 else np.ones(length, dtype=bool),
        )
        for length in lengths
    ]


LENGTHS = (9, 2, 40, 9, 17, 1, 40, 33, 9, 2)


@pytest.mark.parametrize("hides", [False, True])
def test_it_gives_what_transformers_gives(model, hides):
    """To rounding, for texts of many lengths at once, with hidden tokens and without."""
    texts = texts_of(LENGTHS, hides=hides)

    found = PackedBert(model).means(texts, 40)

    wanted = torch.cat([PaddedReader(model).means([text], len(text.ids)) for text in texts])
    torch.testing.assert_close(found, wanted, atol=2e-6, rtol=0)


def test_hidden_and_whole_texts_of_one_length_stand_side_by_side(model):
    """Each gets its own mask or none."""
    texts = [*texts_of([12, 12], hides=True), *texts_of([12], seed=3)]

    found = PackedBert(model).means(texts, 12)

    torch.testing.assert_close(found, PaddedReader(model).means(texts, 12), atol=2e-6, rtol=0)


def test_the_company_of_a_text_changes_no_score(model):
    """Alone or among others, in any order: 1e-5 is what every model promises, and here it is rounding at most."""
    reader, texts = PackedBert(model), texts_of(LENGTHS)

    alone = torch.cat([reader.means([text], len(text.ids)) for text in texts])

    together = reader.means(texts[::-1], 40).flip(0)
    torch.testing.assert_close(alone, together, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "other", [{"hidden_act": "relu"}, {"is_decoder": True}, {"hidden_act": "gelu_new"}], ids=lambda other: str(other)
)
def test_it_reads_only_what_its_arithmetic_is_that_of(other):
    """Any other model goes the plain way."""
    config = BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=64, **other
    )

    assert not PackedBert.can_read(BertModel(config))


def test_other_precisions_go_the_plain_way(model):
    """In 16 bits the products would be others."""
    assert PackedBert.can_read(model)
    assert not PackedBert.can_read(BertModel(model.config).to(torch.bfloat16))
