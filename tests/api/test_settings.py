"""The service starts only where it is safe to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "ospo.lan"])
@pytest.mark.parametrize("token", [None, "short", "x" * 40, "changeme-0123456789-abcdefghijkl", "0123456789 " * 4])
def test_other_addresses_than_loopback_need_a_real_token(host, token):
    """None, a short one and a placeholder are refused."""
    with pytest.raises(ValidationError):
        Settings(host=host, token=token)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_loopback_needs_no_token(host):
    """Only this machine can reach it."""
    assert Settings(host=host).loopback


def test_an_address_that_means_all_is_no_name_to_answer_to():
    """A page could use it to get around the check of the Host."""
    settings = Settings(host="0.0.0.0", token="0123456789abcdefghijklmnopqrstuvwxyz-ABC", allowed_hosts=("ospo.lan",))

    assert settings.hosts == {"localhost", "127.0.0.1", "[::1]", "ospo.lan"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"OSPO_HOST": "0.0.0.0"}, "OSPO_TOKEN"),
        ({"OSPO_PORT": "99999"}, "OSPO_PORT"),
        ({"OSPO_DATABASE_URL": "nonsense://there"}, "OSPO_DATABASE_URL"),
        ({"OSPO_DATABASE_URL": "sqlite:////proc/none/ospo.sqlite"}, "OSPO_DATABASE_URL"),
        ({"OSPO_DATA_DIR": "/proc/none"}, "OSPO_DATA_DIR"),
    ],
)
def test_a_start_that_is_refused_is_one_line_and_exit_code_2(tmp_path, environment, says):
    """No traceback."""
    variables = os.environ | {"OSPO_DATA_DIR": str(tmp_path)} | environment

    done = subprocess.run([sys.executable, "-m", "backend"], cwd=ROOT, env=variables, capture_output=True, text=True)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("program", ["backend", "backend.worker"])
def test_a_database_that_is_away_is_another_exit_code(tmp_path, program):
    """Whoever starts programs again may do so for 75, which for 2 is of no use."""
    away = {"OSPO_DATABASE_URL": "postgresql://127.0.0.1:1/none", "OSPO_ARRIVAL_SECONDS": "0.5"}
    variables = os.environ | {"OSPO_DATA_DIR": str(tmp_path)} | away

    done = subprocess.run([sys.executable, "-m", program], cwd=ROOT, env=variables, capture_output=True, text=True)

    assert done.returncode == 75
    assert "trying for" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("OSPO_DATABASE_URL cannot be used (OperationalError)")
