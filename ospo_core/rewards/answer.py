"""Which part of a response is its answer: what stands between <answer> and </answer>, or else all of it."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)


def answer_range(response: str) -> tuple[int, int]:
    """[start, stop) of the answer in code points: inside the last complete pair of tags, or the whole response.

    An answer may be empty. A pair is an opening tag and the first closing tag after it, with no opening tag between.
    """
    start, best = None, (0, len(response))
    for tag in _TAG.finditer(response):
        if not tag[1]:
            start = tag.end()
        elif start is not None:
            best, start = (start, tag.start()), None
    return best


def answer_text(response: str) -> str:
    """The answer of a response."""
    start, stop = answer_range(response)
    return response[start:stop]
