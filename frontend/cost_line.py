"""What a run would cost, in one line, before it is started."""

from __future__ import annotations

from frontend.client.bodies import Preview
from frontend.numbers import count, duration


def cost_line(preview: Preview, *, group_of: int = 1) -> str:
    """Tokens, evaluations, time, and what exact would need."""
    if preview.stored:
        return f"{count(preview.tokens, 'token')}. The same was asked before: it is answered from the store."
    exact = preview.exact_evaluations is not None and preview.planned_evaluations >= preview.exact_evaluations
    what = count(preview.planned_evaluations, "evaluation")
    whose = count(preview.tokens, "token") if group_of == 1 else f"{count(group_of, 'response')}"
    first = f"{whose}, {what}: exact" if exact else f"{whose} × {what}"
    time = "" if preview.seconds is None else f", about {duration(preview.seconds)} on this machine"
    unknown = " No run has shown the pace of this reward yet." if preview.seconds is None else ""
    return f"{first}{time}.{unknown}{'' if exact else exact_line(preview)}"


def exact_line(preview: Preview) -> str:
    """The price of no estimate at all."""
    if not preview.exact_evaluations_text:
        return ""
    time = "" if preview.exact_seconds is None else f", about {duration(preview.exact_seconds)}"
    return f" Exact needs {preview.exact_evaluations_text}{time}."
