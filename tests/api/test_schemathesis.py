"""schemathesis walks every operation over HTTP: no 5xx, no undocumented status, no invalid body accepted."""

import re
import subprocess
import sys

import pytest

CASES = 30
"""An operation and phase; with some forty operations and three phases that is more than 2,000."""
LEFT_OUT = (
    # A schema cannot say which rewards, cursors and spans there are: valid bodies may be refused with 422.
    "positive_data_acceptance",
    # Nothing here belongs to anybody: the service is one trust domain, said in docs/service.md.
    "object_level_authorization",
)


@pytest.mark.slow
def test_schemathesis_finds_nothing(serve, tmp_path):
    """At least 2,000 cases, every check but those named above."""
    # The size of a body is no part of its schema: texts that are too long only by that are to reach it.
    # Jobs that no worker takes have events without end.
    client = serve(
        most_work=200_000, per_client=1000, queue_length=1000, most_body_bytes=10_000_000, stream_seconds=0.2
    )
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{client.base_url}/openapi.json"]
    options = ["--max-examples", str(CASES), "--seed", "1", "--generation-deterministic", "--no-color"]
    options += ["--request-timeout", "60"]  # an example may wait for a run on a busy machine
    left_out = ["--exclude-checks", ",".join(LEFT_OUT)]

    done = subprocess.run([*command, *options, *left_out], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) >= 2000
