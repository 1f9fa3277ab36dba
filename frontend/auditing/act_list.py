"""The audit log as a table, the newest act first, page by page; it looks again by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import cast

import streamlit as st

from frontend.auditing.act_filters import clear_filters, draw_filters, only_object
from frontend.auditing.act_words import DEEDS, NAMELESS, OBJECTS, headline, outcome, went_wrong, who
from frontend.auditing.wanted_acts import WantedActs
from frontend.banner import error_banner
from frontend.client.bodies import Act, ActPage
from frontend.client.errors import Problem, ServiceError
from frontend.connection import service
from frontend.escaping import in_html, in_label
from frontend.page_parts.pages import COMPARE, EXPLORE, RUNS
from frontend.page_parts.paging import draw_paging
from frontend.page_parts.sentence import draw_quiet, draw_sentence
from frontend.page_parts.times import ago, exact_moment, reader_zone
from frontend.permission import known_me
from frontend.session import Key, Param
from frontend.signing_in import learn_me

ROWS = 25
SECONDS_BETWEEN_LOOKS = 10.0
_HEADS = ("When", "", "Who", "Act", "Outcome")
_FORBIDDEN = 403


@dataclass(slots=True, kw_only=True)
class ListedActs:
    """What is on screen under these filters.

    Attributes:
        cursors: where each page after the first began; the last one is the page that is shown.
        page: as it was seen last; None before, and where it may not be seen any more.
    """

    wanted: WantedActs
    cursors: list[str] = field(default_factory=list)
    page: ActPage | None = None


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def draw_acts() -> None:
    """Sentence, filters and rows, as the address says."""
    listed = _listed(WantedActs.of_address())
    error = _look(listed)
    if listed.page is None:
        _draw_nothing(error)
        return
    page, now = listed.page, datetime.now(UTC)
    draw_sentence(headline(page.items, more=page.next is not None, narrowed=listed.wanted.narrowed, now=now))
    access = _access()
    if access in NAMELESS:
        draw_quiet(NAMELESS[access])
    if isinstance(error, Problem):
        with error_banner(error, key="audit", kept="The rows below are those seen last."):
            pass
    draw_filters(listed.wanted, _people(page.items), named=access not in NAMELESS)
    if page.items:
        _draw_rows(page.items, access, now, of_one=listed.wanted.object_id is not None)
    else:
        _draw_empty(listed.wanted)
    draw_paging(listed.cursors, page.next, key="act_paging")


def _listed(wanted: WantedActs) -> ListedActs:
    """What the session has of them; other filters begin at the newest again."""
    kept = cast("ListedActs | None", st.session_state.get(Key.ACTS))
    if kept is None or kept.wanted != wanted:
        kept = st.session_state[Key.ACTS] = ListedActs(wanted=wanted)
    return kept


def _look(listed: ListedActs) -> ServiceError | None:
    """The page as it is now, and who asks; why not, where it cannot be had."""
    cursor = listed.cursors[-1] if listed.cursors else None
    try:
        listed.page = service().audit(**listed.wanted.query(), cursor=cursor, limit=ROWS)
        learn_me()
    except Problem as problem:
        if problem.status == _FORBIDDEN:
            listed.page = None  # nor may it stay on screen
        return problem
    except ServiceError as error:
        return error  # the frame's banner says so
    return None


def _access() -> str:
    me = known_me()
    return "" if me is None else me.access


def _people(acts: Sequence[Act]) -> list[str]:
    """Everybody whom this session has seen in the log."""
    seen = cast("set[str]", st.session_state.setdefault(Key.ACT_PEOPLE, set()))
    seen |= {act.user for act in acts if act.user is not None}
    return sorted(seen)


def _draw_nothing(error: ServiceError | None) -> None:
    if not isinstance(error, Problem):
        draw_sentence([("text", "The audit log is not at hand.")])
        draw_quiet("It lies with the service, which is not answering. It is listed as soon as it is back.")
        return
    draw_sentence([("text", "The audit log is for admins." if error.status == _FORBIDDEN else "There is no log.")])
    with error_banner(error, key="audit", kept="Whoever runs the service says who is an admin."):
        pass


def _draw_empty(wanted: WantedActs) -> None:
    if wanted.narrowed:
        draw_quiet("Nothing in the log matches these filters.")
        st.button("Clear the filters", on_click=clear_filters)
    else:
        draw_quiet("Whoever runs, changes, stops, deletes or takes something is listed here. Reading is not kept.")


def _draw_rows(acts: Sequence[Act], access: str, now: datetime, *, of_one: bool) -> None:
    """With the heads of the columns; `of_one` where all acts have the same object."""
    zone = reader_zone()
    with st.container(key="act_rows", gap=None):
        with st.container(key="act_heads"):
            st.html(f'<div class="act">{"".join(f"<span>{head}</span>" for head in _HEADS)}</div>')
            st.html("<span>Object</span>")
        for place, act in enumerate(acts):
            with st.container(key=f"act_row_{place}"):
                st.html(_cells(act, access, zone, now))
                _draw_object(act)
                if not of_one:
                    _draw_further(act, place)


def _draw_further(act: Act, place: int) -> None:
    """The way to all that was done to the same object."""
    if act.object_id is not None:
        key = f"{Key.ACT_OF_OBJECT}_{place}"
        st.button("its acts", key=key, type="tertiary", on_click=only_object, args=(act.object_id,))


def _cells(act: Act, access: str, zone: tzinfo, now: datetime) -> str:
    role = f" <small>{in_html(act.role)}</small>" if act.user is not None else ""
    cells = (
        f"<time>{in_html(exact_moment(act.at, zone))}</time>",
        f"<small>{in_html(ago(act.at, now))}</small>",
        f"<span>{in_html(who(act, access))}{role}</span>",
        f"<span>{in_html(DEEDS.get(act.action, act.action))}</span>",
        f"<b>{in_html(outcome(act))}</b>",
    )
    return f'<div class="act{" alarm" if went_wrong(act) else ""}">{"".join(cells)}</div>'


def _draw_object(act: Act) -> None:
    """A link to what it was done to, while that is there."""
    if act.object_id is None:
        return
    short = act.object_id[:8]
    if act.object_kind is None:
        draw_quiet(f"gone, {short}", "small")
    else:
        page, parameter = _where(act.object_kind)
        label = in_label(f"{OBJECTS.get(act.object_kind, act.object_kind)} {short}")
        st.page_link(page, label=label, query_params={parameter: act.object_id})


def _where(kind: str):
    return {"job": (RUNS, Param.RUN), "group": (COMPARE, Param.RESULT)}.get(kind, (EXPLORE, Param.RESULT))
