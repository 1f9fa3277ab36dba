from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from ospo_core.cases.case import load_case
from ospo_core.rewards.registry import build_reward
from ospo_core.rewards.reward import Reward
from ospo_core.shapes import Scores

Rewards = Callable[[str], Reward]
Score = Callable[..., Scores]


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the cache of whoever runs it."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSPO_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def rewards() -> Rewards:
    """The reward of the case of that name, as the command line builds it; each is built once."""

    @cache
    def built(name: str) -> Reward:
        case = load_case(name)
        settings = {key: value for key, value in case.reward.items() if key != "kind"}
        return build_reward(case.reward["kind"], settings, case.folder)

    return built


@pytest.fixture(scope="session")
def score(rewards: Rewards) -> Score:
    """Scores of texts under the reward of the case of that name."""

    @cache
    def scores(name: str, *texts: str) -> Scores:
        return rewards(name).score([load_case(name).prompt] * len(texts), texts)

    return scores
