"""What the page on failures quotes is what the service and the screen really say, when it is brought about.

Failures 1 to 4 and 6 need a stack, a port or a browser: tests/compose and tests/e2e bring those about.
"""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.database.lock import FolderTakenError, lock_folder
from backend.jobs.endings import given_up
from backend.settings import Settings
from frontend.numbers import place_in_line
from frontend.watching.run_sentence import UNATTENDED
from tests.api.conftest import body

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz-ABC"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md"


def quoted(number):
    """All that failure `number` of the page quotes, in one line."""
    text = re.search(rf"^\*\*{number}\. (.*?)(?=^\*\*\d+\. |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return " ".join(text[1].split())


def test_a_token_that_is_not_the_services_is_told_so(serve):
    """Failure 5."""
    answer = serve(token=TOKEN).get("/v1/status")

    assert answer.status_code == 401
    assert f"`{answer.json()['title']}`" in quoted(5)


def test_a_name_that_is_not_served_is_told_so(serve):
    """Failure 7."""
    answer = serve().get("/v1/status", headers={"Host": "that.name"})

    assert answer.status_code == 421
    assert f"`{answer.json()['detail']}`" in quoted(7)


def test_an_address_for_all_without_a_secret_is_refused():
    """Failure 8."""
    with pytest.raises(ValidationError) as refused:
        Settings(host="0.0.0.0")
    assert f"`{refused.value.errors()[0]['ctx']['error']}`" in quoted(8)


def test_a_second_service_in_a_folder_is_refused(tmp_path):
    """Failure 9."""
    with lock_folder(tmp_path), pytest.raises(FolderTakenError) as refused:
        lock_folder(tmp_path)
    assert f"`{str(refused.value).replace(str(tmp_path), 'FOLDER')}`" in quoted(9)


def test_a_run_that_waits_says_for_what():
    """Failure 10; tests/faults brings it about."""
    assert f"`{place_in_line(0)}, but {UNATTENDED}`" in quoted(10)
    assert f"`{place_in_line(0)}. It starts when the machine is free`" in quoted(10)


def test_a_trainer_that_the_system_killed_is_told():
    """Failure 11."""
    problem = given_up(-9, 3).problem

    assert f"`{problem['title']}`" in quoted(11)
    assert problem["detail"].startswith(re.findall("`([^`]*)`", quoted(11))[1])


def test_a_model_that_is_not_allowed_is_told(serve):
    """Failure 12."""
    judge = {"kind": "classifier", "settings": {"model": "org/judge"}}
    answer = serve().post("/v1/attributions", json=body(judge))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith(re.findall("`([^`]*)`", quoted(12))[0])


def test_a_model_that_is_not_here_is_told_to_whoever_may_not_fetch_it(serve):
    """Failure 12, once it is allowed."""
    client = serve(token=TOKEN, token_role="member", allowed_models=("org/judge",))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    answer = client.post("/v1/attributions", json=body({"kind": "classifier", "settings": {"model": "org/judge"}}))

    assert answer.status_code == 403
    assert answer.json()["detail"].startswith(re.findall("`([^`]*)`", quoted(12))[-1])
