"""schemathesis walks every operation over HTTP: no 5xx, no undocumented status, no invalid body accepted, no way in.

Two members of a service with named users send everything, an admin what they may not. What one of them makes the other
may read, by design: the check of objects finds where one gets what no list shows him.
"""

import json
import re
import subprocess
import sys

import pytest

from backend.openapi import COMMITTED
from backend.users.role import Role
from backend.users.token import digest_of, new_token
from backend.users.users_file import User, write_users

CASES = 30
"""An operation and phase; with some forty operations and three phases that is more than 2,000."""
LEFT_OUT = "positive_data_acceptance"
"""A schema cannot say which rewards, cursors and spans there are: valid bodies may be refused with 422."""
ROLES = {"max": Role.MEMBER, "mia": Role.MEMBER, "ada": Role.ADMIN}
CONFIG = """
[auth.wfc]
path = "users.json"
peers = ["max", "mia"]
"""


def introduced(folder):
    """The users as the service reads them, and as schemathesis does."""
    tokens = {name: new_token() for name in ROLES}
    write_users(
        folder / "users", [User(name=name, role=role, digest=digest_of(tokens[name])) for name, role in ROLES.items()]
    )
    headers = {name: [{"name": "Authorization", "value": f"Bearer {token}"}] for name, token in tokens.items()}
    known = {"auth": [{"name": name, "fixedHeaders": fixed} for name, fixed in headers.items()]}
    (folder / "users.json").write_text(json.dumps(known))
    (folder / "schemathesis.toml").write_text(CONFIG)
    return folder / "users"


@pytest.mark.slow
def test_schemathesis_finds_nothing(serve, tmp_path):
    """At least 2,000 cases, every check but the one named above."""
    # The size of a body is no part of its schema: texts that are too long only by that are to reach it.
    # Jobs that no worker takes have events without end.
    client = serve(
        users_file=introduced(tmp_path),
        most_work=200_000,
        per_client=1000,
        queue_length=1000,
        most_body_bytes=10_000_000,
        stream_seconds=0.2,
    )
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(COMMITTED), "--url", str(client.base_url)]
    options = ["--max-examples", str(CASES), "--seed", "1", "--generation-deterministic", "--no-color"]
    options += ["--request-timeout", "60"]  # an example may wait for a run on a busy machine
    options += ["--checks", "all,object_level_authorization", "--exclude-checks", LEFT_OUT]

    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) >= 2000
