"""`python -m backend.worker`: trains the jobs of the service's store, one at a time. Settings are the service's own.

SIGTERM or Ctrl-C has the trainer save and stop, and lets the job go to another worker, or to the next start.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from types import FrameType

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.database.arrival import wait_for_store
from backend.database.engine import open_engine
from backend.jobs.attendance import Terms
from backend.jobs.leases import Leases
from backend.jobs.worker import Worker
from backend.jobs.worker_name import take_name
from backend.refusal import refused, store_refused, what_is_wrong
from backend.settings import Settings
from ospo_core.training.lifeline import die_with_parent

PROGRAM = "ospo worker"


def main() -> int:
    """Exit code 2, with one line, where the settings do not allow a start; 75 where the database took no connection."""
    parser = argparse.ArgumentParser(prog="python -m backend.worker", description="Trains the jobs of the service.")
    parser.add_argument("--with-parent", action="store_true", help="end, in good order, when the parent process ends")
    if parser.parse_args().with_parent:
        die_with_parent(signal.SIGTERM)
    try:
        settings = Settings()  # pyright: ignore[reportCallIssue] - the environment fills it
        wait_for_store(settings.store_url, settings.arrival_seconds, PROGRAM)
        name = take_name(settings.data_dir / "workers")
        leases = Leases(open_engine(settings.store_url))
        logs.start_logging()
        worker = Worker(
            name=name, leases=leases, terms=_terms(settings), queue_url=settings.queue_url, devices=settings.devices
        )
    except ValidationError as error:
        return refused(PROGRAM, what_is_wrong(error))
    except OSError as error:
        return refused(PROGRAM, f"OSPO_DATA_DIR cannot be used ({error.strerror or error})")
    except (SQLAlchemyError, ImportError) as error:
        return store_refused(PROGRAM, error)

    def end(number: int, frame: FrameType | None) -> None:
        worker.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker.work()
    logging.shutdown()
    os._exit(0)  # the queue's threads, which keep the job from counting as done, would be waited for


def _terms(settings: Settings) -> Terms:
    return Terms(
        jobs=settings.jobs,
        trainer=settings.trainer,
        max_silence_seconds=settings.silence_seconds,
        takeover_seconds=settings.takeover_seconds,
        stop_seconds=settings.stop_seconds,
    )


if __name__ == "__main__":
    sys.exit(main())
