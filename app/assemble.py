"""Builds what the service and its workers have in common, and runs the worker process.

A worker is a process that takes jobs from the queues and serves no requests: any number of them on
one Postgres, or beside the service on one machine with SQLite.
"""

import logging
import shutil
import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from app.configuration import require_installation, warn_of_unknown_variables
from app.db.database import Database, open_database
from app.fitworker.pool import FitPool
from app.fitworker.process import COMMAND, make_launch
from app.http.metrics_server import serve_metrics
from app.jobs.dbos_engine import DbosEngine, DbosQueues, engine_url
from app.jobs.identity import claim_identity
from app.jobs.job import Handler
from app.jobs.kinds import COMPARE, FITS, QUERIES, SECOND_MODEL, TRUST
from app.jobs.port import Queues
from app.jobs.reconciler import Reconciler
from app.jobs.runner import JobRunner
from app.jobs.worker import Worker
from app.runtime.locks import Lock
from app.runtime.logs import configure_logging
from app.runtime.memory import limit_arenas
from app.services.experiments.design_job import KIND as DESIGN
from app.services.experiments.design_job import DesignJob
from app.services.fitting.fit_job import FitJob
from app.services.fitting.fit_run import FitRun
from app.services.fitting.fits import KIND as FIT
from app.services.fitting.process_run import ProcessRun
from app.services.fitting.refits import KIND as REFIT
from app.services.fitting.second_model import SecondModelJob
from app.services.fitting.simulations import KIND as SIMULATE
from app.services.fitting.simulations import SimulationJob
from app.services.planning.allocate_job import KIND as ALLOCATE
from app.services.planning.allocate_job import AllocateJob
from app.services.planning.frontier import KIND as FRONTIER
from app.services.planning.frontier import FrontierJob
from app.services.trust.compare_job import CompareJob
from app.services.trust.task_run import TaskRun
from app.services.trust.trust_job import TrustJob
from app.settings import Settings
from app.store.opening import open_store
from app.store.port import ArtefactStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Infrastructure:
    """What the service and every worker share: settings, database, store, queues, reconciler."""

    settings: Settings
    database: Database
    store: ArtefactStore
    queues: Queues
    reconciler: Reconciler


def open_infrastructure(settings: Settings, stack: ExitStack) -> Infrastructure:
    """Connect and upgrade every schema to this release; ``stack`` closes everything."""
    limit = settings.database_timeout_seconds
    database = open_database(settings.resolved_database_url, limit)
    stack.callback(database.close)
    database.upgrade()
    store = open_store(settings)
    queues = DbosQueues(engine_url(settings.resolved_database_url, settings.data_dir), limit)
    stack.callback(queues.close)
    queues.open()
    reconciler = Reconciler(database, queues, settings.worker_lost_seconds)
    return Infrastructure(settings, database, store, queues, reconciler)


def start_worker(
    infrastructure: Infrastructure,
    stack: ExitStack,
    *,
    slot: int | None,
    fit_command: Sequence[str],
) -> Worker:
    """Start a worker in this process; ``stack`` stops it. Raises IdentityInUse."""
    settings = infrastructure.settings
    lock = claim_worker(settings, slot)
    stack.callback(lock.release)
    work_dir = settings.work_dir / lock.name
    shutil.rmtree(work_dir, ignore_errors=True)
    launch = make_launch(settings.resolved_cache_dir, fit_command, niceness=settings.fit_niceness)
    pool = FitPool(launch, keep_warm=settings.warm_worker)
    stack.callback(pool.close)
    in_process = ProcessRun(infrastructure.store, pool, work_dir, settings.fit_timeout_seconds)
    run = FitRun(in_process)
    fit_job = FitJob(run, settings.second_models)
    handlers: dict[str, Handler] = {
        FIT: fit_job,
        REFIT: fit_job,
        SECOND_MODEL: SecondModelJob(run),
        SIMULATE: SimulationJob(infrastructure.store),
        FRONTIER: FrontierJob(infrastructure.store),
        ALLOCATE: AllocateJob(infrastructure.store),
        DESIGN: DesignJob(infrastructure.store),
        TRUST: TrustJob(TaskRun(in_process)),
        COMPARE: CompareJob(TaskRun(in_process)),
    }
    limits = dict.fromkeys((SIMULATE, FRONTIER, ALLOCATE, DESIGN), settings.query_timeout_seconds)
    runner = JobRunner(
        infrastructure.database,
        handlers,
        settings.fit_attempts,
        limits,
        settings.result_patience_seconds,
    )
    engine = DbosEngine(
        runner.run,
        database_url=engine_url(settings.resolved_database_url, settings.data_dir),
        concurrency={FITS: settings.fit_workers, QUERIES: settings.query_jobs},
    )
    worker = Worker(
        infrastructure.database,
        infrastructure.queues,
        engine,
        runner,
        infrastructure.reconciler,
        lock,
        heartbeat_seconds=settings.worker_heartbeat_seconds,
        lost_after=settings.worker_lost_seconds,
    )
    worker.start()
    stack.callback(worker.stop)
    pool.warm()
    return worker


def claim_worker(settings: Settings, slot: int | None) -> Lock:
    """Lock the identity of a worker on this host; raises IdentityInUse."""
    host = "local" if settings.single_host else socket.gethostname()
    return claim_identity(settings.lock_dir, host, slot)


def run_worker(
    settings: Settings, slot: int | None = None, *, fit_command: Sequence[str] = COMMAND
) -> None:
    """Run jobs until SIGINT or SIGTERM; jobs that run then return to their queues.

    Raises IdentityInUse if another worker has the slot, InvalidSetting or StoreUnavailable for
    directories or a database that cannot be used.
    """
    limit_arenas()
    require_installation(settings)
    configure_logging(settings.log_level)
    warn_of_unknown_variables()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        infrastructure = open_infrastructure(settings, stack)
        stack.callback(serve_metrics(settings, infrastructure.database))
        start_worker(infrastructure, stack, slot=slot, fit_command=fit_command)
        ended.wait()
