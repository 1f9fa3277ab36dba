"""The service's settings, read from the environment (prefix OSPO_); every one has a default but the token."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

SHORTEST_TOKEN = 32
_PLACEHOLDERS = ("changeme", "change-me", "placeholder", "secret", "token", "password", "example")


class Settings(BaseSettings):
    """Checked on construction. Raises: ValidationError: a value is out of bounds, or the bind is open without token."""

    model_config = SettingsConfigDict(
        env_prefix="OSPO_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    data_dir: Path = Field(
        default_factory=lambda: Path("~/.local/share/ospo").expanduser(),
        description="folder of the database and of catalogues/",
    )
    database_url: str | None = Field(
        None, repr=False, description="SQLAlchemy URL; default is a SQLite file in the data folder"
    )
    arrival_seconds: float = Field(
        30.0, ge=0, le=3600, description="time for a database server to take a connection at the start"
    )
    token: SecretStr | None = Field(
        None, description="bearer token that all share, 32 characters or more; it or users are needed beyond loopback"
    )
    token_role: Literal["viewer", "member", "admin"] = Field("admin", description="role of whoever has OSPO_TOKEN")
    users_file: Path | None = Field(None, description="file of named users, in the place of OSPO_TOKEN")
    audit_days: int = Field(365, ge=1, le=36_500, description="days for which the audit log keeps who did what")
    allowed_hosts: tuple[str, ...] = Field((), description='further Host names to answer to, as JSON: ["ospo.lan"]')
    allowed_models: tuple[str, ...] = Field((), description="hub ids and folders that requests may name, as JSON")
    allowed_endpoints: tuple[str, ...] = Field(
        (), description="addresses of remote scorers that may be private or get a token, as JSON"
    )

    slots: int = Field(2, ge=1, le=64, description="runs worked on at the same time")
    queue_length: int = Field(8, ge=1, le=10_000, description="runs that may wait for a slot")
    per_client: int = Field(10, ge=1, le=10_000, description="runs of one client that may wait or be worked on")
    most_streams: int = Field(64, ge=1, le=10_000, description="event streams open at the same time")
    streams_per_client: int = Field(16, ge=1, le=10_000, description="event streams of one client at the same time")
    most_connections: int = Field(512, ge=8, le=100_000, description="connections at the same time; more get 503")
    reward_seconds: float = Field(
        600.0, ge=0, le=86_400, description="longest that a call of a reward may show no sign of life; 0 is for ever"
    )
    drain_seconds: float = Field(30.0, ge=0, le=3600, description="time for running work after SIGTERM")

    most_body_bytes: int = Field(2_000_000, ge=1000, le=100_000_000, description="largest request body")
    head_seconds: float = Field(10.0, gt=0, le=600, description="time in which a request's head must have arrived")
    body_seconds: float = Field(15.0, gt=0, le=600, description="time in which a body must have arrived")
    most_evaluations: int = Field(20_000, ge=2, le=1_000_000, description="largest budget of a response")
    most_work: int = Field(
        1_000_000_000, ge=1000, description="largest product of characters (prompt and response) and evaluations"
    )
    most_wait_seconds: float = Field(60.0, gt=0, le=600, description="longest `Prefer: wait` that is honoured")
    stream_seconds: float = Field(
        3600.0, gt=0, le=86_400, description="longest that a stream of a job's events lasts; the client comes back"
    )
    heartbeat_seconds: float = Field(15.0, gt=0, le=60, description="pause after which an idle stream says something")

    trainer: tuple[str, ...] = Field(
        (sys.executable, "-m", "ospo_core.training"), min_length=1, description="the trainer's command, as JSON"
    )
    devices: int = Field(1, ge=1, le=64, description="training jobs at the same time, over all workers: one a device")
    training_roots: tuple[Path, ...] = Field((), description="folders in which a run may name models and data, as JSON")
    silence_seconds: float = Field(
        4.0, gt=0, le=3600, description="a trainer that hears nothing of its worker for so long ends itself"
    )
    takeover_seconds: float = Field(
        6.0, gt=0, le=3600, description="after so long without a sign of life a worker's job goes to another one"
    )
    stop_seconds: float = Field(
        600.0, gt=0, le=86_400, description="time in which a trainer that is to stop must have saved"
    )

    @field_validator("database_url")
    @classmethod
    def _is_a_url(cls, given: str | None) -> str | None:
        """Said here, since SQLAlchemy's own error repeats what it takes for the port: of a password with @ the end."""
        try:
            make_url(given or "sqlite://")
        except (SQLAlchemyError, ValueError):
            raise ValueError("is no URL of a database; in a password @ is %40, : is %3A, / is %2F") from None
        return given

    @model_validator(mode="after")
    def _takeover_after_silence(self) -> Settings:
        if self.takeover_seconds < 1.25 * self.silence_seconds:
            raise ValueError(
                "OSPO_TAKEOVER_SECONDS must be at least 1.25 times OSPO_SILENCE_SECONDS, so that a trainer has ended "
                "before its job begins elsewhere"
            )
        return self

    @model_validator(mode="after")
    def _token_where_it_is_needed(self) -> Settings:
        token = self.token.get_secret_value() if self.token is not None else None
        if token is not None:
            _check_token(token)
        if token is not None and self.users_file is not None:
            raise ValueError("OSPO_TOKEN is shared by all and OSPO_USERS_FILE names them; set one of the two")
        if token is None and self.users_file is None and not self.loopback:
            raise ValueError(
                f"OSPO_HOST={self.host} can be reached from other machines; set OSPO_TOKEN to a secret of "
                f"{SHORTEST_TOKEN} characters or more, or OSPO_USERS_FILE, or listen on 127.0.0.1"
            )
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def hosts(self) -> frozenset[str]:
        """The Host names answered to, without port, in lower case; addresses that mean "all" are no name."""
        own = {"localhost", "127.0.0.1", "[::1]", self.host.lower(), *(host.lower() for host in self.allowed_hosts)}
        return frozenset(own - {"0.0.0.0", "::", "[::]"})

    @property
    def catalogues(self) -> Path:
        """The folder that a reward's `catalogue` must lie in."""
        return self.data_dir / "catalogues"

    @property
    def jobs(self) -> Path:
        """Where the folders of training jobs lie."""
        return self.data_dir.resolve() / "jobs"

    @property
    def queue_url(self) -> str:
        """Where the durable queue of training jobs is kept: beside the store, in SQLite in a file of its own."""
        if make_url(self.store_url).get_backend_name() == "sqlite":
            return f"sqlite:///{self.data_dir.resolve() / 'training-queue.sqlite'}"
        return self.store_url

    @property
    def store_url(self) -> str:
        """Where results are kept."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'ospo.sqlite'}"


def _check_token(token: str) -> None:
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(
            f"OSPO_TOKEN must have {SHORTEST_TOKEN} or more visible ASCII characters, "
            "for example the output of: openssl rand -hex 32"
        )
    if len(set(token)) < 8 or any(word in token.lower() for word in _PLACEHOLDERS):
        raise ValueError("OSPO_TOKEN is a placeholder; set a random one, for example: openssl rand -hex 32")
