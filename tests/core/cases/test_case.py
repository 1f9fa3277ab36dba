from pathlib import Path

import pytest
import yaml

from ospo_core.cases.case import Case, case_names, load_case, read_case
from ospo_core.errors import SettingsError

EXAMPLE = {
    "title": "a title",
    "look_for": "a sentence",
    "prompt": "a question",
    "responses": ["one", "two", "three", "four"],
    "focus": 1,
    "reward": {"kind": "rubric"},
}


def written(folder: Path, content: object) -> Path:
    (folder / "case.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder


def test_the_medical_case_is_shown_first() -> None:
    """The four cases are listed, the medical one first."""
    names = case_names()

    assert names == ("medicine", "law", "finance", "product_search")


def test_every_folder_with_a_case_is_listed() -> None:
    """A case that is added to the folder cannot be forgotten in the list."""
    folder = load_case("medicine").folder.parent

    bundled = {file.parent.name for file in folder.glob("*/case.yaml")}

    assert bundled == set(case_names())


@pytest.mark.parametrize("name", case_names())
def test_a_bundled_case_loads_and_says_that_it_is_invented(name: str) -> None:
    """Every bundled case is whole, has 4 to 8 responses, and says in its title that it is made up."""
    case = load_case(name)

    assert case.name == name
    assert 4 <= len(case.responses) <= 8
    assert "invented" in case.title
    assert case.look_for.endswith(".")


@pytest.mark.parametrize("name", ["medicine", "law", "finance"])
def test_a_case_of_advice_says_that_it_is_none(name: str) -> None:
    """Where a reader could take a text for advice, the title denies it."""
    case = load_case(name)

    assert "advice" in case.title


def test_the_texts_hold_no_line_breaks_of_the_file() -> None:
    """Responses are the words that were meant: nothing of the file's layout is left in them."""
    texts = [text for name in case_names() for text in load_case(name).responses]

    assert [text for text in texts if text != " ".join(text.split())] == []


def test_an_unknown_case_is_refused_with_the_names_there_are() -> None:
    """A mistyped name is answered with the nearest one and the whole list."""
    with pytest.raises(SettingsError, match=r"no bundled case is called 'medcine'.*did you mean 'medicine'.*finance"):
        load_case("medcine")


def test_a_case_is_read_from_its_folder(tmp_path: Path) -> None:
    """A case takes its name from its folder, and relative paths in its reward start there."""
    case = read_case(written(tmp_path, EXAMPLE))

    assert (case.name, case.folder) == (tmp_path.name, tmp_path)
    assert case.responses == ("one", "two", "three", "four")


@pytest.mark.parametrize("content", [EXAMPLE | {"colour": "red"}, {"title": "only"}, ["a", "list"]])
def test_a_file_that_is_not_a_case_is_refused(tmp_path: Path, content: object) -> None:
    """Unknown and missing entries are an error that lists the wanted ones."""
    folder = written(tmp_path, content)

    with pytest.raises(SettingsError, match="must hold exactly focus, look_for, prompt, responses, reward, title"):
        read_case(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"responses": ("one", "two", "three")}, "has 3 responses; 4 to 8"),
        ({"responses": tuple("abcdefghi")}, "has 9 responses; 4 to 8"),
        ({"responses": ("one", "two", "three", " ")}, "a response is blank"),
        ({"responses": ("one", "two", "three", "one")}, "two responses are the same"),
        ({"focus": 4}, "focus is 4"),
        ({"focus": -1}, "focus is -1"),
        ({"look_for": " "}, "a text is blank"),
        ({"reward": {"reference": "one"}}, 'its reward needs a "kind"'),
    ],
)
def test_a_case_is_checked_when_it_is_made(tmp_path: Path, change: dict, said: str) -> None:
    """A case that could not be shown is refused, with the entry at fault."""
    content = EXAMPLE | {"responses": tuple(EXAMPLE["responses"])} | change

    with pytest.raises(SettingsError, match=said):
        Case(name="example", folder=tmp_path, **content)
