"""create_app: settings in, the service out. All work happens in the lifespan."""

import asyncio
import logging
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

from anyio import CapacityLimiter
from fastapi import FastAPI

from app import handlers, openapi
from app.access.gate import open_gate
from app.context import Context
from app.db.database import open_database
from app.fitworker.pool import FitPool
from app.fitworker.process import COMMAND, launch
from app.jobs.dbos_engine import DbosEngine, engine_url
from app.jobs.identity import Identity, claim_identity
from app.jobs.operations import Operations
from app.jobs.runner import Handler, JobRunner
from app.metrics_server import serve_metrics
from app.middleware import BodyLimit, OnlyProblems, RequestContext
from app.openapi import operation_id
from app.periodic import Periodic
from app.release import release
from app.routes import (
    audit,
    datasets,
    fits,
    keys,
    lift_tests,
    models,
    operations,
    plans,
    projects,
    queries,
    refits,
    scenarios,
    system,
)
from app.services.fit_job import FitJob
from app.services.fits import KIND as FIT
from app.services.frontier import KIND as FRONTIER
from app.services.frontier import FrontierJob
from app.services.model_cache import ModelCache
from app.services.refits import KIND as REFIT
from app.services.retention import Retention
from app.services.simulations import KIND as SIMULATE
from app.services.simulations import SimulationJob
from app.settings import Settings
from app.store.opening import open_store

log = logging.getLogger(__name__)

DESCRIPTION = (
    "Post spend data, get a causal model you can trust or are told not to, ask it what if, "
    "and get the budget plan that is best for your attitude to risk."
)


def create_app(
    settings: Settings | None = None, *, fit_command: Sequence[str] = COMMAND
) -> FastAPI:
    """The application. ``fit_command`` starts a fit process; tests give one that fits nothing."""
    settings = settings or Settings()
    app = FastAPI(
        title="Prudent",
        version=release(),
        description=DESCRIPTION,
        lifespan=_lifespan(settings, fit_command),
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
        refits,
        plans,
        scenarios,
        projects,
        keys,
        audit,
    ):
        app.include_router(module.routes)
    handlers.install(app)
    openapi.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(OnlyProblems)
    app.add_middleware(RequestContext)
    return app


def claim(settings: Settings) -> Identity:
    """The right to work on the data directory; raises DataDirectoryInUse."""
    host = "service" if settings.single_host else socket.gethostname()
    return claim_identity(settings.data_dir / "locks", f"{host}-0")


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
    """Build and start everything; ``stack`` takes it down again, in reverse."""
    identity = claim(settings)
    stack.callback(identity.release)
    shutil.rmtree(settings.work_dir, ignore_errors=True)

    database = open_database(settings.resolved_database_url)
    stack.callback(database.close)
    database.upgrade()
    stack.callback(serve_metrics(settings, database))
    gate = open_gate(settings, database)
    store = open_store(settings)

    pool = FitPool(launch(settings.resolved_cache_dir, fit_command), keep_warm=settings.warm_worker)
    stack.callback(pool.close)
    fit_job = FitJob(store, pool, settings.work_dir, settings.fit_timeout_seconds)
    jobs: dict[str, Handler] = {
        FIT: fit_job,
        REFIT: fit_job,
        SIMULATE: SimulationJob(store),
        FRONTIER: FrontierJob(store),
    }
    runner = JobRunner(database, jobs, settings.fit_attempts)
    engine = DbosEngine(
        runner.run,
        database_url=engine_url(settings.resolved_database_url, settings.data_dir),
        executor_id=identity.name,
        workers=settings.fit_workers,
    )
    stack.callback(engine.stop)
    engine.start()
    work = Operations(database, engine)
    work.reconcile()
    sweeper = Periodic(
        "sweep", settings.sweep_seconds, Retention(settings, database, store, work).sweep
    )
    stack.callback(sweeper.close)
    sweeper.start()
    pool.warm()
    log.info("service started", extra={"data_dir": str(settings.data_dir.absolute())})
    return Context(
        settings=settings,
        database=database,
        store=store,
        operations=work,
        models=ModelCache(store, settings.max_cached_models),
        heavy=CapacityLimiter(settings.query_workers),
        gate=gate,
    )
