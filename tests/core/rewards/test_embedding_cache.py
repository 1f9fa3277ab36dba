import os

import numpy as np
import pytest

from ospo_core.models.cache import cache_folder
from ospo_core.rewards.embedding_cache import cached_embeddings

TEXTS = ["red", "green", "blue"]


def files(cache):
    return sorted((cache / "embeddings").iterdir())


def test_the_second_time_nothing_is_encoded(letters, cache):
    """The vectors come from disk, bit for bit."""
    first = cached_embeddings(letters, TEXTS)
    second = cached_embeddings(letters, TEXTS)

    assert letters.encoded == 3
    assert len(files(cache)) == 1
    np.testing.assert_array_equal(first, second)


def test_other_texts_and_other_models_have_their_own_vectors(letters, cache):
    """Order matters, and so does anything in the encoder's identity."""
    cached_embeddings(letters, TEXTS)
    cached_embeddings(letters, TEXTS[::-1])
    cached_embeddings(type(letters)(window=2), TEXTS)

    assert len(files(cache)) == 3


def pickled(path):
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-7]),
        lambda path: path.write_bytes(b"not numpy at all"),
        lambda path: np.save(path, np.zeros((3, 27))),
        lambda path: np.save(path, np.zeros((2, 27), dtype=np.float32)),
        lambda path: np.save(path, np.full((3, 27), np.nan, dtype=np.float32)),
        pickled,
    ],
    ids=["empty", "cut", "text", "float64", "rows", "nan", "pickle"],
)
def test_a_damaged_file_is_made_anew(letters, cache, damage):
    """Half a file, another array or a pickle never becomes a result."""
    good = cached_embeddings(letters, TEXTS)
    damage(files(cache)[0])

    again = cached_embeddings(letters, TEXTS)
    after = np.load(files(cache)[0])

    np.testing.assert_array_equal(again, good)
    np.testing.assert_array_equal(after, good)


def test_a_cache_that_cannot_be_written_costs_only_time(letters, tmp_path, monkeypatch):
    """Its place is a file, so no folder can be made there; the vectors come all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("OSPO_CACHE_DIR", str(tmp_path / "file"))

    assert cached_embeddings(letters, TEXTS).shape == (3, 27)


def test_no_partial_file_stays_behind(letters, cache):
    """What is written is renamed into place."""
    cached_embeddings(letters, TEXTS)

    assert [os.path.splitext(path)[1] for path in files(cache)] == [".npy"]


def test_the_folder_follows_the_environment(monkeypatch):
    """OSPO_CACHE_DIR first, then XDG_CACHE_HOME, then the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("OSPO_CACHE_DIR", "/own")
    own = cache_folder()
    monkeypatch.delenv("OSPO_CACHE_DIR")
    xdg = cache_folder()
    monkeypatch.delenv("XDG_CACHE_HOME")

    assert [str(own), str(xdg), str(cache_folder())] == ["/own", "/xdg/ospo", "/home/someone/.cache/ospo"]
