"""The application: routers behind the guard, the store and the queue opened at start and closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool

from backend import problems
from backend.assembly import Assembly
from backend.attributions.routes import router as attribution_router
from backend.audit.routes import router as audit_router
from backend.comparisons.routes import router as comparison_router
from backend.groups.routes import router as group_router
from backend.guard.layer import Guard
from backend.health.metrics import Metrics
from backend.health.routes import router as health_router
from backend.jobs.routes import router as job_router
from backend.openapi import complete
from backend.results.routes import router as result_router
from backend.rewards.routes import router as reward_router
from backend.runs.turnstile import Turnstile
from backend.settings import Settings
from backend.users.identity import identity_of
from backend.users.routes import router as user_router

DESCRIPTION = "Owen credit of every token of a language model's response, beside GRPO's flat advantage."
EVERYWHERE = (400, 401, 403, 408, 413, 421, 422, 500, 503)
"""Problems that any route may answer with; 422 in place of FastAPI's own, which repeats what was sent."""


def create_app(settings: Settings) -> FastAPI:
    """The service for these settings; nothing is opened before it starts."""
    metrics, identity = Metrics(), identity_of(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.assembly = await run_in_threadpool(Assembly, settings, identity.access, metrics)
        yield
        await run_in_threadpool(app.state.assembly.close, 0.0 if app.state.drained else settings.drain_seconds)

    app = FastAPI(
        title="Token credit",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problems.documented(*EVERYWHERE),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.drained = False
    routers = (attribution_router, group_router, result_router, comparison_router, job_router, reward_router)
    for router in (*routers, user_router, audit_router, health_router):
        app.include_router(router)
    # FastAPI builds routes when a request first looks for one: not while others wait, and not beside threads, between
    # which the filter of warnings that this needs is shared.
    list(iter_route_contexts(app.routes))
    problems.install(app)
    app.add_middleware(Turnstile)
    app.add_middleware(Guard, settings=settings, identity=identity, metrics=metrics)
    plain: Any = app.openapi
    app.openapi = lambda: complete(plain())
    return app
