"""The guard that every caller of a reward goes through: usable float64 numbers, or an error that names the response.

Knows nothing of any particular reward. A reward that raises on a batch is asked again on halves of it, so that
one bad text among thousands is named; the text itself travels as an attribute of the error, never in its message.
To exit is to raise: no reward ends the program that asks it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from ospo_core.errors import InputError, OspoError, RewardError
from ospo_core.rewards.reward import MaskableReward, Reward
from ospo_core.shapes import Scores
from ospo_core.text.spans import Span

LARGEST_SCORE = 1e18
"""Either way from 0. Beyond it differences and squares of scores overflow, first in the float32 that trainers use."""

_Call = Callable[[slice], object]


def checked_scores(reward: Reward, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
    """The reward's scores, one float64 within LARGEST_SCORE per response, in order. One call, unless the reward raises.

    Raises:
        RewardError: the reward raised, or returned something else; `index` and `text` say where.
        OspoError: what the reward itself raised on purpose, unchanged.
    """
    _require_pairs(responses, prompts=prompts)
    return _checked(reward.spec.kind, responses, lambda part: reward.score(prompts[part], responses[part]))


def checked_hidden(
    reward: MaskableReward, prompts: Sequence[str], responses: Sequence[str], hidden: Sequence[Sequence[Span]]
) -> Scores:
    """As `checked_scores`, for scores under an attention mask."""
    _require_pairs(responses, prompts=prompts, hidden=hidden)
    return _checked(
        reward.spec.kind,
        responses,
        lambda part: reward.score_hidden(prompts[part], responses[part], hidden[part]),
    )


def _require_pairs(responses: Sequence[str], **others: Sequence[object]) -> None:
    for name, values in others.items():
        if len(values) != len(responses):
            raise InputError(f"a reward needs one of {name} per response; got {len(values)} for {len(responses)}")


def _checked(kind: str, responses: Sequence[str], call: _Call) -> Scores:
    if not responses:
        return np.empty(0, dtype=np.float64)
    raised = _raised_by(call, slice(0, len(responses)))
    if isinstance(raised, BaseException):
        culprit, error = _culprit(call, len(responses), raised)
        raise _explained(kind, responses, culprit, error) from None
    return _usable(kind, responses, raised)


def _raised_by(call: _Call, part: slice) -> object:
    """What the call returned, or the exception it raised: the search below needs both as values."""
    try:
        return call(part)
    except OspoError:
        raise
    except KeyboardInterrupt as error:
        if threading.current_thread() is threading.main_thread():
            raise  # the user's, who is heard in this thread alone; elsewhere it is the reward's own
        return error
    except (Exception, SystemExit) as error:
        return error


def _culprit(call: _Call, size: int, error: BaseException) -> tuple[int | None, BaseException]:
    """First response on which the reward raises when it is alone, by halving; None when only the batch raises."""
    start, stop = 0, size
    while stop - start > 1:
        middle = (start + stop) // 2
        raised = _raised_by(call, slice(start, middle))
        if isinstance(raised, BaseException):
            stop, error = middle, raised
        else:
            start = middle
    alone = _raised_by(call, slice(start, stop))
    return (start, alone) if isinstance(alone, BaseException) else (None, error)


def _explained(kind: str, responses: Sequence[str], index: int | None, error: BaseException) -> RewardError:
    name = type(error).__name__
    if index is None:
        return RewardError(
            f"reward {kind!r} raised {name} on a batch of {len(responses)} responses, but on none of them alone; "
            "try again with fewer at a time"
        )
    text = responses[index]
    return RewardError(
        f"reward {kind!r} raised {name} on response {index} ({len(text):,} characters); score it alone to see why",
        index=index,
        text=text,
    )


def _usable(kind: str, responses: Sequence[str], scores: object) -> Scores:
    expected = f"float64 array of shape ({len(responses)},)"
    if not isinstance(scores, np.ndarray):
        raise RewardError(f"reward {kind!r} must return a {expected}; it returned a {type(scores).__name__}")
    if scores.dtype != np.float64 or scores.shape != (len(responses),):
        raise RewardError(f"reward {kind!r} must return a {expected}; it returned {scores.dtype} {scores.shape}")
    bad = np.flatnonzero(~(np.abs(scores) <= LARGEST_SCORE))
    if not len(bad):
        return scores
    index = int(bad[0])
    text = responses[index]
    raise RewardError(
        f"reward {kind!r} returned {scores[index]} for response {index} ({len(text):,} characters); "
        f"a reward must be a finite number of at most {LARGEST_SCORE:g} either way",
        index=index,
        text=text,
    )
