"""The kinds of reward, asked for once in a while and kept for everybody: they hold nothing confidential."""

from __future__ import annotations

import streamlit as st

from frontend.client.backend_client import BackendClient
from frontend.client.bodies import RewardKind
from frontend.client.errors import ServiceError
from frontend.connection import service
from frontend.settings import Settings


@st.cache_data(ttl=300, max_entries=2, show_spinner=False)
def _asked(url: str, _client: BackendClient) -> list[RewardKind]:
    return _client.rewards()


def reward_kinds() -> list[RewardKind]:
    """In the service's order; none while it does not answer, which is asked again in the next run."""
    try:
        return _asked(Settings.read().api_url, service())
    except ServiceError:
        return []
