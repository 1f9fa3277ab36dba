"""What every reward promises, whatever it measures."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ospo_core.errors import RewardError, TextError
from ospo_core.rewards.checked import checked_hidden, checked_scores
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import MaskableReward, Reward
from ospo_core.rewards.weighted import Part, weighted_reward
from ospo_core.text.spans import Span
from tests.core.models.tiny_models import write_tiny_models
from tests.core.rewards.endpoint_scorers import MODEL, Scorer, serving

RUBRIC = {
    "facts": [
        {"name": "drug", "weight": 2, "any_of": ["ibuprofen"]},
        {"name": "dose", "number": {"value": 400, "unit": "mg"}},
        {"name": "words", "pattern": r"(?i)boil\w*"},
    ],
    "forbidden": [{"name": "aspirin", "any_of": ["aspirin"]}],
}
PROMPT = "How much?\n[1] One dose of ibuprofen is 400 mg, with food.\n[2] A litre of water boils in two minutes."
SIMILARITY = {"reference": "Take 400 mg of ibuprofen with food."}

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "similarity": ("similarity", SIMILARITY),
    "dense": ("retrieval", {"catalogue": "shop.jsonl", "targets": {"kettle": 3, "stove": 1}, "k": 3}),
    "lexical": ("retrieval", {"catalogue": "shop.jsonl", "targets": ["kettle"], "index": "lexical", "metric": "mrr"}),
    "rubric": ("rubric", RUBRIC),
    "citation": ("citation", {}),
    "classifier": ("classifier", {"model": "tiny/llama"}),
    "two-way classifier": ("classifier", {"model": "tiny/bert", "label": "right"}),
    "likelihood": ("likelihood", {"model": "tiny/llama-speaks", "reference": "Take 400 mg of ibuprofen."}),
    "weighted": (
        "weighted",
        {"parts": [{"reward": "similarity", **SIMILARITY}, {"reward": "rubric", "weight": -0.5, **RUBRIC}]},
    ),
    "weighted of models": ("weighted", {"parts": [{"reward": "similarity", "weight": 2.0, **SIMILARITY}]}),
}

TEXTS = [
    "Take 400 mg of ibuprofen with food.",
    "",
    "boiling water, quickly",
    "🙂👩🏽‍⚕️ नमस्ते 服用布洛芬",
    "aspirin " * 300,
    "   \n\t ",
    "a kettle that boils a litre of water",
    "<answer>gas stove</answer>",
    "Take 400 mg of ibuprofen with food [1]. Water boils in two minutes [1, 7].",
    "Take 400 mg of ibuprofen with food.",
]


@pytest.fixture(scope="module")
def scorer() -> Iterator[Scorer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_models(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def place(shop: Path, tiny: Path) -> Path:
    """The folder of all that settings name: a catalogue, and the models, loaded once for all tests."""
    (shop.parent / "tiny").symlink_to(tiny)
    return shop.parent


@pytest.fixture(params=[*KINDS, "endpoint"])
def reward(request: pytest.FixtureRequest, place: Path, scorer: Scorer) -> Reward:
    remote = {"url": scorer.url, "contract": "vllm-score", "model": MODEL, "allow_private": True, "batch_size": 4}
    kind, settings = (KINDS | {"endpoint": ("endpoint", remote)})[request.param]
    return build_reward(kind, settings, place)


@pytest.fixture(params=["similarity", "dense", "classifier", "two-way classifier", "weighted of models"])
def maskable(request: pytest.FixtureRequest, place: Path) -> MaskableReward:
    kind, settings = KINDS[request.param]
    built = build_reward(kind, settings, place)
    assert isinstance(built, MaskableReward)
    return built


def scores(reward: Reward, texts: list[str]) -> np.ndarray:
    return checked_scores(reward, [PROMPT] * len(texts), texts)


def test_scores_come_in_the_order_of_the_responses(reward: Reward):
    """Turning the batch round turns the scores round: sorting by length inside is not seen outside."""
    forward = scores(reward, TEXTS)

    backward = scores(reward, TEXTS[::-1])

    assert len(np.unique(forward.round(6))) > 1
    np.testing.assert_allclose(backward[::-1], forward, atol=1e-5, rtol=0)


def test_a_score_does_not_depend_on_the_rest_of_the_batch(reward: Reward):
    """Every text scores alone what it scores among others."""
    together = scores(reward, TEXTS)

    alone = np.concatenate([scores(reward, [text]) for text in TEXTS])

    np.testing.assert_allclose(alone, together, atol=1e-5, rtol=0)


@pytest.mark.slow
def test_the_same_texts_get_the_same_bits(reward: Reward):
    """Scoring twice gives equal numbers, not close ones."""
    np.testing.assert_array_equal(scores(reward, TEXTS), scores(reward, TEXTS))


def test_equal_responses_get_equal_scores(reward: Reward):
    """The first and the last text are the same, and so are their scores."""
    found = scores(reward, TEXTS)

    assert found[0] == found[-1]


def test_a_batch_of_nothing_scores_nothing(reward: Reward):
    """No responses, no scores, no error: the reward itself copes."""
    assert reward.score([], []).shape == (0,)


@pytest.mark.slow
def test_a_very_long_text_has_a_finite_score(reward: Reward):
    """Ten thousand words are scored like any text."""
    assert np.isfinite(scores(reward, ["kettle 400 mg " * 3400])).all()


@pytest.mark.parametrize("kind", ["classifier", "two-way classifier", "likelihood"])
def test_a_text_beyond_the_models_window_is_named_by_its_index(kind: str, place: Path, tmp_path: Path):
    """A model that reads less says so in one line, with the response at fault, and scores no half of it."""
    name, settings = KINDS[kind]
    short = shutil.copytree(place / settings["model"], tmp_path / "short")
    config = short / "tokenizer_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "model_max_length": 200}))
    reward = build_reward(name, {**settings, "model": "short"}, tmp_path)

    with pytest.raises(TextError, match=r"^response 3: .* tokens together, and the model reads 200; .*$"):
        scores(reward, ["a", "a", "b", "SECRET " * 10_000])


def test_the_specification_has_a_hash_that_json_can_carry(reward: Reward):
    """Two readings of the specification agree, so that stored credits can be matched."""
    assert len(reward.spec.sha256) == 64
    assert reward.spec.as_json() == reward.spec.as_json()


def test_hiding_nothing_changes_nothing(maskable: MaskableReward):
    """With no hidden spans the attention mask is the usual one."""
    hidden: list[list[Span]] = [[] for _ in TEXTS]

    under_mask = checked_hidden(maskable, [PROMPT] * len(TEXTS), TEXTS, hidden)

    np.testing.assert_allclose(under_mask, scores(maskable, TEXTS), atol=1e-5, rtol=0)


def test_what_is_hidden_cannot_be_told_apart(maskable: MaskableReward):
    """Two texts that differ only in a hidden word of one piece score the same."""
    texts = ["boil the water now", "boil the pepper now"]

    found = checked_hidden(maskable, [PROMPT] * 2, texts, [[Span(9, 14)], [Span(9, 15)]])

    assert found[0] == pytest.approx(found[1], abs=1e-6)


@pytest.mark.parametrize("name", ["lexical", "rubric", "citation", "weighted"])
def test_a_reward_that_cannot_be_masked_does_not_claim_it(name: str, shop: Path):
    """Whoever wants attention masking learns from the type that it cannot be had."""
    kind, settings = KINDS[name]

    assert not isinstance(build_reward(kind, settings, shop.parent), MaskableReward)


@pytest.mark.parametrize(
    "wrap", [lambda reward: reward, lambda reward: weighted_reward([Part(weight=1.0, reward=reward)])]
)
def test_a_response_at_fault_is_named_by_its_index(faulty: Reward, wrap: Callable[[Reward], Reward]):
    """One bad text in a thousand is found, alone or inside a sum, and stays out of the message."""
    texts = [f"text {number}" for number in range(1000)]
    texts[617] = "SECRET poison"

    with pytest.raises(RewardError) as caught:
        scores(wrap(faulty), texts)

    assert caught.value.index == 617
    assert caught.value.text == "SECRET poison"
    assert "SECRET" not in str(caught.value)


@pytest.fixture
def faulty(letters: Any) -> Reward:
    from ospo_core.rewards.similarity import SimilarityReward

    class Poisoned(type(letters)):
        def encode(self, texts):
            if any("poison" in text for text in texts):
                raise ValueError(f"cannot encode {texts}")
            return super().encode(texts)

    return SimilarityReward(reference="a text", encoder=Poisoned())
