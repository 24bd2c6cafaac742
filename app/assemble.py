"""Puts the parts together that the service and its workers have in common, and the worker itself.

A worker is a process that takes jobs from the queues and serves nothing: any number of them on one
Postgres, or beside the service on one machine with SQLite.
"""

import logging
import shutil
import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from app.configuration import require_ground, warn_of_unknown_variables
from app.db.database import Database, open_database
from app.fitworker.pool import FitPool
from app.fitworker.process import COMMAND, make_launch
from app.http.metrics_server import serve_metrics
from app.jobs.dbos_engine import DbosEngine, DbosQueues, engine_url
from app.jobs.identity import claim_identity
from app.jobs.kinds import FITS, QUERIES
from app.jobs.port import Queues
from app.jobs.reconciler import Reconciler
from app.jobs.runner import Handler, JobRunner
from app.jobs.worker import Worker
from app.runtime.locks import Lock
from app.runtime.logs import configure_logging
from app.runtime.memory import limit_arenas
from app.services.fitting.fit_job import FitJob
from app.services.fitting.fits import KIND as FIT
from app.services.fitting.refits import KIND as REFIT
from app.services.fitting.simulations import KIND as SIMULATE
from app.services.fitting.simulations import SimulationJob
from app.services.planning.allocate_job import KIND as ALLOCATE
from app.services.planning.allocate_job import AllocateJob
from app.services.planning.frontier import KIND as FRONTIER
from app.services.planning.frontier import FrontierJob
from app.settings import Settings
from app.store.opening import open_store
from app.store.port import ArtefactStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ground:
    """What the service and every worker stand on."""

    settings: Settings
    database: Database
    store: ArtefactStore
    queues: Queues
    reconciler: Reconciler


def open_ground(settings: Settings, stack: ExitStack) -> Ground:
    """Connect, with every schema as this release needs it; ``stack`` closes it again."""
    database = open_database(settings.resolved_database_url)
    stack.callback(database.close)
    database.upgrade()
    store = open_store(settings)
    queues = DbosQueues(engine_url(settings.resolved_database_url, settings.data_dir))
    stack.callback(queues.close)
    queues.open()
    reconciler = Reconciler(database, queues, settings.worker_lost_seconds)
    return Ground(settings, database, store, queues, reconciler)


def start_worker(
    ground: Ground, stack: ExitStack, *, slot: int | None, fit_command: Sequence[str]
) -> Worker:
    """Begin to work on jobs; ``stack`` ends it. Raises IdentityInUse."""
    settings = ground.settings
    lock = claim_worker(settings, slot)
    stack.callback(lock.release)
    work_dir = settings.work_dir / lock.name
    shutil.rmtree(work_dir, ignore_errors=True)
    launch = make_launch(settings.resolved_cache_dir, fit_command, niceness=settings.fit_niceness)
    pool = FitPool(launch, keep_warm=settings.warm_worker)
    stack.callback(pool.close)
    fit_job = FitJob(ground.store, pool, work_dir, settings.fit_timeout_seconds)
    handlers: dict[str, Handler] = {
        FIT: fit_job,
        REFIT: fit_job,
        SIMULATE: SimulationJob(ground.store),
        FRONTIER: FrontierJob(ground.store),
        ALLOCATE: AllocateJob(ground.store),
    }
    limits = dict.fromkeys((SIMULATE, FRONTIER, ALLOCATE), settings.query_timeout_seconds)
    runner = JobRunner(ground.database, handlers, settings.fit_attempts, limits)
    engine = DbosEngine(
        runner.run,
        database_url=engine_url(settings.resolved_database_url, settings.data_dir),
        concurrency={FITS: settings.fit_workers, QUERIES: settings.query_jobs},
    )
    worker = Worker(
        ground.database,
        ground.queues,
        engine,
        runner,
        ground.reconciler,
        lock,
        heartbeat_seconds=settings.worker_heartbeat_seconds,
        lost_after=settings.worker_lost_seconds,
    )
    worker.start()
    stack.callback(worker.stop)
    pool.warm()
    return worker


def claim_worker(settings: Settings, slot: int | None) -> Lock:
    """The identity of a worker on this host; raises IdentityInUse."""
    host = "local" if settings.single_host else socket.gethostname()
    return claim_identity(settings.lock_dir, host, slot)


def work(
    settings: Settings, slot: int | None = None, *, fit_command: Sequence[str] = COMMAND
) -> None:
    """Work until SIGINT or SIGTERM; what runs then goes back to its queue.

    Raises IdentityInUse where another worker has the slot, InvalidSetting or StoreUnavailable for
    directories or a database that cannot be used.
    """
    limit_arenas()
    require_ground(settings)
    configure_logging(settings.log_level)
    warn_of_unknown_variables()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        ground = open_ground(settings, stack)
        stack.callback(serve_metrics(settings, ground.database))
        start_worker(ground, stack, slot=slot, fit_command=fit_command)
        ended.wait()
