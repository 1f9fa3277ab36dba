"""What handlers are given, as annotated types."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Header, Request

from backend.assembly import Assembly
from backend.rewards.policy import Policy
from backend.runs.turnstile import client_of
from backend.settings import Settings
from backend.users.caller import CALLER, Caller


def _assembly(request: Request) -> Assembly:
    return cast(Assembly, request.app.state.assembly)


def _settings(request: Request) -> Settings:
    return _assembly(request).settings


def _client(
    request: Request,
    x_client_id: Annotated[
        str | None,
        Header(
            pattern=r"^[A-Za-z0-9._-]+$",
            max_length=64,
            description="whom the cap per client counts; default is the address. For fairness, not for security; "
            "a user with a name is counted by it",
        ),
    ] = None,
) -> str:
    return client_of(request.scope, request.headers)


def _caller(request: Request) -> Caller:
    return cast(Caller, request.scope[CALLER])


def _policy(request: Request) -> Policy:
    return _assembly(request).policy.of(_caller(request).role)


AssemblyDep = Annotated[Assembly, Depends(_assembly)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ClientDep = Annotated[str, Depends(_client)]
CallerDep = Annotated[Caller, Depends(_caller)]
PolicyDep = Annotated[Policy, Depends(_policy)]
