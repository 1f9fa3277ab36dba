"""Your text: prompt, response or several, reward, players, budget with its cost, and Run."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import streamlit as st

from frontend.address import Place, go
from frontend.banner import banner, error_banner
from frontend.client.bodies import Preview, RewardKind, Run
from frontend.client.errors import Problem, ServiceError
from frontend.connection import service
from frontend.cost_line import cost_line
from frontend.draft import BUDGETS, Budget, Draft, digest
from frontend.escaping import in_html, in_label
from frontend.kept_draft import found_draft, keep_draft
from frontend.page_frame import service_down
from frontend.page_parts.pages import COMPARE
from frontend.permission import why_not_run
from frontend.pressing import pressed
from frontend.reward_fields import Unreadable, fill_fields, read_fields, reward_fields
from frontend.reward_kinds import reward_kinds
from frontend.session import Filled, Key

PLAYERS = ("word", "token")
MASKINGS = ("drop", "replace", "attention")
METHODS = (
    "auto",
    "exact",
    "bayesian-quadrature",
    "gaussian-process",
    "permutation",
    "past-conditioned",
    "paper",
)
TEXT_HEIGHT = 236


def fill_form(origin: str, request: Mapping[str, Any], *, with_response: bool = True) -> None:
    """Show what a case or a result had, once; what the reader then changes stays. Before the form is drawn."""
    if filled_from(origin):
        return
    draft = Draft.of(request)
    text = draft.text if with_response else ""
    st.session_state[Key.FILLED] = Filled(origin=origin, prompt=draft.prompt, text=text)
    _show(replace(draft, text=text))


def _show(draft: Draft) -> None:
    st.session_state[Key.PROMPT], st.session_state[Key.RESPONSE] = draft.prompt, draft.text
    st.session_state[Key.REWARD] = draft.reward
    st.session_state[Key.EXAMPLE] = (draft.reward, draft.example)
    st.session_state[Key.PENDING] = (draft.reward, dict(draft.settings))
    st.session_state[Key.PLAYERS], st.session_state[Key.MASKING] = draft.players, draft.masking
    st.session_state[Key.METHOD], st.session_state[Key.BUDGET] = draft.method, draft.budget
    st.session_state.pop(Key.FAILURE, None)


def filled_from(origin: str) -> bool:
    """Whether that is what the form was filled with last."""
    filled = cast("Filled | None", st.session_state.get(Key.FILLED))
    return filled is not None and filled.origin == origin


def untouched() -> bool:
    """Whether the texts of the form are those it was filled with."""
    filled = cast("Filled | None", st.session_state.get(Key.FILLED))
    texts = (st.session_state.get(Key.PROMPT) or "", st.session_state.get(Key.RESPONSE) or "")
    return texts == (("", "") if filled is None else (filled.prompt, filled.text))


@st.fragment
def draw_form(before: str | None) -> None:
    """The form. Args: before: the result it was filled from, to compare the new one with."""
    kinds = {kind.name: kind for kind in reward_kinds()}
    if (found := found_draft()) is not None and untouched():
        _show(found)
    _take_pending(kinds)
    with st.container(key="paste"):
        st.html("<h2>Your text</h2>")
        left, middle, right = st.columns([1, 1.25, 1.05], gap="medium")
        with left:
            st.text_area("Prompt", key=Key.PROMPT, height=TEXT_HEIGHT, persist_state="session")
        with middle:
            label = "Response, or several separated by a line of ---"
            st.text_area(
                label,
                key=Key.RESPONSE,
                height=TEXT_HEIGHT,
                placeholder="Paste a response",
                persist_state="session",
            )
        with right:
            _reward_side(kinds)
        failure = st.container()
        with st.container(key="go", horizontal=True, vertical_alignment="center"):
            cost = st.container(width="stretch").empty()
            _draw_exact_button()
            no = why_not_run()
            waits = service_down() or no is not None
            runs = pressed("Run", key="run", type="primary", disabled=waits, help=no)
        if runs:
            _submit(kinds, before)
        with failure:
            _draw_failure()
        cost.html(f'<div class="cost" role="status">{in_html(_cost(kinds))}</div>')
        keep_draft(_unsent(kinds))


def _reward_side(kinds: Mapping[str, RewardKind]) -> None:
    names = list(kinds) or [st.session_state.get(Key.REWARD) or Draft().reward]
    if st.session_state.get(Key.REWARD) not in names:
        st.session_state[Key.REWARD] = names[0]
    st.selectbox("Reward", names, key=Key.REWARD, persist_state="session")
    name = str(st.session_state[Key.REWARD])
    if name in kinds:
        st.html(f'<div class="small">{in_html(kinds[name].summary)}</div>')
        reward_fields(kinds[name])
    else:
        st.html('<div class="small">The rewards and their settings are listed when the service answers.</div>')
    players, budget = st.columns([1, 1], gap="small")
    with players:
        st.session_state.setdefault(Key.PLAYERS, "word")
        st.segmented_control(
            "Players", _choices(Key.PLAYERS, PLAYERS), key=Key.PLAYERS, format_func=str.capitalize, required=True
        )
    with budget:
        st.session_state.setdefault(Key.BUDGET, None)
        st.select_slider(
            "Budget, evaluations",
            (None, *BUDGETS),
            key=Key.BUDGET,
            format_func=_budget,
            disabled=st.session_state.get(Key.METHOD) == "exact",
            persist_state="session",
        )
    masking, method = st.session_state.setdefault(Key.MASKING, "drop"), st.session_state.setdefault(Key.METHOD, "auto")
    with st.expander(f"Masking {masking}, method {in_label(method)}", key="form_more"):
        st.selectbox("Masking: what absence means", MASKINGS, key=Key.MASKING, persist_state="session")
        st.selectbox("Method", METHODS, key=Key.METHOD, persist_state="session")


def _choices(key: Key, usual: Sequence[str]) -> list[str]:
    """The usual ones, and whatever a filled form has beside them."""
    value = st.session_state.get(key)
    return [*usual, *([value] if value and value not in usual else [])]


def _budget(budget: Budget) -> str:
    return "auto" if budget is None else f"{budget:,}"


def _take_pending(kinds: Mapping[str, RewardKind]) -> None:
    """Settings of a filled form, which wait until the kinds of reward are known."""
    kind, settings = st.session_state.get(Key.PENDING) or ("", {})
    if kind in kinds:
        fill_fields(kinds[kind], settings)
        st.session_state.pop(Key.PENDING)


def _draft(kinds: Mapping[str, RewardKind]) -> Draft:
    """What the form says. Raises: Unreadable."""
    state = st.session_state
    reward = str(state[Key.REWARD])
    of, example = state.get(Key.EXAMPLE) or (None, None)
    return Draft(
        prompt=state.get(Key.PROMPT) or "",
        text=state.get(Key.RESPONSE) or "",
        reward=reward,
        settings=read_fields(kinds[reward]) if reward in kinds else {},
        example=example if of == reward else None,
        players=state[Key.PLAYERS] or "word",
        masking=state[Key.MASKING],
        method=state[Key.METHOD],
        budget=state[Key.BUDGET],
    )


def _unsent(kinds: Mapping[str, RewardKind]) -> Draft | None:
    """What a reload would lose: texts other than those that the form was filled with or that were sent last."""
    if untouched():
        return None
    try:
        return _draft(kinds)
    except Unreadable:
        texts = (st.session_state.get(Key.PROMPT) or "", st.session_state.get(Key.RESPONSE) or "")
        return Draft(prompt=texts[0], text=texts[1], reward=str(st.session_state[Key.REWARD]))


def _cost(kinds: Mapping[str, RewardKind]) -> str:
    """The price of what the form says, or what is missing."""
    if service_down():
        return "Run waits for the service."
    if (no := why_not_run()) is not None:
        return no
    try:
        draft = _draft(kinds)
        if draft.missing:
            return draft.missing
        return cost_line(_preview(draft), group_of=len(draft.responses))
    except Unreadable as error:
        return str(error)
    except Problem as problem:
        return "" if problem.status in (404, 405) else _first_line(problem)
    except ServiceError:
        return ""


def _preview(draft: Draft) -> Preview:
    """Asked once for what the form says now. Raises: ServiceError."""
    body = draft.body()
    told = digest(body)
    kept = cast("tuple[str, Preview] | None", st.session_state.get(Key.PREVIEW))
    if kept is not None and kept[0] == told:
        return kept[1]
    client = service()
    preview = client.preview_group(body) if draft.is_group else client.preview_attribution(body)
    st.session_state[Key.PREVIEW] = (told, preview)
    return preview


def _exact_is_out_of_reach() -> bool:
    kept = cast("tuple[str, Preview] | None", st.session_state.get(Key.PREVIEW))
    if service_down() or kept is None:
        return service_down()
    exact = kept[1].exact_evaluations
    return exact is None or exact > BUDGETS[-1]


def _draw_exact_button() -> None:
    """No estimate at all, and back."""
    exact = st.session_state.get(Key.METHOD) == "exact"
    st.button(
        "Use a budget" if exact else "Use exact",
        key="use_exact",
        on_click=_use,
        args=("auto" if exact else "exact",),
        disabled=not exact and _exact_is_out_of_reach(),
    )


def _use(method: str) -> None:
    st.session_state[Key.METHOD] = method


def _submit(kinds: Mapping[str, RewardKind], before: str | None) -> None:
    """Start what the form says and go where it is shown."""
    st.session_state.pop(Key.FAILURE, None)
    try:
        draft = _draft(kinds)
        if draft.missing:
            st.session_state[Key.FAILURE] = draft.missing
            return
        run = start(draft.body())
    except Unreadable as error:
        st.session_state[Key.FAILURE] = str(error)
        return
    except ServiceError as error:
        st.session_state[Key.FAILURE] = error
        return
    # The form now holds what the result has: what is edited from here on is not filled over.
    st.session_state[Key.FILLED] = Filled(origin=run.id, prompt=draft.prompt, text=draft.text)
    st.session_state[Key.SENT] = run.id
    if run.kind == "group":
        st.switch_page(COMPARE, query_params={"result": run.id})
    go(Place(case="text", result=run.id, before=before if before != run.id else None))
    st.rerun()


def start(body: Mapping[str, Any], *, again: bool = False) -> Run:
    """Send a request. Pressed twice it is one run, unless `again` asks for a new one. Raises: ServiceError."""
    told = digest(body)
    kept = cast("tuple[str, str] | None", st.session_state.get(Key.DRAFT))
    if again or kept is None or kept[0] != told:
        kept = st.session_state[Key.DRAFT] = (told, str(uuid.uuid4()))
    client = service()
    send = client.start_group if "responses" in body else client.start_attribution
    return send(body, key=kept[1])


def _draw_failure() -> None:
    failure = st.session_state.get(Key.FAILURE)
    if isinstance(failure, ServiceError):
        with error_banner(failure, key="form", kept="What you typed is kept."):
            pass
    elif failure:
        with banner("Not started", failure, key="form"):
            pass


def _first_line(problem: Problem) -> str:
    fields = "; ".join(f"{path.removeprefix('body.')}: {message}" for path, message in problem.fields[:2])
    return fields or problem.detail or problem.title
