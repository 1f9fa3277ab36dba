"""Two races of Streamlit (seen in 1.67) between a whole page and a fragment, a part of it that is drawn alone.

* What was drawn of a fragment and not sent yet is forgotten when the fragment is drawn again. Right behind a drawing of
  the whole page the browser hears that the page is done and never of the fragment: it takes it off the page, with what
  was typed there and the press that is under way, and shows it anew with the fields' defaults.
* A fragment's clock may ask for its part while the reader is led to another page. The part of the page that was left
  is then drawn on the new one, which the browser has emptied for it: a blank page, until it is loaded again.

A test says when Streamlit needs no remedy of the first any more; the second comes and goes with the load.
"""

from __future__ import annotations

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

_forget = AppSession._clear_queue
_run = ScriptRunner._run_script


def mend_fragment_races() -> None:
    """For all sessions of this server. Called again it does nothing."""
    AppSession._clear_queue = _forget_page
    ScriptRunner._run_script = _run_present


def _forget_page(self: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    if fragment_ids_this_run is None:
        _forget(self)
    else:
        self._browser_queue._delta_index_map = {}  # what comes is put behind what waits, not into it


def _run_present(self: ScriptRunner, rerun_data: RerunData) -> None:
    present = self._pages_manager.current_page_script_hash
    if rerun_data.fragment_id_queue and rerun_data.page_script_hash not in ("", present):
        return
    _run(self, rerun_data)
