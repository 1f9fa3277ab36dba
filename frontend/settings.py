"""The screen's settings, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

SHORTEST_TOKEN = 32
USUAL_API_URL, USUAL_HOST, USUAL_PORT = "http://127.0.0.1:8000", "127.0.0.1", 8501


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one line and repeats no secret."""


def _setting(default: Any, variable: str, meaning: str) -> Any:
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the service is and where the screen listens; every field carries its variable and meaning."""

    api_url: str = _setting(USUAL_API_URL, "OSPO_API_URL", "where the service is")
    token: str | None = _setting(None, "OSPO_TOKEN", "with it the screen speaks to the service for whoever opens it")
    sign_in: bool = _setting(
        False, "OSPO_SIGN_IN", "1: everybody signs in on the screen; its own `OSPO_TOKEN` is lent to nobody"
    )
    host: str = _setting(
        USUAL_HOST,
        "OSPO_FRONTEND_HOST",
        "address to listen on; any other than loopback needs `OSPO_SIGN_IN` or `OSPO_TOKEN`",
    )
    port: int = _setting(USUAL_PORT, "OSPO_FRONTEND_PORT", "port to listen on; 0 takes a free one")
    hosts: tuple[str, ...] = _setting(
        (), "OSPO_FRONTEND_HOSTS", "further names by which it may be opened, with commas: a proxy's, for example"
    )

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises: SettingsError."""
        settings = Settings(
            api_url=environment.get("OSPO_API_URL") or USUAL_API_URL,
            token=environment.get("OSPO_TOKEN") or None,
            sign_in=_switch(environment.get("OSPO_SIGN_IN") or "0", "OSPO_SIGN_IN"),
            host=environment.get("OSPO_FRONTEND_HOST") or USUAL_HOST,
            port=port_of(environment.get("OSPO_FRONTEND_PORT") or str(USUAL_PORT), "OSPO_FRONTEND_PORT"),
            hosts=tuple(filter(None, map(str.strip, environment.get("OSPO_FRONTEND_HOSTS", "").split(",")))),
        )
        settings.check()
        return settings

    @property
    def names(self) -> list[str]:
        """By which a browser may open it, so that a foreign name made to resolve to this machine opens nothing."""
        return list(dict.fromkeys(["localhost", "127.0.0.1", "::1", self.host, *self.hosts]))

    @property
    def lent_token(self) -> str | None:
        """What goes to the service for whoever has not signed in."""
        return None if self.sign_in else self.token

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the screen."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check(self) -> None:
        """Raises: SettingsError."""
        if not self.api_url.startswith(("http://", "https://")):
            raise SettingsError("OSPO_API_URL must begin with http:// or https://")
        lends = self.token is not None and len(self.token) >= SHORTEST_TOKEN
        if not self.loopback and not self.sign_in and not lends:
            raise SettingsError(
                f"OSPO_FRONTEND_HOST={self.host} can be reached from other machines, and whoever reaches the screen "
                "sees every result; set OSPO_SIGN_IN=1 to have everybody sign in, or OSPO_TOKEN to a secret of "
                f"{SHORTEST_TOKEN} characters or more and put a proxy with a login before the screen, or listen on "
                "127.0.0.1"
            )


def _switch(text: str, name: str) -> bool:
    if text not in ("0", "1"):
        raise SettingsError(f"{name} must be 1 or 0")
    return text == "1"


def port_of(text: str, name: str) -> int:
    """The port that the setting of this name says. Raises: SettingsError."""
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise SettingsError(f"{name} must be a number from 0 to 65535")
    return int(text)
