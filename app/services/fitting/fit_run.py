"""One run of a fit process for a job: its file is stored, its model loaded."""

import asyncio
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from app.fitworker.pool import FitPool
from app.fitworker.process import FitProcess
from app.fitworker.protocol import FitRequest
from app.fitworker.stages import StageClock
from app.jobs.runner import Job, WriteResult
from app.runtime.metrics import RUNNING_FITS
from app.services.fitting.first_looks import FirstLook
from app.services.fitting.model_row import StoredFit
from app.store.failures import disk_errors
from app.store.port import ArtefactStore
from mmm.errors import ArtefactError
from mmm.posterior.fitted import load_model
from mmm.progress import Progress


@dataclass(frozen=True)
class FitRun:
    """Runs a job's fit in a process of the pool, and stores the file."""

    store: ArtefactStore
    pool: FitPool
    work_dir: Path
    timeout_seconds: float

    async def __call__(
        self,
        job: Job,
        finish: Callable[[StoredFit], WriteResult],
        look: FirstLook | None = None,
    ) -> WriteResult:
        """Fit, then ``finish``; the process is killed at once when this call is cancelled.

        ``look`` keeps a first look; None where none is wanted.
        """
        killer = ProcessKiller()
        try:
            return await asyncio.to_thread(self._fit, job, killer, finish, look)
        except asyncio.CancelledError:
            killer.kill()
            raise

    def base_path(self, job: Job) -> Path | None:
        """The file of the model that a refit continues; None for a first fit."""
        if "base" not in job.request:
            return None
        if job.base_key is None:
            raise ArtefactError("The operation has no file of the model to continue.")
        return self.store.path(job.base_key)

    def _fit(
        self,
        job: Job,
        killer: "ProcessKiller",
        finish: Callable[[StoredFit], WriteResult],
        look: FirstLook | None,
    ) -> WriteResult:
        with disk_errors(self.work_dir):
            self.work_dir.mkdir(parents=True, exist_ok=True)
            folder = Path(mkdtemp(prefix=f"{job.id}-{job.attempt}-", dir=self.work_dir))
        process, insist = self.pool.take(), job.patience.insist
        try:
            killer.attach(process)
            job.report(Progress("validating", 0.0))
            clock = StageClock(job.report)
            with RUNNING_FITS.track_inprogress():
                request = insist(lambda: self._request(job, folder))
                if look is None or not look.wanted:
                    process.run(request, clock, self.timeout_seconds)
                else:
                    file = folder / "first-look.nc"
                    wanted = request.model_copy(update={"look_path": str(file)})
                    kept = partial(look.keep, file=file)
                    process.run(wanted, clock, self.timeout_seconds, kept)
            clock.end()
            file = folder / "model.nc"
            model, size = load_model(file), file.stat().st_size
            job.report(Progress("storing", 0.99))  # raises if this attempt was superseded
            key = insist(lambda: self.store.put(file))
            return finish(StoredFit(model, key, size))
        finally:
            killer.detach()
            self.pool.give_back(process)
            shutil.rmtree(folder, ignore_errors=True)

    def _request(self, job: Job, folder: Path) -> FitRequest:
        if job.input_key is None:
            raise ArtefactError("The operation has no input data.")
        base = self.base_path(job)
        return FitRequest(
            spec=job.request["spec"],
            sampling=job.request["sampling"],
            table_path=str(self.store.path(job.input_key)),
            media_type=job.request["media_type"],
            read=job.request.get("read", {}),
            model_path=str(folder / "model.nc"),
            log_level=logging.getLevelName(logging.getLogger().getEffectiveLevel()),
            labels=_labels(job),
            base_path=None if base is None else str(base),
        )


def _labels(job: Job) -> dict[str, str]:
    """The labels of every line that the fit process logs."""
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
