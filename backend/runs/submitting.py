"""A request for a run over HTTP: what may come with it in headers, and how it is answered.

Without `Prefer: wait` the answer is 202 and the run goes on by itself. With it the connection is kept until the run
is over (200) or the time has passed (202, and the run goes on). A client that leaves meanwhile gives the run up, unless
somebody else watches it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from backend.dependencies import AssemblyDep, CallerDep, ClientDep
from backend.runs.schemas import RunView
from backend.runs.service import Sender, Submitted
from backend.runs.task import Task
from backend.runs.turnstile import PLACE
from backend.runs.waiting import Happened, attending

_WAIT = re.compile(r"(?:^|,)\s*wait(?:=(?P<seconds>\d{1,6}))?\s*(?:,|;|$)", re.IGNORECASE)

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]+$",
        min_length=1,
        max_length=200,
        description="the same key with the same request gives the same run, however often it is sent",
    ),
]
Prefer = Annotated[
    str | None,
    Header(max_length=200, description="`wait` or `wait=SECONDS`: answer when the run is over (RFC 7240)"),
]


class Submission:
    """The headers of one request, and the way to its answer."""

    def __init__(
        self,
        request: Request,
        response: Response,
        assembly: AssemblyDep,
        client: ClientDep,
        caller: CallerDep,
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> None:
        self._request, self._response, self._runs = request, response, assembly.runs
        self._client, self._user, self._key = client, caller.name, idempotency_key
        self._wait = wait_seconds(prefer, assembly.settings.most_wait_seconds)

    async def answer(self, checked: Callable[[], Task], tags: Sequence[str]) -> RunView:
        """Check the request, submit the task and answer. Raises: ProblemError."""
        sender = Sender(
            client=self._client,
            key=self._key,
            held=self._wait is not None,
            tags=tags,
            place=self._request.scope.get(PLACE),
            user=self._user,
        )
        submitted = await run_in_threadpool(lambda: self._runs.submit(checked(), sender))
        view = await self._awaited(submitted)
        self._response.status_code = 200 if view.state.final else 202
        self._response.headers["Location"] = f"/v1/{view.kind}s/{view.id}"
        return view

    async def _awaited(self, submitted: Submitted) -> RunView:
        work = submitted.work
        if work is None or self._wait is None:
            return submitted.view
        with attending(work, self._request.receive, self._runs.leave) as attendance:
            happened = await attendance.until_over(self._wait)
            if happened is Happened.TIME:
                work.held = False
        return await run_in_threadpool(self._runs.view, submitted.view.id, submitted.view.kind)


SubmissionDep = Annotated[Submission, Depends()]


def wait_seconds(prefer: str | None, most: float) -> float | None:
    """How long to wait at most; None is not at all."""
    found = _WAIT.search(prefer or "")
    if found is None:
        return None
    return most if found["seconds"] is None else min(float(found["seconds"]), most)
