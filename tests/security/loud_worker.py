"""`python -m backend.worker` with every logger at DEBUG."""

from __future__ import annotations

import sys

from backend import logs
from backend.worker import main
from tests.security.loud_service import start_logging

if __name__ == "__main__":
    logs.start_logging = start_logging
    sys.exit(main())
