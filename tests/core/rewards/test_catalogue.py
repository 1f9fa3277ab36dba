import hashlib

import pytest

from ospo_core.errors import SettingsError
from ospo_core.rewards.catalogue import read_catalogue

GOOD = b'{"id": "a", "text": "one"}\n'


def test_items_keep_the_order_of_the_file(tmp_path):
    """Other attributes, blank lines, a byte order mark and a missing last line end are all fine."""
    path = tmp_path / "shop.jsonl"
    path.write_bytes("\ufeff".encode() + GOOD + '\n  \n{"text": "zwei 🙂", "id": "b", "price": 3}'.encode())

    catalogue = read_catalogue(path)

    assert (catalogue.ids, catalogue.texts) == (("a", "b"), ("one", "zwei 🙂"))
    assert (catalogue.name, catalogue.sha256) == ("shop.jsonl", hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + b"{not json}\n", r"line 2: is not valid JSON \(.* at column 2\)"),
        (GOOD + b'["a", "b"]', 'line 2: must be an object with "id" and "text"'),
        (GOOD + b'{"text": "two"}', 'line 2: has no "id"'),
        (GOOD + b'\n{"id": "b"}', 'line 3: has no "text"'),
        (b'{"id": 7, "text": "two"}', 'line 1: "id" must be a text that is not blank'),
        (b'{"id": "b", "text": "  "}', 'line 1: "text" must be a text that is not blank'),
        (b'{"id": "b", "text": null}', 'line 1: "text" must be a text that is not blank'),
        (b'{"id": "b", "text": "\\ud800"}', 'line 1: "text" holds half a surrogate pair'),
        (GOOD + b'{"id": "b", "text": "x"}\n' + GOOD, "id 'a' stands on line 1 and on line 3"),
        (GOOD + b'{"id": "b", "text": "caf\xe9"}', "line 2: is not UTF-8"),
        (b"[" * 100_000, "line 1: is nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "line 1: is nested too deeply, or holds a number too long"),
        (b"", "holds no items"),
        (b"\n \n", "holds no items"),
    ],
)
def test_a_wrong_line_is_one_clear_line(tmp_path, content, said):
    """The message names the file, the line and what is wrong with it."""
    path = tmp_path / "shop.jsonl"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=said) as caught:
        read_catalogue(path)

    assert str(caught.value).startswith("catalogue shop.jsonl")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    """The reason is the system's."""
    with pytest.raises(SettingsError, match=r"catalogue gone.jsonl: cannot be read \(No such file or directory\)"):
        read_catalogue(tmp_path / "gone.jsonl")


def test_a_pool_keeps_the_order_of_the_catalogue(shop):
    """However the candidates are listed, ties are broken by the file."""
    pool = read_catalogue(shop).subset(["tent", "kettle", "tent"])

    assert pool.ids == ("kettle", "tent")
    assert pool.texts[1].startswith("two person tent")


def test_an_id_that_is_not_there_is_named(shop):
    """One of them is named, the others counted."""
    with pytest.raises(SettingsError, match="candidate 'sofa' and 1 more: no such id in the catalogue shop"):
        read_catalogue(shop).subset(["tent", "sofa", "bed"])
