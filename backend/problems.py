"""Errors as RFC 9457 problems. A problem says what is wrong and what to do; it never repeats what was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from backend import logs
from backend.problem import FieldError, Problem
from backend.rewards.calls import RewardTimeout
from ospo_core.errors import InputError, ModelMissing, OspoError, RewardError
from ospo_core.rewards.breaker import ScorerResting

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20

TITLES: Mapping[int, str] = {
    400: "Malformed request",
    401: "Token missing or wrong",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "The body took too long",
    409: "In the wrong state",
    413: "Body too large",
    415: "Not JSON",
    421: "Unknown host",
    422: "Invalid request",
    429: "The queue is full",
    500: "Internal error",
    503: "Not available now",
}


_ENGINE = (
    (RewardTimeout, 503, "reward-timeout", "The reward did not return"),
    (ScorerResting, 503, "scorer-resting", "The scorer is left alone"),
    (InputError, 422, "invalid-request", TITLES[422]),
    (ModelMissing, 422, "model-missing", TITLES[422]),
    (RewardError, 422, "reward", TITLES[422]),
)
"""Errors of the engine and how they are told, by the first that fits."""


class ProblemError(Exception):
    """What a service raises to be answered with a problem; `headers` go with it."""

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, title: str | None = None
    ) -> None:
        super().__init__(kind)
        self.headers = dict(headers or {})
        self.problem = Problem(
            type=f"urn:ospo:problem:{kind}", title=title or TITLES[status], status=status, detail=detail
        )


def invalid(where: Sequence[str | int], *messages: str) -> ProblemError:
    """The 422 of one field that the schema alone could not judge, and every reason."""
    error = ProblemError(422, "invalid-request", "one field cannot be used as it is")
    error.problem.errors += [FieldError(where=list(where), message=message) for message in messages]
    return error


def problem_of(error: BaseException) -> Problem:
    """What a failed run tells. Messages of OspoError never hold the texts under study; others are not repeated."""
    if isinstance(error, ProblemError):
        return error.problem
    for kind, status, name, title in _ENGINE:
        if isinstance(error, kind):
            return Problem(type=f"urn:ospo:problem:{name}", title=title, status=status, detail=str(error))
    detail = str(error) if isinstance(error, OspoError) else "the run failed; the log names the place"
    return Problem(type="urn:ospo:problem:internal", title=TITLES[500], status=500, detail=detail)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(problem.model_dump(), problem.status, headers, MEDIA_TYPE)


def plain(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem without field errors, as a response."""
    return answer(Problem(type=f"urn:ospo:problem:{kind}", title=TITLES[status], status=status, detail=detail), headers)


def full_queue(reason: str, retry_seconds: int) -> JSONResponse:
    """The 429 of a run without a place, as a response; `reason` is that of `Full`."""
    problem = full_queue_error(reason, retry_seconds)
    return answer(problem.problem, problem.headers)


def full_queue_error(reason: str, retry_seconds: int) -> ProblemError:
    """The same to be raised."""
    whose = "the queue is full" if reason == "queue" else "this client has as many runs as it may"
    headers = {"Retry-After": str(retry_seconds)}
    return ProblemError(429, "full", f"{whose}; try again in {retry_seconds} s", headers=headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can answer with these problems."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": TITLES[status], "content": {MEDIA_TYPE: schema}} for status in statuses}


def install(app: FastAPI) -> None:
    """Turn every error that reaches the router into a problem."""
    app.add_exception_handler(ProblemError, _own)
    app.add_exception_handler(OspoError, _engine)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(SQLAlchemyError, _store)


async def _own(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return answer(error.problem, error.headers)


async def _engine(_: Request, error: Exception) -> JSONResponse:
    headers = {"Retry-After": str(math.ceil(error.retry_seconds))} if isinstance(error, ScorerResting) else None
    return answer(problem_of(error), headers)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    status = 400 if any(detail["type"] == "json_invalid" for detail in details) else 422
    problem = Problem(
        type="urn:ospo:problem:invalid-request",
        title=TITLES[status],
        status=status,
        detail=f"{len(details)} field(s) cannot be used as they are",
        errors=[_field_error(detail) for detail in details[:MOST_ERRORS]],
    )
    return answer(problem)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http")
    status = error.status_code if error.status_code in TITLES else 500
    return plain(status, kind, TITLES[status], error.headers)


async def _store(_: Request, error: Exception) -> JSONResponse:
    logs.fault("store_failed", error)
    return plain(503, "store", "the store does not answer; try again", {"Retry-After": "5"})


def _field_error(detail: Mapping[str, Any]) -> FieldError:
    where: list[str | int] = list(detail["loc"])
    if detail["type"] == "extra_forbidden":
        return FieldError(where=where[:-1], message="holds a field that is not known")
    return FieldError(where=where, message=_MESSAGES.get(detail["type"]) or str(detail["msg"]))


_MESSAGES = {"json_invalid": "is not JSON", "value_error": "does not fit", "assertion_error": "does not fit"}
"""Messages of pydantic that may repeat what was sent, said without it."""
