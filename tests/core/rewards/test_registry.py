import subprocess
import sys

import pytest

from ospo_core.errors import SettingsError
from ospo_core.rewards.registry import build_reward, reward_kinds

PLUGIN = """
import numpy as np
from pydantic import BaseModel
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec

class Settings(BaseModel):
    factor: float = 1.0

class Length:
    def __init__(self, factor):
        self.factor = factor

    @property
    def spec(self):
        return RewardSpec(kind="length", settings={"factor": self.factor})

    def score(self, prompts, responses):
        return np.array([self.factor * len(response) for response in responses])

KIND = RewardKind(
    name="length", summary="characters", settings_model=Settings, build=lambda settings, folder: Length(settings.factor)
)
NOT_A_KIND = Length
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package as pip leaves it behind: a module, and metadata with entry points."""

    def install(package, *entries, code=PLUGIN):
        folder = tmp_path / package
        metadata = folder / f"{package}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"{package}_module.py").write_text(code)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("\n".join(["[ospo.rewards]", *entries]))
        monkeypatch.syspath_prepend(folder)

    return install


def test_the_built_in_kinds_are_listed_with_their_settings():
    """Name, one line, and every setting with its default: what a list for users needs."""
    kinds = reward_kinds()

    assert list(kinds)[:4] == ["similarity", "retrieval", "rubric", "weighted"]
    assert all(kind.summary and "\n" not in kind.summary for kind in kinds.values())
    reference, model = kinds["similarity"].settings()
    assert (reference.name, reference.required, reference.default) == ("reference", True, None)
    assert (model.name, model.required, model.default) == ("model", False, "all-MiniLM-L6-v2")
    assert all(setting.description for kind in kinds.values() for setting in kind.settings())


def test_an_unknown_kind_lists_the_known_ones():
    """With a guess where one is near."""
    with pytest.raises(SettingsError, match=r"no reward is called 'similarty' \(did you mean 'similarity'") as caught:
        build_reward("similarty", {})

    assert str(caught.value).endswith(f"there are: {', '.join(sorted(reward_kinds()))}")


def test_an_installed_package_adds_a_kind(install):
    """Its entry point is found, its settings are checked, its reward is built."""
    install("lengthpack", "length = lengthpack_module:KIND")

    assert reward_kinds()["length"].summary == "characters"
    assert build_reward("length", {"factor": 2}).score([""], ["abc"]).tolist() == [6]
    with pytest.raises(SettingsError, match="length: factor: expected a valid number"):
        build_reward("length", {"factor": "x"})


@pytest.mark.parametrize(
    ("entry", "code", "said"),
    [
        (
            "length = badpack_module:KIND",
            "import no_such_thing",
            "ModuleNotFoundError: No module named 'no_such_thing'",
        ),
        ("length = badpack_module:GONE", PLUGIN, "AttributeError: "),
        ("length = badpack_module:NOT_A_KIND", PLUGIN, "must be a RewardKind; it is a type"),
        ("size = badpack_module:KIND", PLUGIN, "its RewardKind is called 'length'; both names must be the same"),
        ("length = badpack_module:KIND", "raise ZeroDivisionError('two\\nlines')", "ZeroDivisionError: two lines"),
        ("length = badpack_module:KIND", "import sys; sys.exit(3)", r"cannot be loaded \(SystemExit: 3\)"),
    ],
)
def test_a_broken_plugin_names_its_package_and_harms_nobody_else(install, entry, code, said):
    """Asking for it is one clear error; the built-in rewards still build."""
    sys.modules.pop("badpack_module", None)
    install("badpack", entry, code=code)

    with pytest.raises(SettingsError, match=f"of package badpack.*{said}"):
        reward_kinds()
    with pytest.raises(SettingsError, match=f"of package badpack.*{said}"):
        build_reward(entry.split(" ")[0], {})
    assert build_reward("rubric", {"facts": [{"name": "a", "any_of": "a"}]}).score([""], ["a"]).tolist() == [1]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("lambda settings, folder: sys.exit(3)", "SystemExit: 3"),
        ("lambda settings, folder: 1 / 0", "ZeroDivisionError: division by zero"),
        ("lambda settings, folder: build_reward('rubrik', {})", "no reward is called 'rubrik'"),
    ],
)
def test_a_plugin_that_cannot_build_its_reward_says_why(install, code, said):
    """It neither ends the program nor passes for a defect of it; what it says in our own terms stands as it is."""
    sys.modules.pop("dudpack_module", None)
    more = "\nimport sys\nfrom dataclasses import replace\nfrom ospo_core.rewards.registry import build_reward\n"
    install("dudpack", "length = dudpack_module:DUD", code=f"{PLUGIN}{more}DUD = replace(KIND, build={code})\n")

    with pytest.raises(SettingsError, match=said) as caught:
        build_reward("length", {})

    assert ("of package dudpack cannot be built" in str(caught.value)) == ("rubrik" not in code)


def test_a_plugin_cannot_take_the_name_of_a_built_in_kind(install):
    """Nobody could tell which was meant, so nothing is built."""
    install("thief", "rubric = thief_module:KIND")

    with pytest.raises(SettingsError, match=r"package thief offers a reward called 'rubric', .* of a built-in reward"):
        build_reward("rubric", {})


def test_two_packages_cannot_offer_one_name(install):
    """Both are named."""
    install("onepack", "length = onepack_module:KIND")
    install("twopack", "length = twopack_module:KIND")

    with pytest.raises(SettingsError, match=r"package (one|two)pack offers .*the name of package (one|two)pack"):
        reward_kinds()


@pytest.mark.slow
def test_listing_the_kinds_does_not_load_torch():
    """`ospo rewards` and a rubric answer at once: heavy libraries are imported by whom they serve."""
    code = (
        "import sys; from ospo_core.rewards.registry import reward_kinds, build_reward; reward_kinds();"
        "build_reward('rubric', {'facts': [{'name': 'a', 'any_of': 'a'}]}).score([''], ['a']);"
        "print([name for name in ('torch', 'transformers', 'faiss', 'bm25s') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_installed_packages_are_searched_once(install, tmp_path):
    """A plug-in that was found is not looked for again: a data file of a run asks several times a line."""
    install("searched", "length = searched_module:KIND")
    first = build_reward("length", {})
    (tmp_path / "searched" / "searched-1.0.dist-info" / "entry_points.txt").unlink()

    again = build_reward("length", {})

    assert again.spec == first.spec
