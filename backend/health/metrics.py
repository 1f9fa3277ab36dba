"""Counts for Prometheus. Labels are routes, kinds and states, never ids or texts."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ospo_requests", "Requests answered", ("route", "method", "status"), registry=self._registry
        )
        self._ended = Counter("ospo_runs", "Runs that ended", ("kind", "state"), registry=self._registry)
        self._rejected = Counter("ospo_rejected", "Runs refused for want of a place", ("why",), registry=self._registry)
        self._seconds = Histogram(
            "ospo_run_seconds", "Time of a run in its slot", ("kind",), buckets=SECONDS, registry=self._registry
        )

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A number that is read whenever somebody asks."""
        Gauge(name, text, registry=self._registry).set_function(read)

    def answered(self, *, route: str, method: str, status: int) -> None:
        """A request was answered; status 0 is one whose client left first."""
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()

    def ended(self, *, kind: str, state: str, seconds: float) -> None:
        """A run ended."""
        self._ended.labels(kind, state).inc()
        self._seconds.labels(kind).observe(seconds)

    def rejected(self, why: str) -> None:
        """A run was refused: the queue is full, or the client has enough."""
        self._rejected.labels(why).inc()

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
