"""One run of a process of the pool for a job: a fit, or a task of several fits."""

import asyncio
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from app.fitworker.pool import FitPool
from app.fitworker.process import FitProcess
from app.fitworker.protocol import Kept, Looked, Request
from app.fitworker.stages import StageClock
from app.jobs.job import Job, WriteResult
from app.runtime.metrics import RUNNING_FITS
from app.store.failures import disk_errors
from app.store.port import ArtefactStore
from mmm.progress import Progress


@dataclass(frozen=True)
class Errand:
    """What a job has a process do; each function takes the folder of the run's files.

    ``request`` makes the request, ``finish`` what writes the result of its files, and ``told`` is
    told of first looks and of kept pieces.
    """

    request: Callable[[Path], Request]
    finish: Callable[[Path], WriteResult]
    told: Callable[[Looked | Kept, Path], object] = lambda _event, _folder: None


@dataclass(frozen=True)
class ProcessRun:
    """Runs errands of jobs in processes of the pool."""

    store: ArtefactStore
    pool: FitPool
    work_dir: Path
    timeout_seconds: float

    async def __call__(self, job: Job, errand: Errand) -> WriteResult:
        """Run the errand; its process is killed at once when this call is cancelled."""
        killer = ProcessKiller()
        try:
            return await asyncio.to_thread(self._run, job, errand, killer)
        except asyncio.CancelledError:
            killer.kill()
            raise

    def _run(self, job: Job, errand: Errand, killer: "ProcessKiller") -> WriteResult:
        with disk_errors(self.work_dir):
            self.work_dir.mkdir(parents=True, exist_ok=True)
            folder = Path(mkdtemp(prefix=f"{job.id}-{job.attempt}-", dir=self.work_dir))
        process = self.pool.take()
        try:
            killer.attach(process)
            job.report(Progress("validating", 0.0))
            clock = StageClock(job.report)
            with RUNNING_FITS.track_inprogress():
                request = job.patience.insist(lambda: errand.request(folder))
                process.run(
                    request, clock, self.timeout_seconds, lambda event: errand.told(event, folder)
                )
            clock.end()
            return errand.finish(folder)
        finally:
            killer.detach()
            self.pool.give_back(process)
            shutil.rmtree(folder, ignore_errors=True)


def log_level() -> str:
    """The level at which a process is to log: this one's own."""
    return logging.getLevelName(logging.getLogger().getEffectiveLevel())


def labels_of(job: Job) -> dict[str, str]:
    """The labels of every line that the process of a job logs."""
    labels = {"operation_id": job.id, "request_id": job.request_id, "tenant": job.tenant}
    return {name: value for name, value in labels.items() if value is not None}


class ProcessKiller:
    """Kills a fit process from another thread, also one that is attached only later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: FitProcess | None = None
        self._killed = False

    def attach(self, process: FitProcess) -> None:
        """Make ``kill`` apply to this process; kills it now if ``kill`` was called before."""
        with self._lock:
            self._process = process
            if self._killed:
                process.kill()

    def detach(self) -> None:
        """Release the process, which may run another fit from now on."""
        with self._lock:
            self._process = None

    def kill(self) -> None:
        """Kill the attached process, or the one that will be attached."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()
