"""The loops without anything around them compute what ours compute: otherwise they would be no yardstick."""

import numpy as np
import pytest

from ospo_core.bench.plain_encoder import PlainEncoder
from ospo_core.bench.plain_similarity import PlainSimilarity
from ospo_core.bench.whole_texts import WholeTexts
from ospo_core.models.encoder import load_encoder
from ospo_core.models.metering import metering
from ospo_core.rewards.registry import build_reward

pytestmark = pytest.mark.slow

TEXTS = ["", "Give her 240 mg.", "mg " * 300, "240", "Offer water. Call a doctor.", "Offer water now. Call a doctor."]
REFERENCE = "Yes, with notice."


@pytest.fixture(scope="module")
def whole():
    return WholeTexts()


@pytest.fixture(scope="module")
def answers(whole):
    endings = [
        f"{text}\n\nAnswer: {REFERENCE}" for text in ("", "The tenant may leave.", "Clause nine says so, twice.")
    ]
    return whole.tokenized("May I leave early?", endings, REFERENCE)


def test_the_bare_encoder_gives_our_vectors():
    """For short, long and empty texts, alone in a batch and beside longer ones."""
    plain = PlainEncoder()

    vectors = plain.embeddings(plain.tokenized(TEXTS))

    np.testing.assert_allclose(vectors, load_encoder("all-MiniLM-L6-v2").encode(TEXTS), atol=1e-5)


def test_what_others_score_with_is_the_same_reward():
    """To rounding, repeats and empty texts included; every text is counted as often as it comes."""
    texts = [*TEXTS, TEXTS[1]]
    with metering() as meter:
        plain = PlainSimilarity(REFERENCE).score([""] * 7, texts)

    np.testing.assert_allclose(
        plain, build_reward("similarity", {"reference": REFERENCE}).score([""] * 7, texts), atol=1e-5
    )
    assert meter.forward_tokens == sum(map(len, PlainEncoder().tokenized(texts)))


def test_whole_texts_are_as_likely_as_with_a_shared_prompt(whole, answers):
    """To rounding, in batches and one by one."""
    reward = build_reward("likelihood", {"reference": REFERENCE})
    texts = ["", "The tenant may leave.", "Clause nine says so, twice."]

    ours = reward.score(["May I leave early?"] * 3, texts)

    np.testing.assert_allclose(whole.batched(answers), ours, atol=1e-4)
    np.testing.assert_allclose(whole.one_by_one(answers), ours, atol=1e-4)


def test_whole_texts_count_the_prompt_each_time(whole, answers):
    """Padding excluded."""
    with metering() as meter:
        whole.batched(answers)

    assert meter.forward_tokens == sum(len(answer.ids) for answer in answers)
