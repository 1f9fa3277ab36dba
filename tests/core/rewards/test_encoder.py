import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.models.bundled import bundled_path
from ospo_core.models.encoder import load_encoder
from ospo_core.models.metering import metering
from ospo_core.models.text_encoder import TextEncoder
from ospo_core.text.spans import Span

MINILM = "all-MiniLM-L6-v2"
TEXTS = ["Take two tablets.", "", "🙂", "water " * 400, "naïve café 服用", "a", "Call a doctor when the fever lasts."]


@pytest.fixture(scope="module")
def plain():
    """The model's recipe, one text at a time, written out with transformers alone: no padding, no batch."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(bundled_path(MINILM))
    model = AutoModel.from_pretrained(bundled_path(MINILM), dtype=torch.float32).eval()

    def embed(text):
        inputs = tokenizer(text, truncation=True, max_length=256, padding=False, return_tensors="pt")
        with torch.inference_mode():
            mean = model(**inputs).last_hidden_state[0].mean(dim=0)
        return (mean / mean.norm()).numpy()

    return embed


def test_it_is_an_encoder_in_the_sense_of_its_protocol(encoder):
    """Rewards ask for the protocol, and the encoder has all of it."""
    assert isinstance(encoder, TextEncoder)


def test_vectors_equal_those_of_a_plain_forward_pass(encoder, plain):
    """Sorting, padding and masking are not seen in the numbers."""
    expected = np.stack([plain(text) for text in TEXTS])

    np.testing.assert_allclose(encoder.encode(TEXTS), expected, atol=1e-5, rtol=0)


def test_vectors_do_not_depend_on_batch_mates(encoder):
    """Alone or among others, a text has one vector."""
    together = encoder.encode(TEXTS)

    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])

    np.testing.assert_allclose(alone, together, atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="equal bits are a promise for the CPU")
def test_a_vectors_bits_do_not_depend_on_batch_mates(encoder):
    """Alone, among its like and in a crowd of every length, a text has the same bits on a CPU."""
    crowd = [f"{'water ' * number}{number}" for number in range(60)]

    together = encoder.encode([*TEXTS, *crowd])[: len(TEXTS)]

    np.testing.assert_array_equal(np.concatenate([encoder.encode([text]) for text in TEXTS]), together)
    np.testing.assert_array_equal(encoder.encode(TEXTS), together)


def test_vectors_have_length_one(encoder):
    """A dot product is a cosine, for the empty text too."""
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1, atol=1e-6)


def test_each_distinct_text_is_run_once_and_padding_is_not_counted(encoder):
    """Four and five pieces with the special ones run side by side; each counts once, though asked for twice."""
    with metering() as meter:
        vectors = encoder.encode(["hello world", "hello world again", "hello world again", "", "hello world"])

    assert meter.forward_tokens == 4 + 5 + 2
    assert np.array_equal(vectors[0], vectors[4])


def test_text_beyond_the_window_changes_nothing_and_is_said(encoder):
    """The model reads 256 pieces; 254 words and the two special ones fill it."""
    fits, longer = "water " * 254, "water " * 254 + "poison"

    assert encoder.identity["max_tokens"] == 256
    assert encoder.truncated([fits, longer, ""]).tolist() == [False, True, False]
    np.testing.assert_allclose(*encoder.encode([fits, longer]), atol=1e-6)


def test_a_hidden_word_leaves_what_the_others_say(encoder, plain):
    """Without the drug the vector comes nearer to that of the text that never named it."""
    text = "take ibuprofen with food"

    hidden = encoder.encode_hidden([text, text], [[Span(5, 14)], []])

    np.testing.assert_allclose(hidden[1], plain(text), atol=1e-5, rtol=0)
    assert hidden[0] @ plain("take with food") > hidden[1] @ plain("take with food") + 0.2


def test_hiding_part_of_a_piece_hides_the_piece(encoder):
    """The first or the last character of a word of one piece, or all of it: the same vector."""
    first, last, whole = encoder.encode_hidden(["drink water, now"] * 3, [[Span(6, 7)], [Span(10, 11)], [Span(6, 11)]])

    np.testing.assert_allclose(first, whole, atol=1e-6)
    np.testing.assert_allclose(last, whole, atol=1e-6)


def test_hiding_a_piece_does_not_hide_its_neighbours(encoder):
    """A hidden comma leaves the word before it, and a hidden word the comma behind it: three different vectors."""
    texts = ["drink water, now"] * 3

    vectors = encoder.encode_hidden(texts, [[Span(11, 12)], [Span(6, 11)], [Span(6, 12)]])

    assert np.triu(vectors @ vectors.T, 1).max() < 0.999


def test_hiding_everything_leaves_a_vector(encoder):
    """The special pieces stay, so that the empty coalition has a worth."""
    vectors = encoder.encode_hidden(["drink water"], [[Span(0, 11)]])

    assert np.linalg.norm(vectors[0]) == pytest.approx(1)


def test_spans_are_counted_in_code_points(encoder):
    """An emoji before the hidden word does not shift what is hidden."""
    texts = ["🙂 drink water", "🙂 drink pepper"]

    vectors = encoder.encode_hidden(texts, [[Span(8, 13)], [Span(8, 14)]])

    np.testing.assert_allclose(*vectors, atol=1e-6)


def test_one_instance_per_model_even_from_many_threads(tmp_path):
    """Eight threads that ask at once for a model that is not loaded yet get the same object."""
    (tmp_path / "another-name").symlink_to(bundled_path(MINILM))

    with ThreadPoolExecutor(8) as pool:
        encoders = list(pool.map(lambda _: load_encoder(str(tmp_path / "another-name")), range(8)))

    assert len({id(one) for one in encoders}) == 1


def test_a_local_folder_is_named_without_its_path(encoder):
    """The same files from a folder give the same identity but for the name, and the same vectors."""
    local = load_encoder(str(bundled_path(MINILM)))

    assert local.identity == {**encoder.identity, "model": "model"}
    np.testing.assert_array_equal(local.encode(["a"]), encoder.encode(["a"]))


def test_a_folder_without_safetensors_is_refused(tmp_path):
    """Pickled weights are not read, whatever they are called."""
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")

    with pytest.raises(ModelMissing, match=r"has no \*\.safetensors in its folder"):
        load_encoder(str(tmp_path))


def test_a_model_that_pools_otherwise_is_refused(tmp_path):
    """Its vectors would not be those of its author."""
    (tmp_path / "model.safetensors").write_bytes(b"x")
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))

    with pytest.raises(SettingsError, match="does not embed by the mean over its tokens"):
        load_encoder(str(tmp_path))


def test_damaged_weights_are_one_clear_line(tmp_path):
    """A file that is cut short is named as the model that could not be loaded."""
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled_path(MINILM) / name, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"cut short")

    with pytest.raises(ModelMissing, match=r"could not be loaded \(.*\): ") as caught:
        load_encoder(str(tmp_path))

    assert "\n" not in str(caught.value)


def test_a_name_that_is_no_model_says_where_was_looked():
    """Neither bundled nor a folder, and no legal name for the hub: nothing is fetched to find out."""
    with pytest.raises(ModelMissing, match=r"neither bundled \(all-MiniLM-L6-v2\) nor a local folder"):
        load_encoder("no/such/model/here")


@pytest.mark.slow
def test_loading_prints_nothing():
    """No progress bar, no report, no warning on either stream."""
    code = f"from ospo_core.models.encoder import load_encoder; load_encoder({MINILM!r}).encode(['a'])"

    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_runs_in_bfloat16(encoder):
    """Half the bytes, and close to the CPU's vectors."""
    assert encoder.identity["precision"] == "bfloat16"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device: pinned copies and bfloat16")
def test_vectors_on_a_gpu_are_those_of_its_precision(encoder, plain):
    """To what bfloat16 can tell, the vectors are those of the CPU."""
    expected = np.stack([plain(text) for text in TEXTS])

    assert (encoder.encode(TEXTS) * expected).sum(axis=1).min() > 0.99
