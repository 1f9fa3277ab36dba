"""The table of states."""

import pytest

from backend.jobs.states import OVER, TRAINED, TRANSITIONS, UNDER_WAY, JobState, before


def test_every_state_has_its_row():
    """None is forgotten."""
    assert set(TRANSITIONS) == set(JobState)


@pytest.mark.parametrize("state", sorted(OVER))
def test_a_job_that_is_over_comes_back_by_resume_alone(state):
    """Into the line, and nowhere else; a success never."""
    assert TRANSITIONS[state] <= {JobState.QUEUED}
    assert not TRANSITIONS[JobState.SUCCEEDED]


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_a_job_that_is_under_way_can_come_to_its_end(state):
    """In some number of steps."""
    reached, found = set(), {state}
    while found - reached:
        reached |= found
        found = set().union(*(TRANSITIONS[one] for one in reached)) | reached

    assert reached >= OVER


def test_stopping_is_never_forgotten():
    """It does not go back to running."""
    assert TRANSITIONS[JobState.STOPPING].isdisjoint(UNDER_WAY)
    assert before(JobState.STOPPING) == TRAINED - {JobState.STOPPING}
