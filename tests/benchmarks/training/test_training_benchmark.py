"""The benchmark of rules measures what it says: the project's rules on the right worths, in worlds as documented."""

import itertools

import numpy as np
import pytest
import torch

from ospo_core.estimators.past_conditioned import PastConditioned
from ospo_core.games.ledger import Ledger
from ospo_core.tree import Tree
from ospo_core.values.exact import owen_value
from tests.benchmarks.training.catalogue import Catalogue
from tests.benchmarks.training.cited_facts import CitedFacts
from tests.benchmarks.training.fragments import Fragments, closed_up
from tests.benchmarks.training.language_model import LanguageModel, Rollout, log_probabilities, sample
from tests.benchmarks.training.learner import loss
from tests.benchmarks.training.methods import METHODS
from tests.oracles import FunctionGame

WORLDS = (Catalogue, CitedFacts)
SHAPES = [(world, shape) for world in WORLDS for shape in world.shapes]


def words(world, text):
    """(1, longest) the text as a row of numbers."""
    row = torch.zeros(1, world.longest, dtype=torch.long)
    numbers = [world.vocabulary.index(word) for word in text.split()]
    row[0, : len(numbers)] = torch.tensor(numbers)
    return row


def rollout_of(world, seed=0, prompts=(0, 1)):
    """Eight texts for each prompt by a model that was trained on nothing."""
    model = LanguageModel(words=len(world.vocabulary), positions=16, seed=seed)
    chosen = torch.tensor(prompts).repeat_interleave(8)
    return model, sample(model, world, chosen, torch.Generator().manual_seed(seed))


def nearly_right(world, prompts=(0, 1)):
    """Rows of 8: model answers, with words taken out, doubled and put in, so that rewards differ."""
    rng = torch.Generator().manual_seed(1)
    answers = world.model_answers()[torch.tensor(prompts).repeat_interleave(8)]
    noise = torch.randint(3, len(world.vocabulary), answers.shape, generator=rng)
    mixed = torch.where(torch.rand(answers.shape, generator=rng) < 0.3, noise, answers)
    texts = closed_up(mixed, mixed != 0)
    return Rollout(
        prompts=torch.tensor(prompts).repeat_interleave(8), texts=texts, lengths=(texts != 0).sum(1), entropy=0.0
    )


def game_of(world, shape, rollout, row):
    """The same fragments one by one, through the project's own ledger."""
    length = int(rollout.lengths[row])
    kept = [int(word) for word in rollout.texts[row, :length]]

    def worth(coalition):
        text = torch.zeros(1, world.longest, dtype=torch.long)
        left = [word for word, there in zip(kept, coalition, strict=True) if there]
        text[0, : len(left)] = torch.tensor(left, dtype=torch.long)
        return float(world.worths(shape, rollout.prompts[row : row + 1], text))

    return FunctionGame(length, worth)


def every_order(rows, width, length):
    """(rows, length!, width) the place of each word in every order of the first `length`."""
    places = torch.tensor(list(itertools.permutations(range(length))))
    behind = torch.arange(length, width).expand(len(places), -1)
    return torch.cat([places, behind], dim=1).expand(rows, -1, -1)


@pytest.mark.parametrize("world", WORLDS)
def test_a_seed_draws_one_world(world):
    """The same seed: the same prompts, worths and sentences; another seed: others."""
    first, again, other = world(3), world(3), world(4)
    rollout = nearly_right(first)
    shape = first.shapes[0]

    assert torch.equal(first.prompts, again.prompts)
    assert torch.equal(first.sentences(50, 5), again.sentences(50, 5))
    assert torch.equal(
        first.worths(shape, rollout.prompts, rollout.texts), again.worths(shape, rollout.prompts, rollout.texts)
    )
    assert not torch.equal(first.prompts, other.prompts)


@pytest.mark.parametrize(("world", "shape"), SHAPES)
def test_nothing_is_worth_nothing_and_the_model_answer_all_there_is(world, shape):
    """The empty text gets 0; the model answer gets 1, less the price of its four words under `tight`."""
    drawn = world(0)
    answers, prompts = drawn.model_answers(), torch.arange(len(drawn.prompts))
    best = {"tight": 0.8}.get(shape, 1.0)

    torch.testing.assert_close(
        drawn.worths(shape, prompts, torch.zeros_like(answers)), torch.zeros(len(answers), dtype=torch.float64)
    )
    torch.testing.assert_close(
        drawn.worths(shape, prompts, answers), torch.full((len(answers),), best, dtype=torch.float64)
    )


@pytest.mark.parametrize("world", WORLDS)
def test_no_held_out_prompt_is_trained_on(world):
    """Whatever the order of the words in it, for the catalogue; as asked, for facts."""
    drawn = world(0)
    prompts = {tuple(prompt) for prompt in drawn.prompts.tolist()}

    assert len(prompts) == len(drawn.prompts)


def test_catalogue_prices_words_beyond_the_fifth_and_every_word():
    """A filler changes no ranking: `concise` starts to charge at the sixth word, `tight` at the first."""
    world = Catalogue(0)
    answer = closed_up(world.model_answers()[:1], world.model_answers()[:1] != 0)
    longer = answer.clone()
    longer[0, 4:7] = world.vocabulary.index("please")
    first = torch.tensor([0])

    assert float(world.worths("ndcg", first, longer)) == pytest.approx(1.0)
    assert float(world.worths("concise", first, longer)) == pytest.approx(1.0 - 0.03 * 2)
    assert float(world.worths("tight", first, longer)) == pytest.approx(1.0 - 0.05 * 7)


def test_catalogue_copies_make_each_other_free_to_remove():
    """A word said twice counts once: without either copy NDCG is the same, without both it falls."""
    world = Catalogue(0)
    texts = world.model_answers()[:1].repeat(3, 1)
    texts[0, 4] = texts[0, 0]
    texts[2, 0] = world.vocabulary.index("please")

    twice, once, never = world.worths("ndcg", torch.tensor([0, 0, 0]), texts).tolist()

    assert twice == once
    assert never < once


def test_a_fact_counts_only_beside_its_source():
    """A word between fact and source takes a third of `minlen` away; removing that word gives it back."""
    world = CitedFacts(0)
    parted = world.model_answers()[:1].clone()
    parted[0, 2:7] = world.model_answers()[0, 1:6]
    parted[0, 1] = world.vocabulary.index("and")
    first = torch.tensor([0])

    assert float(world.worths("minlen", first, parted)) == pytest.approx(2 / 3)
    closed = closed_up(parted, torch.arange(world.longest)[None] != 1)
    assert float(world.worths("minlen", first, closed)) == pytest.approx(1.0)


def test_fragments_of_facts_below_a_threshold_are_worth_nothing():
    """Five words under `minlen`, one cited fact under `gate`; `chain` counts only from the first fact on."""
    world = CitedFacts(0)
    answer = world.model_answers()[:1]
    first, places = torch.tensor([0]), torch.arange(world.longest)[None]

    assert float(world.worths("minlen", first, closed_up(answer, places < 5))) == 0.0
    assert float(world.worths("gate", first, closed_up(answer, places < 2))) == 0.0
    assert float(world.worths("gate", first, closed_up(answer, places < 4))) == pytest.approx(0.5)
    assert float(world.worths("chain", first, closed_up(answer, places < 4))) == pytest.approx(2 / 3)
    assert float(world.worths("chain", first, closed_up(answer, places >= 2))) == 0.0


def test_a_contradiction_costs_three_tenths():
    """A fact and its contrary in one text; the contrary alone costs nothing."""
    world = CitedFacts(0)
    answer = world.model_answers()[:1].repeat(2, 1)
    fact = world.vocabulary[int(answer[0, 0])]
    answer[0, 6] = world.vocabulary.index(fact.replace("fact", "contrary"))
    answer[1, 6] = world.vocabulary.index("and")

    contradicted, whole = world.worths("chain", torch.tensor([0, 0]), answer).tolist()

    assert (whole, contradicted) == (pytest.approx(1.0), pytest.approx(0.7))


@pytest.mark.parametrize(("world", "shape"), SHAPES)
def test_units_are_those_of_the_project(world, shape):
    """Worths around every word equal what the engine's past-conditioned estimator measures one text at a time."""
    drawn = world(0)
    rollout = nearly_right(drawn)
    game = game_of(drawn, shape, rollout, row=5)
    measured = PastConditioned.measure(Ledger(game, max_evaluations=100))

    units = Fragments.of(drawn, shape, rollout).units()

    np.testing.assert_allclose(units.before[5, : game.n_players], measured.prefixes[:-1], atol=1e-6)
    np.testing.assert_allclose(units.after[5, : game.n_players], measured.prefixes[1:], atol=1e-6)
    np.testing.assert_allclose(units.without[5, : game.n_players], measured.without, atol=1e-6)
    assert float(units.without[5, game.n_players :].abs().sum()) == 0.0


@pytest.mark.parametrize(("world", "shape"), SHAPES)
def test_shapley_over_every_order_is_the_exact_value(world, shape):
    """The estimate that runs use, given all orders instead of a few, equals the engine's Owen value of a flat tree."""
    drawn = world(0)
    rollout = nearly_right(drawn)
    texts = closed_up(rollout.texts, torch.arange(drawn.longest)[None].expand(len(rollout.texts), -1) < 4)
    short = Rollout(prompts=rollout.prompts, texts=texts, lengths=(texts != 0).sum(1), entropy=0.0)
    exact = owen_value(Tree.flat(4), Ledger(game_of(drawn, shape, short, row=3), max_evaluations=100))

    credit = Fragments.of(drawn, shape, short).shapley(every_order(len(texts), drawn.longest, 4))

    np.testing.assert_allclose(credit[3, :4], exact, atol=1e-6)


@pytest.mark.parametrize(("world", "shape"), SHAPES)
def test_sampled_shapley_credit_is_efficient(world, shape):
    """It sums to the reward over v(nothing), in every text, also of the few orders that runs draw."""
    drawn = world(0)
    fragments = Fragments.of(drawn, shape, nearly_right(drawn))

    credit = fragments.shapley(fragments.orders(torch.Generator().manual_seed(0)))

    torch.testing.assert_close(credit.sum(dim=1), fragments.rewards - fragments.empty)


@pytest.mark.parametrize("world", WORLDS)
def test_orders_are_antithetic(world):
    """Each order comes with its reverse, of the words of each text alone."""
    drawn = world(0)
    rollout = nearly_right(drawn)
    fragments = Fragments.of(drawn, drawn.shapes[0], rollout)

    orders = fragments.orders(torch.Generator().manual_seed(0))

    there, back = (
        orders[:, :2][rollout.mask[:, None].expand(-1, 2, -1)],
        orders[:, 2:][rollout.mask[:, None].expand(-1, 2, -1)],
    )
    last = (rollout.lengths - 1)[:, None, None].expand(-1, 2, drawn.longest)[rollout.mask[:, None].expand(-1, 2, -1)]
    assert torch.equal(there + back, last)


@pytest.mark.parametrize("world", WORLDS)
def test_grpo_has_the_gradient_of_grpo(world):
    """The uniform rule in this loop: minus the mean over all tokens of A log p, end of sequence included."""
    drawn = world(0)
    model, _ = rollout_of(drawn)
    rollout = nearly_right(drawn)
    fragments = Fragments.of(drawn, drawn.shapes[0], rollout)
    groups = fragments.rewards.view(2, 8)
    flat = (groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)
    log_probability = log_probabilities(model, drawn, rollout)
    tokens = (rollout.lengths + (rollout.lengths < drawn.longest)).sum()
    expected = torch.autograd.grad(
        -(flat.view(-1, 1).float() * log_probability).sum() / tokens, list(model.parameters()), retain_graph=True
    )

    advantages = METHODS[0].advantages(fragments, 8, torch.Generator())
    gradients = torch.autograd.grad(loss(log_probability, advantages.float(), rollout), list(model.parameters()))

    for ours, theirs in zip(gradients, expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-7, rtol=1e-5)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_no_advantage_stands_behind_the_end(method):
    """Every method: exactly 0 on padding, finite on all, and something on the words."""
    drawn = CitedFacts(0)
    rollout = nearly_right(drawn)

    advantages = method.advantages(Fragments.of(drawn, "chain", rollout), 8, torch.Generator().manual_seed(0))

    assert float(advantages[rollout.tokens == 0].abs().sum()) == 0.0
    assert bool(advantages.isfinite().all())
    assert float(advantages[rollout.mask].abs().sum()) > 0.0


def test_log_probabilities_are_those_that_were_sampled_from():
    """Word by word with a cache or all at once: rewards that follow a token train that token."""
    drawn = Catalogue(0)
    model, rollout = rollout_of(drawn)
    logits, _ = model(torch.cat([drawn.prompts[:1], rollout.texts[:1, :3]], dim=1))
    pasts, chances = None, []
    for token in torch.cat([drawn.prompts[:1], rollout.texts[:1, :3]], dim=1).unbind(dim=1):
        step, pasts = model(token[:, None], pasts)
        chances.append(step)

    torch.testing.assert_close(torch.cat(chances, dim=1), logits, atol=1e-5, rtol=1e-5)
