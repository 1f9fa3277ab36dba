"""Which routes there are for whom: one table, and what is not in it does not exist.

The guard reads it before anything is routed, so a route that is forgotten here answers nobody. The least role of every
method; methods that do something name it, as their operation in the contract, and are then in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from re import Pattern

from starlette.routing import compile_path

from backend.users.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The least role that may, and under what name the audit log keeps it; None is not kept."""

    least: Role
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A route of the table: its pattern, and a permit a method."""

    pattern: str
    methods: Mapping[str, Permit]


def _to(least: Role, action: str | None = None) -> Permit:
    return Permit(least=least, action=action)


_READ = {"GET": _to(Role.VIEWER)}
_PRICE = {"POST": _to(Role.MEMBER)}

TABLE: Mapping[str, Mapping[str, Permit]] = {
    "/livez": {"GET": _to(Role.NOBODY)},
    "/readyz": _READ,
    "/metrics": _READ,
    "/openapi.json": _READ,
    "/v1/me": _READ,
    "/v1/status": _READ,
    "/v1/audit": {"GET": _to(Role.ADMIN)},
    "/v1/rewards": _READ,
    "/v1/models": _READ,
    "/v1/examples": _READ,
    "/v1/examples/{name}": _READ,
    "/v1/attributions": _READ | {"POST": _to(Role.MEMBER, "create_attribution")},
    "/v1/attributions/preview": _PRICE,
    "/v1/attributions/{run_id}": _READ | {"DELETE": _to(Role.MEMBER, "cancel_attribution")},
    "/v1/attributions/{run_id}/events": _READ,
    "/v1/attributions/{run_id}/counterfactuals": {"POST": _to(Role.MEMBER, "try_counterfactuals")},
    "/v1/groups": _READ | {"POST": _to(Role.MEMBER, "create_group")},
    "/v1/groups/preview": _PRICE,
    "/v1/groups/{run_id}": _READ | {"DELETE": _to(Role.MEMBER, "cancel_group")},
    "/v1/groups/{run_id}/events": _READ,
    "/v1/groups/{run_id}/step": {"POST": _to(Role.MEMBER, "preview_step")},
    "/v1/results": _READ,
    "/v1/results/{run_id}": {"DELETE": _to(Role.ADMIN, "delete_result")},
    "/v1/results/{run_id}/tags": {"PUT": _to(Role.MEMBER, "tag_result")},
    "/v1/results/{run_id}/view": _READ,
    "/v1/results/{run_id}/export": {"GET": _to(Role.VIEWER, "export_result")},
    "/v1/comparisons": _READ,
    "/v1/training/presets": _READ,
    "/v1/jobs": _READ | {"POST": _to(Role.MEMBER, "create_job")},
    "/v1/jobs/preview": _PRICE,
    "/v1/jobs/{job_id}": _READ | {"DELETE": _to(Role.ADMIN, "delete_job")},
    "/v1/jobs/{job_id}/tags": {"PUT": _to(Role.MEMBER, "tag_job")},
    "/v1/jobs/{job_id}/steps": _READ,
    "/v1/jobs/{job_id}/events": _READ,
    "/v1/jobs/{job_id}/cancel": {"POST": _to(Role.MEMBER, "cancel_job")},
    "/v1/jobs/{job_id}/resume": {"POST": _to(Role.MEMBER, "resume_job")},
    "/v1/jobs/{job_id}/adapter": {"GET": _to(Role.VIEWER, "download_adapter")},
    "/v1/jobs/{job_id}/checkpoints": _READ,
    "/v1/jobs/{job_id}/checkpoints/{step}": {"GET": _to(Role.VIEWER, "download_checkpoint")},
}
"""In the order in which they are tried: /preview stands before what could take it for an id."""

_COMPILED: tuple[tuple[Pattern[str], Entry], ...] = tuple(
    (compile_path(pattern)[0], Entry(pattern=pattern, methods=methods)) for pattern, methods in TABLE.items()
)


def entry_of(path: str) -> Entry | None:
    """The first route of the table that the whole path fits; None where there is none."""
    return next((entry for regex, entry in _COMPILED if regex.fullmatch(path)), None)
