"""History: every stored result, to search, filter, tag, open by its link, compare, export and delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import streamlit as st

from frontend.banner import error_banner
from frontend.client.bodies import RunPage, RunSummary
from frontend.client.errors import Problem, ServiceError, Unavailable
from frontend.comparing.following import follow
from frontend.connection import service
from frontend.escaping import in_html, in_label
from frontend.page_parts.pages import COMPARE, EXPLORE, TREE
from frontend.page_parts.paging import draw_paging
from frontend.page_parts.run_titles import KINDS, STATES, prompt_words, state_words
from frontend.page_parts.sentence import Part, draw_quiet, draw_sentence
from frontend.page_parts.style import draw_parts_style
from frontend.page_parts.times import moment, reader_zone
from frontend.permission import why_not_delete, why_not_end, why_not_run
from frontend.pressing import pressed
from frontend.result_actions import TYPES
from frontend.reward_kinds import reward_kinds
from frontend.session import Key, Param

ROWS = 20
MOST_TAGS, LONGEST_TAG = 20, 50
SECONDS_BETWEEN_LOOKS = 2.0
FILTERS = (Key.SEARCH, Key.STATE, Key.KIND, Key.REWARD_KIND, Key.TAG)
_LISTED = tuple(state for state in STATES if state != "cancelling")


def draw_history() -> None:
    """Filters, then the list, which draws itself again while something in it is still running."""
    head = st.container(key="history_sentence")
    _draw_filters()
    unfinished = any(not run.over for run in st.session_state.get(Key.LISTED, ()))
    st.fragment(_draw_list, run_every=SECONDS_BETWEEN_LOOKS if unfinished else None)(unfinished)
    with head:
        draw_sentence(headline(st.session_state.get(Key.LISTED, ()), more=_more(), filtered=_filtered()))


def headline(runs: Sequence[RunSummary], *, more: bool, filtered: bool) -> list[Part]:
    """What is listed, in one sentence."""
    if not runs:
        return [("text", "Nothing matches." if filtered else "Nothing is stored yet.")]
    count = "One result" if len(runs) == 1 else f"{len(runs)} results"
    newest = moment(runs[0].created_at, reader_zone(), datetime.now(UTC))
    parts: list[Part] = [("strong", count), ("text", f"{' that match' if filtered else ''}, the newest from {newest}")]
    unfinished = sum(not run.over for run in runs)
    if unfinished:
        parts.append(("text", f"; {unfinished} {'is' if unfinished == 1 else 'are'} not finished"))
    return [*parts, ("text", "; there are older ones." if more else ".")]


def _draw_filters() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_filters"):
        st.text_input("Search in prompts", key=Key.SEARCH, max_chars=200, on_change=_from_the_start)
        st.selectbox("Kind", _options(KINDS), key=Key.KIND, format_func=_word, on_change=_from_the_start)
        st.selectbox("State", _options(_LISTED), key=Key.STATE, format_func=_word, on_change=_from_the_start)
        rewards = _options(kind.name for kind in reward_kinds())
        st.selectbox("Reward", rewards, key=Key.REWARD_KIND, format_func=_word, on_change=_from_the_start)
        st.text_input("Tag", key=Key.TAG, max_chars=LONGEST_TAG, on_change=_from_the_start)


def _options(names: Any) -> list[str]:
    return ["", *names]


def _word(name: str) -> str:
    return in_label(KINDS.get(name) or STATES.get(name) or name) if name else "any"


def _filtered() -> bool:
    return any(st.session_state.get(name) for name in FILTERS)


def _clear_filters() -> None:
    for name in FILTERS:
        st.session_state[name] = ""
    _from_the_start()


def _cursors() -> list[str]:
    """Where each page after the first began; the last one is the page that is shown."""
    return st.session_state.setdefault(Key.CURSORS, [])


def _from_the_start() -> None:
    st.session_state[Key.CURSORS] = []


def _more() -> bool:
    return st.session_state.get(Key.NEXT_CURSOR) is not None


def _draw_list(drawn_as_unfinished: bool) -> None:
    waiting = st.empty()
    waiting.html('<div class="waiting"><i></i><i></i><i></i></div>')
    page = _page()
    waiting.empty()
    if page is not None:
        st.session_state[Key.LISTED], st.session_state[Key.NEXT_CURSOR] = page.items, page.next
    runs: Sequence[RunSummary] = st.session_state.get(Key.LISTED, ())
    if not runs:
        _draw_empty(page is None)
        return
    _draw_actions([run for run in runs if st.session_state.get(_box(run))])
    for run in runs:
        _draw_row(run)
    draw_paging(_cursors(), st.session_state.get(Key.NEXT_CURSOR), key="history_paging")
    if drawn_as_unfinished and all(run.over for run in runs):
        st.rerun()


def _page() -> RunPage | None:
    """The page that the filters and the cursor name; None, with a banner, where the service gives none."""
    chosen: dict[str, str | None] = {name: st.session_state.get(name) or None for name in FILTERS}
    routes = {"attribution": service().attributions, "group": service().groups, None: service().results}
    listed = routes[chosen[Key.KIND]]
    cursors = _cursors()
    try:
        return listed(
            q=chosen[Key.SEARCH],
            state=chosen[Key.STATE],
            reward_kind=chosen[Key.REWARD_KIND],
            tag=chosen[Key.TAG],
            cursor=cursors[-1] if cursors else None,
            limit=ROWS,
        )
    except Unavailable:
        return None  # the frame's banner says so
    except Problem as problem:
        with error_banner(problem, key="history", kept="The rows below are those seen last."):
            st.button("Clear the filters", on_click=_clear_filters)
        return None


def _draw_empty(no_answer: bool) -> None:
    if no_answer:
        draw_quiet("The history lies with the service, which is not answering. It is listed as soon as it is back.")
    elif _filtered():
        draw_quiet("Nothing matches these filters.")
        st.button("Clear the filters", on_click=_clear_filters)
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_quiet("No results yet. Everything you run is kept here, with its link.")
            if pressed("Open Explore", key="open_explore", type="primary"):
                st.switch_page(EXPLORE)


def _box(run: RunSummary) -> str:
    return f"{Key.SELECTED}_{run.id}"


def _draw_row(run: RunSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"history_row_{run.id}"):
        st.checkbox(f"Select {in_label(prompt_words(run, 60))}", key=_box(run), label_visibility="collapsed")
        page = COMPARE if run.kind == "group" else EXPLORE
        st.page_link(page, label=in_label(prompt_words(run)), query_params={Param.RESULT: run.id})
        when = moment(run.created_at, reader_zone(), datetime.now(UTC))
        maker = () if run.made_by is None else (f"by {run.made_by}",)
        words = (KINDS.get(run.kind, run.kind), run.reward_kind, state_words(run), *maker)
        facts = " · ".join(in_html(word) for word in words)
        why = f" · {in_html(run.problem.title)}" if run.problem is not None else ""
        tags = "".join(f"<span>{in_html(tag)}</span>" for tag in run.tags)
        st.html(f'<div class="run-facts"><div>{facts}{why}</div><div class="tags">{tags}</div></div>')
        st.html(f'<div class="run-when">{in_html(when)}</div>')


def _draw_actions(selected: Sequence[RunSummary]) -> None:
    """What can be done with the selected rows; always there, so that a selection moves nothing."""
    one = selected[0] if len(selected) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center", key="history_actions"):
        draw_quiet("Select rows to act on them" if not selected else f"{len(selected)} selected")
        pair = [run.id for run in selected] if len(selected) == 2 and all(run.has_result for run in selected) else None
        if pressed("Compare the two", key="compare_two", disabled=pair is None) and pair is not None:
            st.switch_page(COMPARE, query_params={Param.LEFT: pair[1], Param.RIGHT: pair[0]})
        no_tree = one is None or one.kind != "attribution" or not one.has_result
        if pressed("Show the tree", key="show_tree", disabled=no_tree) and one is not None:
            st.switch_page(TREE, query_params={Param.RESULT: one.id})
        no = why_not_run()
        with st.popover("Tags", disabled=one is None or no is not None, help=no):
            if one is not None:
                _draw_tags(one)
        with st.popover("Export", disabled=one is None or not one.has_result):
            if one is not None and one.has_result:
                _draw_exports(one)
        unfinished = [run for run in selected if not run.over]
        no = why_not_end(*(run.made_by for run in unfinished))
        stops = bool(unfinished) and no is None
        if st.button("Stop and keep", disabled=not stops, help=no, on_click=_stop, args=(unfinished,)):
            st.rerun()
        no = why_not_delete()
        if pressed("Delete", key="delete", disabled=not selected or bool(unfinished) or no is not None, help=no):
            _confirm_deletion([run.id for run in selected])


def _draw_tags(run: RunSummary) -> None:
    """What is chosen is kept at once."""
    key = f"{Key.TAGS}_{run.id}"
    known = {tag for shown in st.session_state.get(Key.LISTED, ()) for tag in shown.tags}
    follow(key, list(run.tags), of=run.id)
    st.multiselect(
        "Tags",
        sorted({*known, *run.tags, *st.session_state[key]}),
        key=key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Type a tag and press Enter",
        on_change=_tag,
        args=(run.id, key),
    )


def _draw_exports(run: RunSummary) -> None:
    client = service()  # here, since a download is fetched outside the session
    forms: Sequence[Literal["json", "csv", "html"]] = ("json", "csv", "html")
    for form in forms:
        st.download_button(
            form.upper(),
            lambda form=form: client.export(run.id, form).content,
            file_name=f"ospo-{run.id}.{form}",
            mime=TYPES[form],
            key=f"{Key.EXPORT}_{form}_{run.id}",
            on_click="ignore",
        )


@st.dialog("Delete for good?")
def _confirm_deletion(ids: Sequence[str]) -> None:
    what = "this result" if len(ids) == 1 else f"these {len(ids)} results"
    draw_quiet(f"There is no way back: {what} and the link to it will be gone. Export what you want to keep.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="delete_for_good", on_click=_delete, args=(ids,)):
            st.rerun()
        if st.button("Keep"):
            st.rerun()


def _stop(runs: Sequence[RunSummary]) -> None:
    _told([f"stop {run.id[:8]}" for run in runs if not _did(service().cancel, run.id, run.kind)])


def _tag(run_id: str, key: str) -> None:
    """Spaces around a tag mean nothing, and the service takes no more letters than these."""
    tags = dict.fromkeys(tag.strip()[:LONGEST_TAG].strip() for tag in st.session_state[key])
    _told([] if _did(service().tag, run_id, [tag for tag in tags if tag]) else [f"tag {run_id[:8]}"])


def _delete(ids: Sequence[str]) -> None:
    _told([f"delete {run_id[:8]}" for run_id in ids if not _did(service().delete, run_id)])


def _did(request: Any, *arguments: Any) -> bool:
    """Whether the service did it; why not is kept for the banner."""
    try:
        request(*arguments)
    except ServiceError as error:
        st.session_state[Key.REFUSED] = error
        return False
    return True


def _told(failed: Sequence[str]) -> None:
    """What was not done, for the banner of the next run."""
    st.session_state[Key.NOT_DONE] = ", ".join(failed)


def draw_refusal() -> None:
    """What the service did not do the last time it was asked, once."""
    error, failed = st.session_state.pop(Key.REFUSED, None), st.session_state.pop(Key.NOT_DONE, "")
    if error is not None:
        with error_banner(error, key="refused", kept=f"Not done: {failed}. Everything else is as it was."):
            pass


draw_parts_style()
draw_refusal()
draw_history()
