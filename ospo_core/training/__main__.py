"""`python -m ospo_core.training RUN.yaml --output DIR`: the same as `ospo train`."""

import sys

from ospo_core.cli.main import run

if __name__ == "__main__":
    sys.exit(run(["train", *sys.argv[1:]]))
