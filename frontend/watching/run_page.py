"""One run, or two: the sentence, the reward's chart, small charts, alarms beside them, and the film strip."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.banner import banner, error_banner, sentence
from frontend.charts.reward_chart import reward_chart
from frontend.charts.run_lines import RunLine, axis_ends
from frontend.charts.small_chart import small_chart
from frontend.client.errors import Problem, ServiceError
from frontend.components.span_view import span_view
from frontend.escaping import in_html
from frontend.page_parts.sentence import draw_quiet, draw_sentence, draw_title
from frontend.pressing import pressed
from frontend.session import Key, Param, param_id
from frontend.watching.axis import AXES, STEP, Axis, axis_named
from frontend.watching.block_error import BLOCK
from frontend.watching.curves import (
    MEASURES,
    Measure,
    completions_a_step,
    difference_bars,
    measure_line,
    reward_line,
    watched_measures,
)
from frontend.watching.film_strip import draw_film
from frontend.watching.followed import Followed, look, partner_of
from frontend.watching.job_words import facts_line
from frontend.watching.run_actions import draw_actions, draw_files, draw_refusal
from frontend.watching.run_pair import RunPair, paired
from frontend.watching.run_rail import draw_alarms, draw_config_difference
from frontend.watching.run_sentence import run_sentence
from frontend.watching.zoom import draw_zoom_out, shown_span, zooming

SECONDS_BETWEEN_LOOKS = 2.0
_CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}


def draw_run(run_id: str) -> None:
    """The same fragment in the same place in every run of the page; it looks again while either run is active.

    Streamlit loses a fragment that repeats itself once it is called at another place, or not at all.
    """
    active = any(one.job.active for one in st.session_state.get(Key.FOLLOWED, {}).values() if one.job.id == run_id)
    active = active or _partner_active(run_id, param_id(Param.WITH))
    st.fragment(_draw, run_every=SECONDS_BETWEEN_LOOKS if active else None)(run_id, active)


def _partner_active(run_id: str, other_id: str | None) -> bool:
    kept: dict[str, Followed] = st.session_state.get(Key.FOLLOWED, {})
    other = other_id or st.session_state.get(Key.PARTNERS, {}).get(run_id)
    return other in kept and kept[other].job.active


def _draw(run_id: str, drawn_as_active: bool) -> None:
    other_id = param_id(Param.WITH)  # read anew: another choice draws this fragment alone
    pair = _pair(run_id, other_id)
    if pair is None:
        return
    _draw_head(pair)
    draw_sentence(run_sentence(pair))
    with st.container():  # always there, so that a banner takes nothing else's place
        draw_refusal()
        _draw_problems(pair)
    if any(run.record.steps for run in pair.runs):
        _draw_measured(pair, other_id)
    else:
        _draw_waiting(pair)
    draw_film(pair.runs)
    draw_files(pair)
    if pair.active != drawn_as_active:
        st.rerun()


def _pair(run_id: str, other_id: str | None) -> RunPair | None:
    """What the address names; None, with what can be done, where there is no such run."""
    try:
        first = look(run_id)
    except ServiceError as error:
        _draw_missing(error)
        return None
    try:
        other = other_id or partner_of(first.job)
        second = None if other is None or other == run_id else look(other)
    except ServiceError:
        second = None  # a partner that is gone leaves one run, which needs none
    return paired((first.job, first.record), None if second is None else (second.job, second.record))


def _draw_missing(error: ServiceError) -> None:
    if not isinstance(error, Problem):
        draw_quiet("This run lies with the service, which is not answering. It is drawn as soon as it is back.")
        return
    with error_banner(error, key="run", kept="Other runs are as they were."):
        if pressed("All runs", key="runs_after_error"):
            st.query_params.clear()
            st.rerun()


def _draw_head(pair: RunPair) -> None:
    with st.container(key="run_head", horizontal=True, vertical_alignment="center"):
        # No link to this very page: after one Streamlit goes on sending the query before it, and comes back here.
        if pressed("All runs", key="all_runs", type="tertiary"):
            st.query_params.clear()
            st.rerun()
        st.html(f'<div class="quiet" dir="auto">{in_html(_facts(pair))}</div>', width="stretch")
        draw_actions(pair)


def _facts(pair: RunPair) -> str:
    job = pair.main.job
    label = f"{job.label} · " if job.label and job.label != job.config.get("data") else ""
    return f"{label}{facts_line(job)}"


def _draw_problems(pair: RunPair) -> None:
    """Why a run failed, in the words of the service, and what is left."""
    for run in pair.runs:
        problem = run.job.problem
        if run.job.state == "failed" and problem is not None:
            kept = run.job.checkpoints
            rest = f"It can go on from step {kept[0]}." if kept else "There is no checkpoint; Resume begins anew."
            text = f"{sentence(problem.detail)} {rest}" if problem.detail else rest
            with banner(
                f"{run.name} failed", text, key=f"failed_{run.job.id}", note=f"run {run.job.id[:8]}, {problem.kind}"
            ):
                pass


def _draw_waiting(pair: RunPair) -> None:
    """Nothing is measured yet: room of the height of what comes."""
    if pair.active:
        st.html('<div class="bars" aria-hidden="true"><i></i><i></i><i></i></div>')


def _draw_measured(pair: RunPair, other_id: str | None) -> None:
    with st.container(key="run_top"):
        with st.container(key="run_main"):
            with st.container(key="reward_head", horizontal=True, vertical_alignment="center"):
                completions = completions_a_step(pair.main)
                draw_title("Reward", f"mean ± standard error of the step’s {completions} completions")
                st.session_state.setdefault(Key.AXIS, STEP)
                if shown_span(pair.main.job.id, st.session_state[Key.AXIS]) is not None:
                    draw_zoom_out()
                st.segmented_control(
                    "Axis", AXES, key=Key.AXIS, required=True, label_visibility="collapsed", persist_state="session"
                )
            axis = axis_named(st.session_state[Key.AXIS], [run.record.steps for run in pair.runs])
            ends = _draw_reward(pair, axis)
        with st.container(key="run_rail"):
            draw_alarms(pair)
            draw_config_difference(pair, other_id)
    _draw_small(pair, MEASURES, axis, ends, key="run_small")
    draw_title("Watched", "beside the reward that is trained on")
    _draw_small(pair, watched_measures(pair.runs), axis, ends, key="run_watched")


def _draw_reward(pair: RunPair, axis: Axis) -> tuple[float, float]:
    lines = [reward_line(run, axis) for run in pair.runs if run.record.steps]
    differences = difference_bars(pair, axis)
    last = _planned(pair, axis)
    run_id = pair.main.job.id
    part = shown_span(run_id, axis.name)
    figure = reward_chart(
        lines,
        differences,
        unit=axis.unit,
        logarithmic=axis.logarithmic,
        last=last,
        whole=axis.name == STEP,
        part=part,
    )
    shown = part or axis_ends(lines, last=last, logarithmic=axis.logarithmic)
    with st.container(key="reward_plot", gap=None):
        span_key = f"{Key.SPAN}_{axis.name}"
        span_view(shown, within="reward_plot", key=span_key, on_drag=zooming(span_key, run_id, axis.name))
        st.plotly_chart(figure, key=f"reward_{axis.name}", config=_CHART)
    draw_quiet(f"{_caption(pair, axis, shared=differences is not None)}Drag across the chart to look closer.", "small")
    return shown


def _caption(pair: RunPair, axis: Axis, *, shared: bool) -> str:
    """What the bars of two runs say, or why there are none."""
    if pair.other is None:
        return ""
    main, other = pair.main.name, pair.other.name
    if not shared:
        return f"No {'step was made' if axis.name == STEP else 'price was paid'} by both {main} and {other} yet. "
    how = "at the same step" if axis.name == STEP else "at the same price, between steps"
    return (
        f"Bars: {main} less {other} {how}; blue where {main} leads, orange where it trails. The sentence’s ± is "
        f"one standard error, from blocks of {BLOCK} neighbouring steps. "
    )


def _planned(pair: RunPair, axis: Axis) -> float:
    """Where the axis will end, so that the lines grow and the axis stays."""
    return float(max(run.job.steps for run in pair.runs)) if axis.name == STEP else 0.0


def _draw_small(pair: RunPair, measures: Sequence[Measure], axis: Axis, ends: tuple[float, float], *, key: str) -> None:
    with st.container(key=key):
        for number, measure in enumerate(measures):
            lines = [measure_line(run, measure, axis) for run in pair.runs]
            with st.container(key=f"{key}_{number}", gap=None):
                st.html(
                    f'<div class="smh"><b>{in_html(measure.name)}</b><span>{in_html(_now(lines, measure))}</span></div>'
                )
                figure = small_chart(lines, low=ends[0], high=ends[1], floor=measure.floor)
                st.plotly_chart(figure, key=f"{key}_{number}_{axis.name}", config=_CHART)
                measured = any(line.known for line in lines)
                draw_quiet(measure.note if measured else measure.missing, "small")


def _now(lines: Sequence[RunLine], measure: Measure) -> str:
    """The last value of each run, in the order of the lines; nothing where none was measured."""
    if not any(line.known for line in lines):
        return ""
    return " / ".join(measure.said(line.known[-1][1]) if line.known else "none" for line in lines)
