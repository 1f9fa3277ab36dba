import shutil

import pytest
from hypothesis import given

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.models.cache import cache_folder
from ospo_core.models.tokenizer import BUNDLED, TokenOffsets, load_tokenizer
from tests.core.text.fakes import FAMILY, ByteTokenizer, texts


def seen(tokenizer, text):
    return [text[start:end] for start, end in tokenizer.offsets(text)]


def test_real_and_fake_tokenizers_speak_the_same_protocol(smollm2, minilm):
    """Whatever says where tokens lie will do."""
    assert all(isinstance(each, TokenOffsets) for each in (smollm2, minilm, ByteTokenizer()))
    assert (smollm2.name, minilm.name) == (BUNDLED, "model")


@given(texts)
def test_offsets_lie_inside_the_text_as_given(smollm2, minilm, text):
    """Offsets count the code points of the original, whatever normalisation does to accents, astral signs or CRLF."""
    offsets = smollm2.offsets(text) + minilm.offsets(text)

    assert all(0 <= start <= end <= len(text) for start, end in offsets)


def test_normalisation_does_not_move_later_tokens(smollm2, minilm):
    """After a decomposed accent, a Windows line end and four astral signs the last word is still found where it is."""
    text = f"Cafe\u0301 A\u030a\r\n{FAMILY} dose"

    assert seen(smollm2, text)[-1] == " dose"
    assert seen(minilm, text)[-1] == "dose"


def test_special_tokens_are_not_added(minilm):
    """A text's first token is its own."""
    assert seen(minilm, "dose") == ["dose"]


def test_a_folder_without_a_fast_tokenizer_is_named_as_missing(tmp_path):
    """The message says which file is wanted."""
    with pytest.raises(ModelMissing, match=r"no tokenizer\.json"):
        load_tokenizer(str(tmp_path))


def test_a_folder_that_does_not_exist_is_not_looked_for_on_the_hub(tmp_path):
    """A path is a path."""
    with pytest.raises(ModelMissing, match="does not exist"):
        load_tokenizer(str(tmp_path / "nowhere"))


def test_a_damaged_file_is_an_error_of_ours(tmp_path):
    """Not the library's bare exception."""
    (tmp_path / "tokenizer.json").write_text("{")

    with pytest.raises(SettingsError, match="cannot be read"):
        load_tokenizer(str(tmp_path))


def test_a_folder_is_read_where_it_stands(minilm_folder, tmp_path):
    """A tokenizer.json alone is enough, no model beside it."""
    shutil.copy(minilm_folder / "tokenizer.json", tmp_path)

    assert seen(load_tokenizer(str(tmp_path)), "Dose wrong") == ["Dose", "wrong"]


@pytest.mark.slow
def test_a_hub_id_that_nobody_has_is_missing_in_one_line():
    """An id that cannot exist is refused by the hub's client before it asks the network."""
    with pytest.raises(ModelMissing, match=r"\Ano tokenizer 'not/a/hub/id'.*network\Z"):
        load_tokenizer("not/a/hub/id")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"OSPO_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/shared"}, "/own"),
        ({"XDG_CACHE_HOME": "/shared"}, "/shared/ospo"),
        ({"HOME": "/home/someone"}, "/home/someone/.cache/ospo"),
    ],
)
def test_the_cache_is_where_the_environment_says(monkeypatch, variables, expected):
    """Our own variable first, then the desktop standard's, then the home folder."""
    for name in ("OSPO_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert str(cache_folder()) == expected


@pytest.mark.slow
def test_the_bundled_tokenizer_is_converted_once_and_again_when_damaged(monkeypatch, tmp_path):
    """The first load writes one file and nothing else; a damaged file is replaced and gives the same tokens."""
    monkeypatch.setenv("OSPO_CACHE_DIR", str(tmp_path))
    first = seen(load_tokenizer(), "2,400 mg")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = file.read_bytes()
    file.write_bytes(whole[:100])

    again = seen(load_tokenizer(BUNDLED), "2,400 mg")

    assert first == again == ["2", ",", "4", "0", "0", " mg"]
    assert file.read_bytes() == whole


@pytest.mark.slow
def test_without_a_folder_to_write_the_tokenizer_is_converted_in_memory(monkeypatch, tmp_path):
    """A read-only home is no error."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OSPO_CACHE_DIR", str(tmp_path / "file"))

    assert seen(load_tokenizer(), "mg") == ["mg"]
