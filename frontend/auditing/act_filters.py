"""The filters of the Audit page, which stand in its address, and the file of what they leave."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.address import an_id
from frontend.auditing.act_table import acts_csv, every_act
from frontend.auditing.act_words import DEEDS
from frontend.auditing.wanted_acts import WantedActs
from frontend.comparing.following import follow
from frontend.connection import service
from frontend.escaping import in_label
from frontend.page_frame import service_down
from frontend.page_parts.sentence import draw_quiet
from frontend.session import Key

_LONGEST_ID = 36


def draw_filters(wanted: WantedActs, people: Sequence[str], *, named: bool) -> None:
    """Person, where users have names; act; object; and at the right the file."""
    for key, value in (
        (Key.ACT_USER, wanted.user),
        (Key.ACT_ACTION, wanted.action),
        (Key.ACT_OBJECT, wanted.object_id),
    ):
        follow(key, value or "", of="audit")
    with st.container(horizontal=True, vertical_alignment="bottom", key="act_filters"):
        if named or wanted.user is not None:
            _draw_person(people)
        st.selectbox("Act", ["", *DEEDS], key=Key.ACT_ACTION, format_func=_deed, on_change=_choose)
        st.text_input("Object, by its id", key=Key.ACT_OBJECT, max_chars=_LONGEST_ID, on_change=_choose)
        _draw_export(wanted)
    typed = str(st.session_state[Key.ACT_OBJECT]).strip()
    if typed and an_id(typed) is None:
        draw_quiet("That is no id. An id has 36 characters; a result’s stands in its address.", "field-error")


def clear_filters() -> None:
    """Everything again."""
    st.query_params.clear()


def only_object(object_id: str) -> None:
    """All that was done to it. No link to this very page: with one Streamlit goes on sending the query before it."""
    st.query_params.from_dict(WantedActs(object_id=object_id).parameters())


def _draw_person(people: Sequence[str]) -> None:
    """Those seen so far, and whoever is typed."""
    st.selectbox(
        "Person",
        ["", *people],
        key=Key.ACT_USER,
        format_func=_person,
        accept_new_options=True,
        placeholder="A user's name",
        on_change=_choose,
    )


def _draw_export(wanted: WantedActs) -> None:
    client = service()  # here, since a download is fetched outside the session
    st.download_button(
        "CSV",
        lambda: acts_csv(every_act(client, wanted)),
        file_name="audit.csv",
        mime="text/csv",
        on_click="ignore",
        disabled=service_down(),
        help="Every act that the filters leave, older ones too",
    )


def _choose() -> None:
    """Into the address, from which all else follows."""
    chosen = {key: str(st.session_state.get(key) or "") for key in (Key.ACT_USER, Key.ACT_ACTION, Key.ACT_OBJECT)}
    wanted = WantedActs.of(user=chosen[Key.ACT_USER], action=chosen[Key.ACT_ACTION], object_id=chosen[Key.ACT_OBJECT])
    st.query_params.from_dict(wanted.parameters())


def _person(name: str) -> str:
    return in_label(name) if name else "anybody"


def _deed(name: str) -> str:
    return in_label(DEEDS.get(name, name)) if name else "any"
