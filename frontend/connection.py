"""The service for this session: connections are shared by the process, token and name are the session's own."""

from __future__ import annotations

import httpx
import streamlit as st

from frontend.client.backend_client import BackendClient, open_connection
from frontend.session import client_id, own_token
from frontend.settings import Settings


@st.cache_resource(max_entries=4, ttl=86400.0, show_spinner=False, on_release=httpx.Client.close)
def _connection(url: str) -> httpx.Client:
    return open_connection(url)


def service() -> BackendClient:
    """Made anew in every run of the script; costs nothing. With this person's own token, else with the screen's."""
    return service_for(own_token() or Settings.read().lent_token)


def service_for(token: str | None) -> BackendClient:
    """The same for whoever has this token."""
    return BackendClient(_connection(Settings.read().api_url), client_id=client_id(), token=token)
