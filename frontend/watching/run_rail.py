"""Beside the reward: alarms, the quiet ones with their value, and where the two configurations differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from frontend.client.errors import ServiceError
from frontend.client.job_bodies import Job
from frontend.comparing.following import show
from frontend.connection import service
from frontend.escaping import in_html
from frontend.page_parts.sentence import draw_quiet, draw_title
from frontend.page_parts.times import reader_zone
from frontend.session import Key, Param
from frontend.watching.alarms import Alarm, alarms
from frontend.watching.config_difference import config_difference
from frontend.watching.job_words import choice_words
from frontend.watching.run_pair import FLAT, NamedRun, RunPair

_MOST_OFFERED = 50
ALONE = ""
"""No other run beside this one."""


def draw_alarms(pair: RunPair) -> None:
    """The same rows in the same order, whatever holds."""
    found = [(run, alarms(run.record.steps, credited=run.job.rule not in ("", FLAT))) for run in pair.runs]
    rows = [[(run, one[place]) for run, one in found] for place in range(len(found[0][1]))]
    draw_title("Alarms")
    st.html(f'<ul class="alarms">{"".join(_item(row) for row in rows)}</ul>')


def _item(row: Sequence[tuple[NamedRun, Alarm]]) -> str:
    on = [(run, alarm) for run, alarm in row if alarm.finding.on]
    name = in_html(row[0][1].name)
    if not on:
        return f"<li><b>{name}</b><span>{in_html(_quiet([alarm for _, alarm in row]))}</span></li>"
    names = " and ".join(run.name for run, _ in on)
    since = f"since step {min(alarm.since or 0 for _, alarm in on)}"
    told = "".join(f"<p>{in_html(_told(run, alarm, len(on)))}</p>" for run, alarm in on)
    whose = f"{names}, {since}" if len(row) > 1 else since
    return f'<li class="on"><b>{name}</b><span>{in_html(whose)}</span>{told}</li>'


def _told(run: NamedRun, alarm: Alarm, runs: int) -> str:
    """Whose it is, where it is on for both."""
    return f"{run.name}: {alarm.finding.told}" if runs > 1 else alarm.finding.told


def _quiet(row: Sequence[Alarm]) -> str:
    """Values of one alarm; said once where they are the same."""
    values = list(dict.fromkeys(alarm.finding.value for alarm in row))
    return " / ".join(values) + row[-1].finding.unit


def draw_config_difference(pair: RunPair, other_id: str | None) -> None:
    """What differs, and a choice of what to compare with."""
    if pair.other is not None:
        rows = config_difference(pair.main.job.config, pair.other.job.config)
        draw_title("Differs in the config")
        if rows:
            body = "".join("<tr>" + "".join(f"<td>{in_html(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            head = f"<th></th><th>{in_html(pair.main.name)}</th><th>{in_html(pair.other.name)}</th>"
            st.html(f'<table class="plain-table config"><tr>{head}</tr>{body}</table>')
        else:
            draw_quiet("Nothing: the two files say the same.")
    _draw_choice(pair, other_id)


def _draw_choice(pair: RunPair, other_id: str | None) -> None:
    asked = st.query_params.get(Param.RUN, "")
    offered = {job.id: job for job in _offered() if job.id != asked}
    shown = next((run.job for run in pair.runs if run.job.id != asked), None)
    if shown is not None:
        offered = {shown.id: shown} | offered
    if not offered:
        return
    now, zone = datetime.now(UTC), reader_zone()
    key = f"{Key.OTHER}_{asked}"
    show(key, ALONE if shown is None else shown.id)
    alone = [] if pair.made_as_pair and other_id is None else [ALONE]
    st.selectbox(
        "Compare with",
        [*alone, *offered],
        key=key,
        format_func=lambda one: choice_words(offered[one], zone, now) if one else "no other run",
        on_change=_compare,
        args=(key,),
    )


def _offered() -> Sequence[Job]:
    """The newest runs; those that were seen last where the service does not answer."""
    try:
        jobs = service().jobs(limit=_MOST_OFFERED).items
    except ServiceError:
        return st.session_state.get(Key.JOBS, ())
    return jobs


def _compare(key: str) -> None:
    chosen = st.session_state[key]
    if chosen == ALONE:
        st.query_params.pop(Param.WITH, None)
    else:
        st.query_params[Param.WITH] = chosen
