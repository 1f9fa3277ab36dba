"""What was drawn reaches the browser, also where a part of the page is drawn again right behind the whole.

Streamlit (seen in 1.67) forgets what it has not sent yet of a fragment when that fragment is to be drawn again. Where
the whole page was drawn just before, the browser then hears that the page is done and never of the fragment: it takes
it off the page, with what was typed there and the press that is under way, and shows it anew with the fields' defaults.
"""

from __future__ import annotations

from streamlit.runtime.app_session import AppSession

_forget = AppSession._clear_queue


def send_all_drawn() -> None:
    """Have this server's sessions send what waits before a fragment is drawn again. Called again it does nothing."""
    AppSession._clear_queue = _clear


def _clear(self: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    if fragment_ids_this_run is None:
        _forget(self)  # the whole page is drawn anew
    else:
        self._browser_queue._delta_index_map = {}  # what comes is put behind what waits, not into it
