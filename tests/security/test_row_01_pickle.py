"""Row 1: nothing that can hold a pickle is ever loaded, wherever it lies and whatever it is called."""

import hashlib
import io
import json
import pickle
import shutil
import zipfile
from pathlib import Path

import pytest
import torch

from ospo_core.training.checkpoint import MANIFEST, newest_whole
from tests.api.conftest import body
from tests.core.models.tiny_models import write_tiny_models
from tests.training.test_checkpoint import RUN, saved

WEIGHTS = "model.safetensors"


class Bomb:
    """Makes the canary when it is unpickled."""

    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


def pickled(canary):
    return pickle.dumps({"weight": Bomb(canary)})


def torch_saved(canary):
    file = io.BytesIO()
    torch.save({"weight": Bomb(canary)}, file)
    return file.getvalue()


def zipped(canary):
    """A zip in a zip, with a pickle and a way out of the folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../data.pkl", pickled(canary))
        archive.writestr("archive/data.pkl", pickled(canary))
        archive.writestr("archive.zip", torch_saved(canary))
    return file.getvalue()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Models as their authors would write them."""
    return write_tiny_models(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def canary(tmp_path):
    """The file that a pickle makes when it is loaded; its own test shows that it would."""
    return tmp_path / "canary"


def test_the_artefacts_are_sharp(canary):
    """Whoever unpickles one of them makes the canary."""
    pickle.loads(pickled(canary))
    by_pickle = canary.exists()
    canary.unlink()
    torch.load(io.BytesIO(torch_saved(canary)), weights_only=False)

    assert by_pickle
    assert canary.exists()


def no_safetensors(folder, name, content):
    (folder / WEIGHTS).unlink()
    (folder / name).write_bytes(content)


def index_of_a_pickle(folder, content):
    """Shards that an index names, and a safetensors file beside them that nobody asks for."""
    no_safetensors(folder, "shard.bin", content)
    shutil.copy(folder / "config.json", folder / "other.safetensors")
    (folder / f"{WEIGHTS}.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": {"score.weight": "shard.bin"}})
    )


ARTEFACTS = {
    "pickle as pytorch_model.bin": lambda folder, c: no_safetensors(folder, "pytorch_model.bin", pickled(c)),
    "torch file as model.pt": lambda folder, c: no_safetensors(folder, "model.pt", torch_saved(c)),
    "pickle as safetensors": lambda folder, c: (folder / WEIGHTS).write_bytes(pickled(c)),
    "torch file as safetensors": lambda folder, c: (folder / WEIGHTS).write_bytes(torch_saved(c)),
    "nested zip as safetensors": lambda folder, c: (folder / WEIGHTS).write_bytes(zipped(c)),
    "index of a torch file": lambda folder, c: index_of_a_pickle(folder, torch_saved(c)),
    "pickle as tokenizer.json": lambda folder, c: (folder / "tokenizer.json").write_bytes(pickled(c)),
    "pickle as config.json": lambda folder, c: (folder / "config.json").write_bytes(pickled(c)),
}


@pytest.mark.parametrize("plant", ARTEFACTS.values(), ids=ARTEFACTS)
def test_no_artefact_of_a_model_is_loaded(serve, tiny, tmp_path, canary, plant):
    """Refused with 422, by the service whose settings allow the folder; the canary never comes."""
    model = shutil.copytree(tiny / "llama", tmp_path / "model")
    plant(model, canary)
    reward = {"kind": "classifier", "settings": {"model": str(model)}}
    client = serve(allowed_models=(str(model),))

    run = client.post("/v1/attributions", json=body(reward), headers={"Prefer": "wait"}).json()

    assert (run["state"], run["problem"]["status"]) == ("failed", 422)
    assert not canary.exists()


def test_pickles_beside_the_weights_are_left_where_they_are(serve, tiny, tmp_path, canary):
    """A folder as other trainers leave it: the weights are read, the rest is not."""
    model = shutil.copytree(tiny / "llama", tmp_path / "model")
    for name in ("optimizer.pt", "rng_state.pth", "scheduler.pt", "training_args.bin", "pytorch_model.bin"):
        (model / name).write_bytes(torch_saved(canary))
    reward = {"kind": "classifier", "settings": {"model": str(model)}}
    client = serve(allowed_models=(str(model),))

    run = client.post("/v1/attributions", json=body(reward), headers={"Prefer": "wait"}).json()

    assert run["state"] == "succeeded"
    assert not canary.exists()


@pytest.mark.parametrize("name", ["optimizer.pt", "rng_state.pth", "training_args.bin", "scheduler.pkl"])
def test_a_checkpoint_with_a_pickle_is_set_aside(tmp_path, canary, name):
    """Though its manifest names the file with its true size and hash."""
    folder = saved(tmp_path, 5)
    content = torch_saved(canary)
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest))

    assert newest_whole(tmp_path, RUN) is None
    assert (tmp_path / "broken-step-000005").is_dir()
    assert not canary.exists()


@pytest.mark.parametrize("kind", ["application/zip", "application/octet-stream", "application/x-tar"])
def test_an_archive_cannot_be_sent(standing, canary, kind):
    """There is no route that takes one."""
    answer = standing.post("/v1/jobs", content=zipped(canary), headers={"Content-Type": kind})

    assert answer.status_code == 415
