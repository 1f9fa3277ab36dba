"""The screen's settings, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

SHORTEST_TOKEN = 32
USUAL_API_URL, USUAL_HOST, USUAL_PORT = "http://127.0.0.1:8000", "127.0.0.1", 8501


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one line and repeats no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the service is and where the screen listens.

    Attributes:
        api_url: OSPO_API_URL.
        token: OSPO_TOKEN, with which the screen speaks for whoever opens it.
        sign_in: OSPO_SIGN_IN; everybody signs in with a token of his own, and that of the screen is not used.
        host, port: OSPO_FRONTEND_HOST, OSPO_FRONTEND_PORT; port 0 takes a free one.
    """

    api_url: str = USUAL_API_URL
    token: str | None = None
    sign_in: bool = False
    host: str = USUAL_HOST
    port: int = USUAL_PORT

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises: SettingsError."""
        settings = Settings(
            api_url=environment.get("OSPO_API_URL") or USUAL_API_URL,
            token=environment.get("OSPO_TOKEN") or None,
            sign_in=_switch(environment.get("OSPO_SIGN_IN") or "0", "OSPO_SIGN_IN"),
            host=environment.get("OSPO_FRONTEND_HOST") or USUAL_HOST,
            port=port_of(environment.get("OSPO_FRONTEND_PORT") or str(USUAL_PORT), "OSPO_FRONTEND_PORT"),
        )
        settings.check()
        return settings

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
