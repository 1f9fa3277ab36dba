import sys

import numpy as np
import pytest
import torch

from ospo_core.bench.captum_sampling import CaptumSampling
from ospo_core.bench.encoder_contenders import Task, bare_forward, captum_sampling, one_by_one, ours, shap_partition
from ospo_core.bench.shap_partition import ShapPartition
from ospo_core.errors import ModelMissing
from tests.core.bench.conftest import TEXT

pytestmark = pytest.mark.slow  # their imports take seconds

LIBRARIES = {"shap": ShapPartition, "captum": CaptumSampling}


@pytest.fixture
def calls(letters, monkeypatch):
    """The texts of every call that reaches the reward."""
    seen, score = [], letters.score
    monkeypatch.setattr(letters, "score", lambda prompts, texts: seen.append(list(texts)) or score(prompts, texts))
    return seen


@pytest.fixture
def task(letters):
    return Task(prompt="How much?", text=TEXT, reward=letters, plain=letters, budget=40)


def test_the_words_are_those_of_attribute(answer):
    """They join to the text, and leaving all out leaves nothing."""
    assert "".join(answer.words) == TEXT
    assert answer.restricted(np.zeros(len(answer.players), dtype=bool)) == ""
    assert answer.restricted(np.arange(len(answer.players)) < 4) == "Give her 240 mg"


def test_shap_finds_the_value_of_our_words(answer, lengths):
    """Its features are our words and its texts our restricted texts: an additive reward is credited exactly."""
    credit = ShapPartition(answer).credit(budget=10**6)

    np.testing.assert_allclose(credit, lengths, atol=1e-9)
    assert set(answer.reward.responses) >= {"", TEXT}


def test_shap_is_given_the_batches_it_asks_for(answer, calls):
    """Five texts at a time is SHAP's default for texts, and pairs are not torn apart; another size is passed on."""
    explainer = ShapPartition(answer)

    explainer.credit()
    default = max(map(len, calls))
    explainer.credit(batch_size=64)

    assert (default, max(map(len, calls))) == (6, 64)


def test_captum_finds_the_value_of_our_words(answer, lengths):
    """One evaluation per word and order, and one for nothing present."""
    credit = CaptumSampling(answer).credit(orders=2, seed=0)

    np.testing.assert_allclose(credit, lengths, atol=1e-5)
    assert answer.evaluations == 2 * len(answer.players) + 1


def test_captum_leaves_the_generator_as_it_was(answer):
    """Its orders follow from the seed, and the caller's own random numbers go on undisturbed."""
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)

    CaptumSampling(answer).credit(orders=1, seed=0)
    first = list(answer.reward.responses)
    CaptumSampling(answer).credit(orders=1, seed=0)

    torch.testing.assert_close(torch.rand(3), expected)
    assert answer.reward.responses == first * 2


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_missing_library_names_the_extra(library, answer, monkeypatch):
    """In one line."""
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "captum.attr", raising=False)

    with pytest.raises(ModelMissing, match=rf"{library}.*pip install 'ospo\[bench\]'"):
        LIBRARIES[library](answer)


def test_ours_makes_the_evaluations_it_is_allowed(task):
    """What is scored are distinct texts, as many as it says."""
    texts = task.texts()

    assert len(texts) == len(set(texts)) == ours(task)()
    assert len(texts) <= task.budget


def test_one_by_one_scores_the_same_texts(task, calls):
    """Each in a call of its own; the warm-up does not count."""
    texts = task.texts()
    run = one_by_one(task, texts)
    calls.clear()

    assert run() == len(texts)
    assert calls == [[text] for text in texts]


def test_captum_stays_within_the_budget_but_for_the_empty_text(task, answer):
    """Whole orders only."""
    words = len(answer.players)

    assert captum_sampling(task)() == task.budget // words * words + 1


def test_shap_counts_what_it_really_asks_for(task):
    """The same run makes the same number of evaluations each time: its warm-up and earlier runs do not count."""
    run = shap_partition(task, task.reward, batch_size=None)

    assert run() == run() > 2


def test_the_bare_loop_reads_every_text(task):
    """Once."""
    texts = task.texts()

    assert bare_forward(texts)() == len(texts)
