"""tests/compose without a Docker engine: left out, unless the environment demands it."""

import os
import subprocess
import sys

import pytest
from _pytest.config import ExitCode

COMMAND = (sys.executable, "-m", "pytest", "tests/compose/test_named_users.py", "-rs", "-p", "no:cacheprovider")
COMMAND += ("-o", "addopts=--import-mode=importlib")  # the instruments of the other tests take longer than this one


@pytest.mark.slow
@pytest.mark.parametrize(("demanded", "code"), [("", ExitCode.OK), ("1", ExitCode.USAGE_ERROR)])
def test_a_missing_engine_is_a_failure_where_it_is_demanded(request, tmp_path, demanded, code):
    """OSPO_REQUIRE_COMPOSE=1 turns the skip into an error; both say what is missing."""
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/none", "OSPO_REQUIRE_COMPOSE": demanded}

    done = subprocess.run(
        COMMAND, cwd=request.config.rootpath, env=os.environ | nowhere, capture_output=True, text=True
    )

    assert done.returncode == code
    assert "docker" in (done.stdout + done.stderr).lower()
