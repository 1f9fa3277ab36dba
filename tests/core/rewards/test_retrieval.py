import sys

import faiss
import numpy as np
import pytest

from ospo_core.errors import ModelMissing, SettingsError
from ospo_core.rewards.dense import DenseCandidates
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.retrieval import DenseRetrieval, Goal
from ospo_core.rewards.reward import MaskableReward
from ospo_core.text.spans import Span


def lexical(shop, **settings):
    return build_reward("retrieval", {"catalogue": shop.name, "index": "lexical", **settings}, shop.parent)


def dense(shop, **settings):
    return build_reward("retrieval", {"catalogue": shop.name, **settings}, shop.parent)


def score(reward, *responses):
    return reward.score([""] * len(responses), responses).tolist()


def test_words_in_common_find_the_item(shop):
    """The kettle's words put it first; another item's words do not put it anywhere."""
    reward = lexical(shop, targets=["kettle"])

    assert score(reward, "boils water in a litre kettle", "leather boots") == [1, 0]


def test_meaning_finds_the_item_without_its_words(shop):
    """No word of the query stands in the tent's text."""
    query = "portable shelter to sleep outdoors"

    assert score(dense(shop, targets=["tent"], k=1), query) == [1]
    assert score(lexical(shop, targets=["tent"]), query) == [0]


@pytest.mark.parametrize("empty", ["", "   ", "<answer></answer>", "long reasoning <answer> </answer>"])
@pytest.mark.parametrize("index", ["dense", "lexical"])
def test_an_empty_query_finds_nothing(shop, index, empty):
    """By definition 0, though every item would stand somewhere in a ranking of the empty text."""
    reward = build_reward("retrieval", {"catalogue": shop, "index": index, "targets": ["kettle", "lamp"]})

    assert score(reward, empty) == [0]


@pytest.mark.parametrize("index", ["dense", "lexical"])
def test_only_the_answer_is_the_query(shop, index):
    """What is said outside of the tags neither helps nor harms."""
    reward = build_reward("retrieval", {"catalogue": shop, "index": index, "targets": ["boots"], "metric": "mrr"})

    inside, outside = score(
        reward, "A kettle? No. <answer>leather hiking boots</answer>", "leather hiking boots <answer>kettle</answer>"
    )

    assert inside == 1
    assert outside < 1


def test_a_lexical_item_that_shares_no_word_is_not_found(shop):
    """With k beyond the catalogue every item would be within it; those without a shared word still are not."""
    reward = lexical(shop, targets=["kettle", "lamp"], metric="recall", k=100)

    assert score(reward, "kettle", "kettle lamp", "zebra") == [0.5, 1, 0]


def test_items_of_equal_relevance_rank_by_the_catalogue(write_catalogue):
    """Two items of one text: the first in the file comes first, under either index."""
    path = write_catalogue({"first": "red boots", "second": "red boots"})
    settings = {"catalogue": path, "metric": "mrr"}

    for index in ("dense", "lexical"):
        assert score(build_reward("retrieval", {**settings, "index": index, "targets": ["first"]}), "boots") == [1]
        assert score(build_reward("retrieval", {**settings, "index": index, "targets": ["second"]}), "boots") == [0.5]


def test_a_pool_of_candidates_is_all_that_is_searched(shop):
    """Without its rivals the stove comes first for any words of its own."""
    everything = lexical(shop, targets=["stove"], metric="mrr")
    pool = lexical(shop, targets=["stove"], metric="mrr", candidates=["lamp", "stove"])

    assert score(everything, "water for the tent and a trip") < score(pool, "water for the tent and a trip") == [1]
    assert pool.spec.settings["candidates"]["items"] == 2
    assert everything.spec.settings["candidates"] is None


def test_gains_weigh_the_targets(shop):
    """Finding the item of gain 3 first is worth more than finding that of gain 1 first."""
    reward = lexical(shop, targets={"kettle": 3, "lamp": 1})

    rich, poor = score(reward, "kettle kettle lamp", "lamp lamp kettle")

    assert rich == pytest.approx(1)
    assert poor < rich


def test_ranks_equal_those_of_a_faiss_search(letters):
    """On texts without ties, the order is the one that the flat index gives."""
    rng = np.random.default_rng(5)
    texts = ["".join(rng.choice(list("abcdefghij"), size=30)) for _ in range(40)]
    candidates = DenseCandidates(texts, letters)
    index = faiss.IndexFlatIP(27)
    index.add(letters.encode(texts))

    (rows,) = candidates.relevance(["abc", "ghij"])
    _, expected = index.search(letters.encode(["abc", "ghij"]), 3)

    np.testing.assert_array_equal(np.argsort(-rows, axis=1, kind="stable")[:, 0], expected[:, 0])
    np.testing.assert_allclose(rows, letters.encode(["abc", "ghij"]) @ letters.encode(texts).T, atol=1e-6)


def test_hidden_spans_are_those_of_the_response_not_of_the_answer(letters):
    """A hidden word counts from the start of the response, though the query starts behind the tag."""
    goal = Goal(places=(1,), gains=(1.0,), metric="mrr", k=2)
    reward = DenseRetrieval(texts=["zzz", "bbb"], goal=goal, encoder=letters, settings={})
    response = "zz <answer>zzz bb</answer>"

    seen, hidden, outside = reward.score_hidden([""] * 3, [response] * 3, [[], [Span(11, 14)], [Span(0, 11)]])

    assert isinstance(reward, MaskableReward)
    assert (seen, hidden, outside) == (0.5, 1, 0.5)


def test_a_query_hidden_to_its_last_letter_finds_nothing(letters):
    """As an empty query: 0, whatever the model would say of a masked text."""
    reward = DenseRetrieval(
        texts=["a", "b"], goal=Goal(places=(0,), gains=(1.0,), metric="ndcg", k=2), encoder=letters, settings={}
    )

    assert reward.score_hidden([""] * 2, ["a b"] * 2, [[Span(0, 1), Span(2, 3)], [Span(0, 1)]]).tolist()[0] == 0


def test_the_window_is_that_of_the_answer(letters):
    """Reasoning outside of the tags does not fill the model's window."""
    letters.window = 5
    goal = Goal(places=(0,), gains=(1.0,), metric="ndcg", k=1)
    reward = DenseRetrieval(texts=["short", "too long"], goal=goal, encoder=letters, settings={})

    assert reward.truncated(["much thought <answer>four</answer>", "five and more"]).tolist() == [False, True]
    assert reward.spec.settings["truncated_items"] == 1


def test_the_specification_states_the_catalogue_by_name_size_and_hash(shop):
    """No path of this machine and none of the items are in a result."""
    stated = lexical(shop, targets=["tent"]).spec.settings["catalogue"]

    assert (stated["path"], stated["items"], len(stated["sha256"])) == ("shop.jsonl", 6, 64)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"targets": ["sofa"]}, "target 'sofa': no such id in the catalogue shop.jsonl"),
        ({"targets": ["tent"], "candidates": ["lamp"]}, "target outside the candidates: 'tent'"),
        ({"targets": ["tent"], "candidates": ["tent", "sofa"]}, "candidate 'sofa': no such id"),
        ({"targets": []}, "targets: dictionary should have at least 1 item"),
        ({"targets": ["tent", "tent"]}, "targets: an id is listed twice"),
        ({"targets": {"tent": 0}}, "targets.tent: expected greater than 0, got 0"),
        ({"targets": ["tent"], "metric": "map"}, "metric: expected 'ndcg', 'mrr' or 'recall', got 'map'"),
        ({"targets": ["tent"], "k": 0}, "k: expected greater than or equal to 1, got 0"),
        ({"targets": ["tent"], "candidates": []}, "candidates: tuple should have at least 1 item"),
        ({"targets": ["tent"], "catalogue": "gone.jsonl"}, "catalogue gone.jsonl: cannot be read"),
    ],
)
def test_wrong_settings_are_one_line(shop, settings, said):
    """What cannot be found is an error of the settings before anything is scored."""
    with pytest.raises(SettingsError, match=said):
        lexical(shop, **settings)


def test_an_absent_library_names_the_extra_that_brings_it(shop, monkeypatch):
    """None in sys.modules is how Python itself marks a module that cannot be imported."""
    monkeypatch.setitem(sys.modules, "bm25s", None)
    monkeypatch.delitem(sys.modules, "ospo_core.rewards.lexical", raising=False)

    with pytest.raises(ModelMissing, match=r"package bm25s is not installed; run: pip install 'ospo\[retrieval\]'"):
        lexical(shop, targets=["tent"])


def test_nothing_is_printed(shop, capfd):
    """Neither library shows a progress bar."""
    score(lexical(shop, targets=["tent"]), "tent")
    score(dense(shop, targets=["tent"]), "tent")

    assert capfd.readouterr() == ("", "")
