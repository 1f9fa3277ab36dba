"""The service for this session: connections are shared by the process, the name in the queue is the session's own."""

from __future__ import annotations

import httpx
import streamlit as st

from frontend.client.backend_client import BackendClient, open_connection
from frontend.session import client_id
from frontend.settings import Settings


@st.cache_resource(max_entries=4, ttl=86400.0, show_spinner=False, on_release=httpx.Client.close)
def _connection(url: str, token: str | None) -> httpx.Client:
    return open_connection(url, token)


def service() -> BackendClient:
    """Made anew in every run of the script; costs nothing."""
    settings = Settings.read()
    return BackendClient(_connection(settings.api_url, settings.token), client_id=client_id())
