"""Row 2: no file of a model decides that code, or another model, is loaded."""

import json
import shutil
import socket
import sys

import pytest

from ospo_core.errors import ModelMissing
from ospo_core.models.declared_code import LARGEST_BYTES
from ospo_core.models.loaded_tokenizer import scoring_tokenizer
from ospo_core.models.model_files import find_model
from ospo_core.models.sequence_classifier import load_classifier
from ospo_core.training.policy import load_policy
from ospo_core.training.run_file import run_of
from tests.api.conftest import body
from tests.core.models.tiny_models import write_tiny_models

CODE = "from pathlib import Path\nPath({canary!r}).touch()\n"
AUTO_MAP = {"AutoConfig": "planted.Config", "AutoModelForSequenceClassification": "planted.Model"}
PAYLOADS = {
    "auto_map": ("config.json", {"auto_map": AUTO_MAP, "model_type": "planted"}),
    "tokenizer's auto_map": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["planted.Tokenizer", None]}}),
    "trust": ("config.json", {"trust_remote_code": True}),
    "internal attention": ("config.json", {"_attn_implementation_internal": "evil/kernel"}),
    "part by name": ("config.json", {"keypoint_detector_config": {"_name_or_path": "evil/part", "model_type": "x"}}),
    "adapter of a stranger": ("adapter_config.json", {"base_model_name_or_path": "evil/base", "peft_type": "LORA"}),
    "attention from the hub": ("config.json", {"attn_implementation": "evil/kernel"}),
    "backbone from the hub": ("config.json", {"vision_config": {"backbone": "evil/backbone"}}),
    "pipeline": ("config.json", {"custom_pipelines": {"x": {"impl": "planted.Pipeline"}}}),
    "file too large": ("generation_config.json", {"x": " " * LARGEST_BYTES}),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Models as their authors would write them."""
    return write_tiny_models(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def model(tiny, tmp_path):
    """A folder of a working model, to be poisoned."""
    return shutil.copytree(tiny / "llama", tmp_path / "model")


@pytest.fixture
def asked(monkeypatch):
    """Every address that this process tried to reach; none is reached."""
    addresses = []

    def refuse(_, address):
        addresses.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: refuse(None, address))
    return addresses


def poison(folder, file, content):
    """The payload on top of what is there, and the code that it names."""
    (folder / "planted.py").write_text(CODE.format(canary=str(folder / "canary")))
    path = folder / file
    there = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(there | content))


@pytest.mark.parametrize(
    "load",
    [
        lambda folder: load_classifier(str(folder)),
        lambda folder: load_policy(run_of({"preset": "toy", "model": str(folder)}, folder=folder, where="run")),
        lambda folder: scoring_tokenizer(find_model(str(folder))),
    ],
    ids=["reward", "training", "tokenizer"],
)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_model_that_names_code_is_refused_before_it_is_loaded(model, asked, payload, load):
    """Nothing is imported, nothing is asked of the network, and the file is named."""
    poison(model, *payload)

    with pytest.raises(ModelMissing, match=payload[0]):
        load(model)

    assert not (model / "canary").exists()
    assert "planted" not in sys.modules
    assert asked == []


def test_a_poisoned_model_is_a_422_of_the_service(serve, model):
    """Though the settings allow its folder."""
    poison(model, *PAYLOADS["auto_map"])
    client = serve(allowed_models=(str(model),))
    reward = {"kind": "classifier", "settings": {"model": str(model)}}

    run = client.post("/v1/attributions", json=body(reward), headers={"Prefer": "wait"}).json()

    assert (run["state"], run["problem"]["status"]) == ("failed", 422)
    assert not (model / "canary").exists()


def test_trust_in_remote_code_cannot_be_asked_for(serve):
    """No schema has such a field, and no setting of the service."""
    reward = {"kind": "classifier", "settings": {"model": "all-MiniLM-L6-v2", "trust_remote_code": True}}

    answer = serve().post("/v1/attributions", json=body(reward))

    assert answer.status_code == 422


def test_what_transformers_itself_writes_is_no_payload(model):
    """Labels with an underscore, and the memory of where a model came from."""
    harmless = {"_name_or_path": "org/name", "label2id": {"_good": 0}, "_attn_implementation_autoset": True}
    poison(model, "config.json", {**harmless, "id2label": {"0": "_good"}, "trust_remote_code": False})

    assert load_classifier(str(model)) is not None


def test_an_adapter_of_a_model_that_lies_here_is_looked_at_with_its_base(model, tiny):
    """The base's files count as its own."""
    poison(model, "adapter_config.json", {"base_model_name_or_path": str(tiny / "bert")})
    whole = find_model(str(model))
    base = shutil.copytree(tiny / "bert", model / "base")
    poison(base, *PAYLOADS["auto_map"])
    poison(model, "adapter_config.json", {"base_model_name_or_path": str(base)})

    with pytest.raises(ModelMissing, match=r"config\.json holds 'auto_map'"):
        find_model(str(model))

    assert whole.folder == model
