"""Creates the FastAPI application from settings; all start-up work happens in the lifespan."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from app.access.gate import open_gate
from app.assemble import open_infrastructure, start_worker
from app.context import Context
from app.contract.caller import LOCAL
from app.demo.world.install import install_brand
from app.fitworker.process import COMMAND
from app.http import docs_page, handlers, openapi, session, workbench
from app.http.body.unread import UnreadBody
from app.http.metrics_server import serve_metrics
from app.http.middleware import ProblemRewriter, RequestContext
from app.http.openapi import operation_id
from app.http.trusted_host import TrustedHost, trusted_names
from app.intake.pool import Intake
from app.jobs.identity import claim_service
from app.jobs.operations import Operations
from app.routes import (
    audit,
    datasets,
    experiment_runs,
    experiments,
    fits,
    keys,
    lift_tests,
    models,
    operations,
    plans,
    projects,
    queries,
    refits,
    reports,
    scenarios,
    shared,
    shares,
    sign_in,
    system,
)
from app.routes.trust import rivals as trust_rivals
from app.routes.trust import tests as trust_tests
from app.runtime.cache import Cache
from app.runtime.lanes import Lanes
from app.runtime.periodic import Periodic
from app.services.administration.readiness import probes
from app.services.administration.retention import Retention
from app.settings import Settings
from app.store.reserve import Reserve
from mmm.release import release

log = logging.getLogger(__name__)

DESCRIPTION = (
    "Upload weekly spend and sales, fit a Bayesian marketing-mix model with a verdict on whether "
    "to trust it, ask what-if questions, and get the budget plan that is best for your risk "
    "aversion."
)

RESERVE_SECONDS = 15.0
"""Time between two looks at the reserve of disk space."""


def create_app(
    settings: Settings | None = None, *, fit_command: Sequence[str] = COMMAND
) -> FastAPI:
    """Create the application. ``fit_command`` starts a fit process; tests pass a fake one."""
    settings = settings or Settings()
    app = FastAPI(
        title="Prudent",
        version=release(),
        description=DESCRIPTION,
        lifespan=_lifespan(settings, fit_command),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    for module in (
        system,
        datasets,
        lift_tests,
        fits,
        operations,
        models,
        queries,
        reports,
        refits,
        plans,
        experiments,
        experiment_runs,
        trust_tests,
        trust_rivals,
        scenarios,
        shares,
        projects,
        keys,
        audit,
    ):
        app.include_router(module.routes)
    docs_page.install(app)
    workbench.install(app)
    session.install(app)
    sign_in.install(app)
    shared.install(app)
    handlers.install(app)
    openapi.install(app)
    app.add_middleware(ProblemRewriter)
    if (trusted := trusted_names(settings)) is not None:
        app.add_middleware(TrustedHost, names=trusted[0], loopback=trusted[1])
    app.add_middleware(RequestContext)
    app.add_middleware(UnreadBody)
    _build_documents()
    _build_routes(app)
    return app


def _build_documents() -> None:
    """Build the validators of all documents before there are requests.

    Importing them does not build them: a client uses few of them, and starts at once.
    """
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        for document in waiting.pop().__subclasses__():
            waiting.append(document)
            if document.__module__.partition(".")[0] in ("app", "mmm", "optimizer"):
                document.model_config["defer_build"] = False  # else routes would defer theirs
                document.model_rebuild()


def _build_routes(app: FastAPI) -> None:
    """Build the routes, which the library otherwise does when it first matches a path.

    Done before there are requests, the first request does not wait for it, and the library's
    suppression of warnings does not affect other threads.
    """
    nowhere = {"type": "http", "method": "GET", "path": "/nowhere", "root_path": "", "headers": []}
    for route in app.routes:
        route.matches(nowhere)


def _lifespan(
    settings: Settings, fit_command: Sequence[str]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            app.state.context = await asyncio.to_thread(_start, settings, fit_command, stack)
            yield
            await asyncio.to_thread(stack.close)

    return lifespan


def _start(settings: Settings, fit_command: Sequence[str], stack: ExitStack) -> Context:
    """Build and start all parts; ``stack`` stops them in reverse order."""
    if settings.single_host:
        stack.callback(claim_service(settings.lock_dir).release)
    infrastructure = open_infrastructure(settings, stack)
    stack.callback(serve_metrics(settings, infrastructure.database))
    gate = open_gate(settings, infrastructure.database)
    all_operations = Operations(infrastructure.database, infrastructure.queues)
    if settings.work_in_process:
        start_worker(infrastructure, stack, slot=None, fit_command=fit_command)
    else:
        _repeat(
            stack,
            "reconciling",
            settings.worker_heartbeat_seconds,
            infrastructure.reconciler.reconcile,
        )
    intake = Intake(settings)
    stack.callback(intake.close)
    retention = Retention(settings, infrastructure.database, infrastructure.store, all_operations)
    _repeat(stack, "sweep", settings.sweep_seconds, retention.sweep)
    reserve = Reserve(
        settings.data_dir.absolute() / "reserve",
        settings.reserve_bytes if settings.single_host else 0,
    )
    _repeat(stack, "reserve", RESERVE_SECONDS, lambda: retention.keep_reserve(reserve))
    context = Context(
        settings=settings,
        database=infrastructure.database,
        store=infrastructure.store,
        operations=all_operations,
        cache=Cache(settings.cache_bytes),
        lanes=Lanes.of(settings),
        intake=intake,
        gate=gate,
        reserve=reserve,
        probes=probes(infrastructure.database, infrastructure.store, all_operations),
    )
    if settings.demo:
        install_brand(context.of(LOCAL))
    log.info("service started", extra={"data_dir": str(settings.data_dir.absolute())})
    return context


def _repeat(stack: ExitStack, name: str, seconds: float, action: Callable[[], object]) -> None:
    """Call ``action`` every ``seconds`` until ``stack`` is closed."""
    periodic = Periodic(name, seconds, action)
    stack.callback(periodic.close)
    periodic.start()
