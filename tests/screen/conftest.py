"""Fixtures of the pages' tests; what they do stands in page_app.py."""

import pytest
import streamlit as st

from tests.screen.page_app import database_url, gate, library, screen, serve

__all__ = ["database_url", "gate", "library", "screen", "serve"]


@pytest.fixture(autouse=True)
def closed_connections():
    """Close the connections that pages keep: a test's service ends with the test."""
    yield
    st.cache_resource.clear()
