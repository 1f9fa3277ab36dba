import pytest

from ospo_core.errors import SettingsError
from ospo_core.rewards.source import load_reward

RUBRIC = """
kind: rubric
facts:
  - name: drug
    weight: 2
    any_of: [ibuprofen]
  - {name: dose, number: {value: 400, unit: mg}}
"""


@pytest.fixture
def rubric(tmp_path):
    path = tmp_path / "dosage.yaml"
    path.write_text(RUBRIC)
    return path


def test_a_file_names_a_kind_and_its_settings(rubric):
    """The reward is built from the file alone."""
    reward = load_reward(str(rubric), {})

    assert reward.spec.kind == "rubric"
    assert reward.score([""], ["ibuprofen"])[0] == pytest.approx(2 / 3)


def test_paths_in_a_file_start_from_its_folder(shop):
    """A reward can be moved together with its catalogue."""
    path = shop.parent / "search.yml"
    path.write_text("kind: retrieval\ncatalogue: shop.jsonl\ntargets: [tent]\nindex: lexical\n")

    assert load_reward(str(path), {}).score([""], ["tent"]).tolist() == [1]


def test_settings_are_put_on_top(rubric):
    """A dotted key reaches inside lists and mappings, and leaves the rest as it was."""
    reward = load_reward(str(rubric), {"facts.0.weight": "1", "facts.1.number.unit": "[mg, milligrams]"})

    assert reward.score([""], ["400 milligrams"])[0] == pytest.approx(0.5)


def test_a_kind_alone_takes_all_its_settings_from_the_command_line(shop):
    """Lists and numbers are read as YAML."""
    overrides = {"catalogue": str(shop), "targets": "[tent, lamp]", "index": "lexical", "metric": "recall", "k": "3"}

    reward = load_reward("retrieval", overrides)

    assert reward.spec.settings["k"] == 3
    assert reward.score([""], ["tent"]).tolist() == [0.5]


@pytest.mark.parametrize("text", ["no", "2024", "the dose: 400 mg", "[a]", "- x", "@home", "null"])
def test_a_setting_that_is_a_text_is_taken_as_typed(text):
    """YAML's habits (no is false, 2024 is a number) do not touch it."""
    assert load_reward("similarity", {"reference": text}).spec.settings["reference"] == text


def test_texts_are_never_read_as_yaml(rubric):
    """The content of a file reaches the setting as it is, wherever it goes."""
    reward = load_reward(str(rubric), {}, {"facts.0.any_of": "yes: no"})

    assert reward.score([""], ["Yes: no!"])[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"kind: rubric\nfacts: [\n", r"bad\.yaml, line 3: is not plain YAML"),
        (b"kind: rubric\nfacts: caf\xe9\n", r"bad\.yaml, line 2: is not UTF-8"),
        (b"kind: rubric\na: &x [1]\nb: *x\n", r"bad\.yaml, line 3: is not plain YAML \(aliases"),
        (b"kind: rubric\nfacts: []\nfacts: []\n", r"bad\.yaml, line 3: is not plain YAML \('facts' is given twice\)"),
        (b"kind: !!python/object/apply:os.getcwd []\n", r"bad\.yaml, line 1: is not plain YAML \(could not determine"),
        (b"kind: rubric\n? [a]\n: 1\n", r"bad\.yaml, line 2: is not plain YAML"),
        (b"kind: rubric\n\x00", r"bad\.yaml: is not plain YAML \(ReaderError\)"),
        (b"a: " + b"[" * 5000, r"bad\.yaml.*is not plain YAML"),
        (b"a: 2024-99-99", r"bad\.yaml: is not plain YAML \(ValueError\)"),
        (b"facts: []\n", r'bad\.yaml: must be a mapping with "kind"'),
        (b"kind: [rubric]\n", r'bad\.yaml: must be a mapping with "kind"'),
        (b"- kind\n", r'bad\.yaml: must be a mapping with "kind"'),
        (b"", r'bad\.yaml: must be a mapping with "kind"'),
        (b"kind: rubric\n5: x\n", r"bad\.yaml: a setting's name must be a text; got 5"),
        (b"kind: rubrik\n", "no reward is called 'rubrik'"),
    ],
)
def test_a_wrong_file_is_one_line_with_its_place(tmp_path, content, said):
    """Name of the file, line where there is one, what is wrong; nothing of a text is run or expanded."""
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=said) as caught:
        load_reward(str(path), {})

    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    """The reason is the system's."""
    with pytest.raises(SettingsError, match=r"gone\.yaml: cannot be read \(No such file or directory\)"):
        load_reward(str(tmp_path / "gone.yaml"), {})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("facts.9.weight", "1", "setting facts.9.weight: there is no 9 to set"),
        ("facts.0.weight.x", "1", "setting facts.0.weight.x: there is no 'x' to set"),
        ("facts.0.weight", "[", "setting facts.0.weight, line 1: is not plain YAML"),
        ("facts.0.wait", "1", r"unknown setting 'facts.0.wait'.*known here: any_of"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(rubric, key, value, said):
    """By its key, as it was typed."""
    with pytest.raises(SettingsError, match=said):
        load_reward(str(rubric), {key: value})
