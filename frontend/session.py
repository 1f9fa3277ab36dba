"""Every key of Streamlit's session state, in one place, typed; and who the session is to the service.

What a link or a reload must bring back is not here but in the address (address.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import streamlit as st

from frontend.address import an_id
from frontend.client.bodies import Run, View


class Key(StrEnum):
    """Names of the session. Widgets take one as their `key`."""

    # Everywhere
    CLIENT = "client"
    TOKEN = "token"
    ME = "me"
    SHUT_OUT = "shut_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    DOWN_SINCE = "down_since"
    NEXT_TRY = "next_try"
    PRESSED = "pressed"
    # Explore
    CASE = "explore_case"
    EXPLAINED = "explore_explained"
    CREDIT = "explore_credit"
    PINNED = "explore_pinned"
    REPLACEMENT = "explore_replacement"
    CHECKS = "explore_checks"
    # The form of Explore
    FILLED = "form_filled"
    PENDING = "form_pending"
    PREVIEW = "form_preview"
    PROMPT = "form_prompt"
    RESPONSE = "form_response"
    REWARD = "form_reward"
    SETTING = "form_setting"
    EXAMPLE = "form_example"
    PLAYERS = "form_players"
    MASKING = "form_masking"
    METHOD = "form_method"
    BUDGET = "form_budget"
    DRAFT = "form_draft"
    KEPT_DRAFT = "form_kept_draft"
    KEPT_TAKEN = "form_kept_taken"
    SENT = "form_sent"
    INTO_VIEW = "form_into_view"
    FAILURE = "form_failure"
    # Compare
    GROUP_SHOWN = "compare_group_shown"
    RULE = "compare_rule"
    CLIP = "compare_clip"
    LEFT_RULE = "compare_left_rule"
    INDEX = "compare_index"
    GROUP_SENTENCE = "compare_group_sentence"
    GROUP_VIEW = "compare_group_view"
    PAIR_SHOWN = "compare_pair_shown"
    PAIR_SENTENCE = "compare_pair_sentence"
    PAIR_VIEW = "compare_pair_view"
    PICKED = "compare_picked"
    STARTED = "compare_started"
    STEP_BUTTON = "compare_step_button"
    STEP_STOP = "compare_step_stop"
    STEP_POLICY = "compare_step_policy"
    STEP_ASKED = "compare_step_asked"
    STEP_SHOWN = "compare_step_shown"
    STEP_SENTENCE = "compare_step_sentence"
    STEP_VIEW = "compare_step_view"
    # Tree
    TREE_CASE = "tree_case"
    TREE_SHOWN = "tree_shown"
    TREE_RULE = "tree_rule"
    TREE_INDEX = "tree_index"
    TREE_VIEW = "tree_view"
    TREE_CELLS = "tree_cells"
    ICICLE = "tree_icicle"
    TREE_PART = "tree_part"
    ICICLE_LAST = "tree_icicle_last"
    # History and Health
    SEARCH = "history_search"
    STATE = "history_state"
    KIND = "history_kind"
    REWARD_KIND = "history_reward"
    TAG = "history_tag"
    CURSORS = "history_cursors"
    SELECTED = "history_selected"
    TAGS = "history_tags"
    EXPORT = "history_export"
    LISTED = "history_listed"
    NEXT_CURSOR = "history_next"
    REFUSED = "history_refused"
    NOT_DONE = "history_not_done"
    LAST_HEALTH = "health_last"
    # Audit
    ACTS = "audit_acts"
    ACT_PEOPLE = "audit_people"
    ACT_USER = "audit_user"
    ACT_ACTION = "audit_action"
    ACT_OBJECT = "audit_object"
    ACT_OF_OBJECT = "audit_of_object"
    # Train
    PRESETS = "train_presets"
    PRESET = "train_preset"
    FIELD = "train_field"
    TRAIN_FILLED = "train_filled"
    JOB_PREVIEW = "train_preview"
    TRAIN_DRAFT = "train_draft"
    TRAIN_REFUSED = "train_refused"
    TRAIN_ROWS = "train_rows"
    TRAIN_ROWS_FILE = "train_rows_file"
    TRAIN_FILE = "train_file"
    TRAIN_FILE_UPLOAD = "train_file_upload"
    TRAIN_FILE_REFUSED = "train_file_refused"
    TRAIN_LOADED = "train_loaded"
    # Runs
    FOLLOWED = "runs_followed"
    JOBS = "runs_jobs"
    JOBS_NEXT = "runs_jobs_next"
    JOBS_CURSORS = "runs_jobs_cursors"
    PARTNERS = "runs_partners"
    AXIS = "runs_axis"
    SPAN = "runs_span"
    ZOOM = "runs_zoom"
    ZOOM_OUT = "runs_zoom_out"
    OTHER = "runs_other"
    FILM = "runs_film"
    FILM_PROMPT = "runs_film_prompt"
    JOB_REFUSED = "runs_refused"
    SAMPLE = "runs_sample"


class Param(StrEnum):
    """Names in the address."""

    RESULT = "result"
    RULE = "rule"
    LEFT = "left"
    RIGHT = "right"
    NODE = "node"
    LEFT_RULE = "left_rule"
    RIGHT_RULE = "right_rule"
    LEFT_INDEX = "left_index"
    RIGHT_INDEX = "right_index"
    INDEX = "index"
    RUN = "run"
    WITH = "with"
    USER = "user"
    ACTION = "action"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The result that is on screen, kept so that it stays there when the service goes away.

    Attributes:
        looked_at: on the monotonic clock, seconds.
    """

    run: Run
    view: View | None
    looked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form was filled with or sent last, and of what: the id of a result, or a name of ours."""

    origin: str
    prompt: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedSample:
    """A completion of a training run that is to be explained: a request, and a name for where it comes from."""

    origin: str
    request: Mapping[str, Any]


@dataclass(slots=True)
class Checks:
    """What was measured on one result: rows by token, as the inspector draws them.

    Attributes:
        first_pin: the token that was pinned when the result was first drawn; a later estimate does not move the pin.
    """

    result: str
    first_pin: int | None = None
    rows: dict[int, list[list[str]]] = field(default_factory=dict)
    failure: str = ""


def client_id() -> str:
    """Names this session to the service's queue; a random word that means nothing elsewhere."""
    return cast(str, st.session_state.setdefault(Key.CLIENT, uuid.uuid4().hex))


def own_token() -> str | None:
    """What this person signed in with; None where the screen speaks for him, or nobody asks."""
    return cast("str | None", st.session_state.get(Key.TOKEN))


def param_id(name: Param) -> str | None:
    """An id from the address; anything that is none is passed over, and so never reaches a path."""
    return an_id(st.query_params.get(name))


def explained(result: str) -> Explained | None:
    """What is on screen of this result, if it is the one."""
    kept = cast("Explained | None", st.session_state.get(Key.EXPLAINED))
    return kept if kept is not None and kept.run.id == result else None


def checks_of(result: str) -> Checks:
    """What was measured on this result so far; another result begins anew."""
    kept = cast("Checks | None", st.session_state.get(Key.CHECKS))
    if kept is None or kept.result != result:
        kept = st.session_state[Key.CHECKS] = Checks(result)
    return kept
