"""Fixtures of the pages' tests; what they do stands in page_app.py and team_app.py."""

import pytest
import streamlit as st

from tests.screen.page_app import database_url, gate, library, screen, serve
from tests.screen.team_app import door, team

__all__ = ["database_url", "door", "gate", "library", "screen", "serve", "team"]


@pytest.fixture(autouse=True)
def forgotten_pages():
    """Close the connections and drop the answers that pages keep: a test's service ends with the test.

    AppTest gives every session the same id, so what one test's service said would be another's answer.
    """
    yield
    st.cache_resource.clear()
    st.cache_data.clear()
