"""One method a route of docs/openapi.json. Raises Unavailable or Problem, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import httpx

from frontend.client.bodies import (
    ActPage,
    Edit,
    Example,
    File,
    Me,
    Model,
    Preview,
    Readiness,
    RewardKind,
    Run,
    RunPage,
    RunSummary,
    Status,
    View,
)
from frontend.client.errors import Problem, Unavailable
from frontend.client.events import Event, read_events
from frontend.client.job_bodies import Checkpoint, EventPage, Job, JobPage, JobPreview, Preset

Kind = Literal["attribution", "group"]
Body = Mapping[str, Any]
"""A request, as the route's schema says."""

TIMEOUTS = httpx.Timeout(10.0, connect=1.0)
"""Seconds. Every route answers at once: work is queued, not waited for."""
QUICK = httpx.Timeout(3.0, connect=1.0)
"""For the look at how the service does, which every page makes now and then: late is as good as down."""
SLOW = httpx.Timeout(60.0, connect=1.0)
"""For those that work while they are waited for: counterfactuals, previews of training, files."""
_NAME = re.compile(r'filename="([A-Za-z0-9._-]+)"')
_T = TypeVar("_T")


def open_connection(url: str) -> httpx.Client:
    """Connections to the service that are kept and shared; safe for several threads.

    Proxies of the environment are not used: the service stands on this machine or in the same network.
    """
    limits = httpx.Limits(max_keepalive_connections=8, keepalive_expiry=30.0)
    return httpx.Client(base_url=url, timeout=TIMEOUTS, limits=limits, trust_env=False)


class BackendClient:
    """The service. `client_id` names one user of the screen, so that the service shares its queue out fairly.

    `token` says who asks. It goes with each request and not with the connection, which many people share.
    """

    def __init__(self, connection: httpx.Client, *, client_id: str | None = None, token: str | None = None) -> None:
        self._connection = connection
        named = {} if client_id is None else {"X-Client-Id": client_id}
        self._headers = named if token is None else named | {"Authorization": f"Bearer {token}"}

    def start_attribution(self, body: Body, *, key: str | None = None) -> Run:
        """Explain a response. The same `key` gives the same run, however often it is sent."""
        return self._run("POST", "/v1/attributions", json=body, headers=_key(key))

    def start_group(self, body: Body, *, key: str | None = None) -> Run:
        """Compare responses. The same `key` gives the same run, however often it is sent."""
        return self._run("POST", "/v1/groups", json=body, headers=_key(key))

    def preview_attribution(self, body: Body) -> Preview:
        """What explaining a response would cost; nothing is scored or stored."""
        return self._read(Preview.of, "POST", "/v1/attributions/preview", json=body)

    def preview_group(self, body: Body) -> Preview:
        """What comparing responses would cost; nothing is scored or stored."""
        return self._read(Preview.of, "POST", "/v1/groups/preview", json=body)

    def attribution(self, run_id: str) -> Run:
        """An attribution: state, progress, request, result."""
        return self._run("GET", f"/v1/attributions/{run_id}")

    def group(self, run_id: str) -> Run:
        """A group: state, progress, request, result."""
        return self._run("GET", f"/v1/groups/{run_id}")

    def run(self, run_id: str) -> Run:
        """A run of either kind; two requests where it is a group."""
        try:
            return self.attribution(run_id)
        except Problem as problem:
            if problem.status != 404:
                raise
        return self.group(run_id)

    def watch(self, run_id: str, kind: Kind, *, hold: bool = False) -> Iterator[Event]:
        """Server-sent events, until the last one; with `hold` the run is given up when nobody watches any more."""
        path = f"/v1/{kind}s/{run_id}/events"
        stream = self._connection.stream("GET", path, params={"hold": hold}, headers=self._headers, timeout=SLOW)
        with _unavailable_unless_answered(), stream as answer:
            if answer.is_error:
                answer.read()
            yield from read_events(_checked(answer).iter_lines())

    def step(self, run_id: str, rule: str, *, job: str | None = None) -> Iterator[Event]:
        """One step previewed on a group: `progress` events, then `step`; leaving the loop gives it up.

        `job` is a training run that is over, whose model makes the step; else it is the bundled one.
        Raises: Problem: it is refused, or failed on the way.
        """
        path = f"/v1/groups/{run_id}/step"
        body = {"rule": rule} | ({} if job is None else {"job": job})
        stream = self._connection.stream("POST", path, json=body, headers=self._headers, timeout=SLOW)
        with _unavailable_unless_answered(), stream as answer:
            if answer.is_error:
                answer.read()
            for event in read_events(_checked(answer).iter_lines()):
                if event.name == "problem":
                    raise Problem.of(int(event.data["status"]), event.data)
                yield event

    def cancel(self, run_id: str, kind: Kind) -> Run:
        """Stop a run and keep what there is."""
        return self._run("DELETE", f"/v1/{kind}s/{run_id}")

    def try_edits(self, run_id: str, edits: Sequence[Body]) -> tuple[float, list[Edit]]:
        """The reward of the response as it is, and each edit measured by itself."""
        return self._read(
            lambda body: (float(body["reward"]), [Edit.of(edit) for edit in body["edits"]]),
            "POST",
            f"/v1/attributions/{run_id}/counterfactuals",
            json={"edits": list(edits)},
            timeout=SLOW,
        )

    def results(self, **filters: str | int | None) -> RunPage:
        """Runs of either kind, the newest first: state, tag, q, reward_kind, cursor, limit."""
        return self._page("/v1/results", filters)

    def attributions(self, **filters: str | int | None) -> RunPage:
        """Attributions, the newest first."""
        return self._page("/v1/attributions", filters)

    def groups(self, **filters: str | int | None) -> RunPage:
        """Groups, the newest first."""
        return self._page("/v1/groups", filters)

    def view(self, run_id: str, *, rule: str | None = None, index: int | None = None) -> View:
        """What to draw of a result, or of the running estimate. Problem 409 while there is neither.

        `index` gives one response of a group as an explained one.
        """
        return self._read(_drawable, "GET", f"/v1/results/{run_id}/view", params=_given(rule=rule, index=index))

    def comparison(
        self,
        left: str,
        right: str,
        *,
        left_rule: str | None = None,
        right_rule: str | None = None,
        left_index: int | None = None,
        right_index: int | None = None,
        unit: str | None = None,
    ) -> View:
        """Two results against each other; a rule and an index name what of a group."""
        rules = _given(left_rule=left_rule, right_rule=right_rule, unit=unit)
        indices = _given(left_index=left_index, right_index=right_index)
        params = {"left": left, "right": right, **rules, **indices}
        return self._read(_drawable, "GET", "/v1/comparisons", params=params)

    def tag(self, run_id: str, tags: Sequence[str]) -> RunSummary:
        """Replace a run's tags."""
        return self._read(RunSummary.of, "PUT", f"/v1/results/{run_id}/tags", json={"tags": list(tags)})

    def delete(self, run_id: str) -> None:
        """Remove a run for good."""
        self._answer("DELETE", f"/v1/results/{run_id}")

    def export(self, run_id: str, form: Literal["json", "csv", "html"], *, rule: str | None = None) -> File:
        """A result as a file."""
        return self._file(f"/v1/results/{run_id}/export", f"result.{form}", params=_given(format=form, rule=rule))

    def training_presets(self) -> list[Preset]:
        """The runs to begin with, those that are impossible here among them."""
        return self._list(Preset.of, "/v1/training/presets")

    def preview_job(self, run: Body, *, rows: str | None = None) -> JobPreview:
        """What training would take; nothing is started. `rows` is data of one's own as JSONL."""
        body = {"run": run} | ({} if rows is None else {"rows": rows})
        return self._read(JobPreview.of, "POST", "/v1/jobs/preview", json=body, timeout=SLOW)

    def start_job(
        self,
        run: Body,
        *,
        rows: str | None = None,
        label: str = "",
        tags: Sequence[str] = (),
        key: str | None = None,
    ) -> Job:
        """Train. Of a preset that makes two jobs it is one of the pair. The same `key` gives the same job."""
        body = {"run": run, "label": label, "tags": list(tags)} | ({} if rows is None else {"rows": rows})
        return self._job("POST", "/v1/jobs", json=body, headers=_key(key))

    def jobs(self, **filters: str | int | None) -> JobPage:
        """Training runs, the newest first: state, tag, pair_id, q, cursor, limit."""
        return self._read(JobPage.of, "GET", "/v1/jobs", params=_given(**filters))

    def job(self, job_id: str) -> Job:
        """A training run."""
        return self._job("GET", f"/v1/jobs/{job_id}")

    def job_steps(self, job_id: str, after: int) -> EventPage:
        """The run's events after a sequence; -1 for all."""
        return self._read(EventPage.of, "GET", f"/v1/jobs/{job_id}/steps", params={"after": after})

    def watch_job(self, job_id: str, after: int | None = None) -> Iterator[Event]:
        """The same as server-sent events, until the run is over."""
        headers = self._headers | ({} if after is None else {"Last-Event-ID": str(after)})
        stream = self._connection.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers, timeout=SLOW)
        with _unavailable_unless_answered(), stream as answer:
            if answer.is_error:
                answer.read()
            yield from read_events(_checked(answer).iter_lines())

    def cancel_job(self, job_id: str) -> Job:
        """Save and stop, within a step."""
        return self._job("POST", f"/v1/jobs/{job_id}/cancel")

    def resume_job(self, job_id: str) -> Job:
        """Go on from the newest checkpoint, through the line."""
        return self._job("POST", f"/v1/jobs/{job_id}/resume")

    def tag_job(self, job_id: str, tags: Sequence[str]) -> Job:
        """Replace a training run's tags."""
        return self._job("PUT", f"/v1/jobs/{job_id}/tags", json={"tags": list(tags)})

    def delete_job(self, job_id: str) -> None:
        """Remove a run that is over, with its folder."""
        self._answer("DELETE", f"/v1/jobs/{job_id}")

    def adapter(self, job_id: str) -> File:
        """What was trained, as a zip."""
        return self._file(f"/v1/jobs/{job_id}/adapter", f"adapter-{job_id[:8]}.zip")

    def checkpoints(self, job_id: str) -> list[Checkpoint]:
        """The states that are kept."""
        return self._list(Checkpoint.of, f"/v1/jobs/{job_id}/checkpoints")

    def checkpoint(self, job_id: str, step: int) -> File:
        """One of them, as a zip."""
        return self._file(f"/v1/jobs/{job_id}/checkpoints/{step}", f"checkpoint-{job_id[:8]}-{step}.zip")

    def rewards(self) -> list[RewardKind]:
        """The kinds of reward and their settings."""
        return self._list(RewardKind.of, "/v1/rewards")

    def models(self) -> list[Model]:
        """The models that a request may name."""
        return self._list(Model.of, "/v1/models")

    def examples(self) -> list[Example]:
        """The bundled cases."""
        return self._list(Example.of, "/v1/examples")

    def example(self, name: str) -> Example:
        """One bundled case."""
        return self._read(Example.of, "GET", f"/v1/examples/{name}")

    def me(self) -> Me:
        """Who the service takes the sender for."""
        return self._read(Me.of, "GET", "/v1/me", timeout=QUICK)

    def audit(self, **filters: str | int | None) -> ActPage:
        """Who did what, the newest first: user, action, object_id, cursor, limit. For admins."""
        return self._read(ActPage.of, "GET", "/v1/audit", params=_given(**filters))

    def status(self) -> Status:
        """Versions, device, memory, queue."""
        return self._read(Status.of, "GET", "/v1/status", timeout=QUICK)

    def ready(self) -> Readiness:
        """Whether a run sent now would be taken."""
        answer = self._sent("GET", "/readyz")
        if answer.status_code not in (200, 503) or "checks" not in answer.text:
            _checked(answer)
        return _parsed(answer, lambda body: Readiness(ready=body["status"] == "ready", checks=body["checks"]))

    def alive(self) -> bool:
        """Whether anybody answers as the service does; raises nothing."""
        try:
            return self._read(lambda body: body["status"] == "alive", "GET", "/livez")
        except (Unavailable, Problem):
            return False

    def metrics(self) -> str:
        """Counts in Prometheus' text format."""
        return self._answer("GET", "/metrics").text

    def _page(self, path: str, filters: Mapping[str, str | int | None]) -> RunPage:
        return self._read(
            lambda body: RunPage(items=tuple(RunSummary.of(item) for item in body["items"]), next=body["next"]),
            "GET",
            path,
            params=_given(**filters),
        )

    def _list(self, of: Callable[[Body], _T], path: str) -> list[_T]:
        return self._read(lambda body: [of(item) for item in body["items"]], "GET", path)

    def _run(self, method: str, path: str, **request: Any) -> Run:
        return self._read(Run.of, method, path, **request)

    def _job(self, method: str, path: str, **request: Any) -> Job:
        return self._read(Job.of, method, path, **request)

    def _file(self, path: str, unnamed: str, **request: Any) -> File:
        answer = self._answer("GET", path, timeout=SLOW, **request)
        named = _NAME.search(answer.headers.get("Content-Disposition", ""))
        name = named[1] if named is not None else unnamed
        return File(name=name, media_type=answer.headers.get("Content-Type", ""), content=answer.content)

    def _read(self, of: Callable[[Body], _T], method: str, path: str, **request: Any) -> _T:
        return _parsed(self._answer(method, path, **request), of)

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:
        return _checked(self._sent(method, path, **request))

    def _sent(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = self._headers | request.pop("headers", {})
        with _unavailable_unless_answered():
            return self._connection.request(method, path, headers=headers, **request)


class _unavailable_unless_answered:  # noqa: N801 - a context manager reads like a function
    """Turns every failure of transport into Unavailable, without the address: it may hold a password."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (httpx.TransportError, httpx.InvalidURL, httpx.StreamError, httpx.DecodingError)):
            raise Unavailable(f"the service does not answer ({type(error).__name__})") from error


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        retry = answer.headers.get("Retry-After")
        raise _parsed(answer, lambda body: Problem.of(answer.status_code, body, retry))
    raise Unavailable(f"what answers is not the service (status {answer.status_code})")


def _parsed(answer: httpx.Response, of: Callable[[Body], _T]) -> _T:
    try:
        return of(answer.json())
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable("the service answered something that this screen does not understand") from error


def _drawable(body: Body) -> Body:
    """A view says what it is a view of."""
    if body["kind"] not in ("explain", "compare", "pair"):
        raise ValueError("a view of something else")
    return body


def _given(**parameters: str | int | None) -> dict[str, str | int]:
    return {name: value for name, value in parameters.items() if value is not None}


def _key(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}
