"""The engine, and the only place that knows which database it is.

SQLite: write-ahead log with synchronous FULL, so that what was answered as stored survives a loss of power.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Engine, create_engine, event, make_url

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 20_000
_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(260108403)"}
"""Service and workers start at the same time, and one of them migrates."""


def driven(url: str) -> URL:
    """The URL with the driver that is installed."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in ("postgresql", "postgres") else parsed


def open_engine(url: str) -> Engine:
    """An engine for the URL, its tables brought up to date. Raises: sqlalchemy.exc.SQLAlchemyError: no database."""
    parsed = driven(url)
    # hide_parameters: an error of the database travels into logs, its parameters are texts under study.
    engine = create_engine(
        parsed,
        hide_parameters=True,
        pool_pre_ping=True,
        max_overflow=45,  # as many as the threads of the slots and of the handlers
        json_serializer=partial(json.dumps, allow_nan=False, separators=(",", ":")),
    )
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _durable)
    migrate(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        connection.exec_driver_sql(_ALONE[engine.dialect.name])
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _durable(connection: Any, _: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
