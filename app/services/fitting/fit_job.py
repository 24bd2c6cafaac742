"""The job behind a fit: a process fits, its file becomes an artefact and a model's row."""

import asyncio
import logging
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy.orm import Session

from app.db.models import DatasetRow, Document, ModelRow
from app.db.row_locks import lock_for_reference
from app.fitworker.pool import FitPool
from app.fitworker.process import FitProcess
from app.fitworker.protocol import FitRequest
from app.fitworker.stages import StageClock
from app.ids import derived_id
from app.jobs.runner import Job, PartialResult, WriteResult
from app.runtime.metrics import RUNNING_FITS
from app.services.catalog.json_numbers import without_nan
from app.store.failures import disk_errors
from app.store.port import ArtefactStore
from mmm.checks.assess import measured_lifts
from mmm.errors import ArtefactError
from mmm.posterior.fitted import FittedModel, load_model
from mmm.progress import Progress


@dataclass(frozen=True)
class FitJob:
    """Handler of operations of kind ``fit``, and ``refit`` where the request names a base."""

    store: ArtefactStore
    pool: FitPool
    work_dir: Path
    timeout_seconds: float

    async def __call__(self, job: Job) -> WriteResult:
        """Fit in a process apart, killed at once when this is cancelled."""
        holder = Holder()
        try:
            return await asyncio.to_thread(self._fit, job, holder)
        except asyncio.CancelledError:
            holder.kill()
            raise

    def _fit(self, job: Job, holder: "Holder") -> WriteResult:
        with disk_errors(self.work_dir):
            self.work_dir.mkdir(parents=True, exist_ok=True)
            folder = Path(mkdtemp(prefix=f"{job.id}-{job.attempt}-", dir=self.work_dir))
        process = self.pool.take()
        try:
            holder.hold(process)
            job.report(Progress("validating", 0.0))
            clock = StageClock(job.report)
            with RUNNING_FITS.track_inprogress():
                process.run(self._request(job, folder), clock, self.timeout_seconds)
            clock.end()
            model = load_model(folder / "model.nc")
            size = (folder / "model.nc").stat().st_size + self._own_data(job)
            job.report(Progress("storing", 0.99))  # raises where the fit is no longer ours
            key = self.store.put(folder / "model.nc")
            report = self._compared(job, model)
            return lambda session: _write_row(session, job, model, key, size, report)
        finally:
            holder.let_go()
            self.pool.give_back(process)
            shutil.rmtree(folder, ignore_errors=True)

    def _own_data(self, job: Job) -> int:
        """Bytes of data that came with the fit, and are kept for the model alone."""
        if job.input_key is None or job.request["dataset_id"] is not None:
            return 0
        return self.store.path(job.input_key).stat().st_size

    def _compared(self, job: Job, model: FittedModel) -> Document | None:
        """The stability report of a refit; None for a first fit."""
        base = self._base(job)
        if base is None:
            return None
        from mmm.refit.stability import stability

        job.report(Progress("comparing", 0.99))
        found = stability(load_model(base), model).model_dump(mode="json")
        document: Document = without_nan(found)
        return document

    def _base(self, job: Job) -> Path | None:
        """File of the model that a refit continues; None for a first fit."""
        if "base" not in job.request:
            return None
        if job.base_key is None:
            raise ArtefactError("The operation does not name the file of the model to continue.")
        return self.store.path(job.base_key)

    def _request(self, job: Job, folder: Path) -> FitRequest:
        if job.input_key is None:
            raise ArtefactError("The operation names no data.")
        base = self._base(job)
        return FitRequest(
            spec=job.request["spec"],
            sampling=job.request["sampling"],
            table_path=str(self.store.path(job.input_key)),
            media_type=job.request["media_type"],
            model_path=str(folder / "model.nc"),
            log_level=logging.getLevelName(logging.getLogger().getEffectiveLevel()),
            labels=_labels(job),
            base_path=None if base is None else str(base),
        )


def _labels(job: Job) -> dict[str, str]:
    """What every line that the fit process logs is to say."""
    named = {"operation_id": job.id, "request_id": job.request_id, "tenant": job.tenant}
    return {name: value for name, value in named.items() if value is not None}


class Holder:
    """Where a running process can be killed from another thread, started yet or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: FitProcess | None = None
        self._killed = False

    def hold(self, process: FitProcess) -> None:
        with self._lock:
            self._process = process
            if self._killed:
                process.kill()

    def let_go(self) -> None:
        """The process may serve another fit from now on, which is not to be killed."""
        with self._lock:
            self._process = None

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()


def _write_row(
    session: Session, job: Job, model: FittedModel, key: str, size: int, report: Document | None
) -> Document | PartialResult:
    """The model's row. Its id follows from the operation's: one operation, one model."""
    dataset_id = job.request["dataset_id"]
    if dataset_id is not None and lock_for_reference(session, DatasetRow, dataset_id) is None:
        dataset_id = None
    row = ModelRow(
        id=derived_id("mdl", job.id),
        operation_id=job.id,
        name=job.request["name"],
        project=job.request["project"],
        dataset_id=dataset_id,
        artefact_key=key,
        data_key=job.input_key,
        bytes=size,
        spec=job.request["spec"],
        sampling=job.request["sampling"],
        data=_data_document(model),
        verdict=without_nan(model.verdict.model_dump(mode="json")),
        diagnostics=without_nan(dict(model.diagnostics)),
        notes=list(model.notes),
        lift_checks=without_nan([c.model_dump(mode="json") for c in measured_lifts(model)]),
        method=_method_document(model),
        base_model_id=job.request.get("base", {}).get("model_id"),
        stability=report,
        incomplete=model.incomplete,
    )
    session.add(row)
    session.flush()
    made = {"model_id": row.id} | ({} if report is None else {"stability": report})
    return PartialResult(made) if model.incomplete else made


def _data_document(model: FittedModel) -> Document:
    weeks = model.panel.weeks
    return {
        "start": weeks[0].isoformat(),
        "end": weeks[-1].isoformat(),
        "weeks": len(weeks),
        "geos": list(model.panel.geos),
    }


def _method_document(model: FittedModel) -> Document:
    method = model.method
    return {
        "sampler": method.sampler,
        "version": method.version,
        "path": method.path,
        "draft": method.sampling.draft,
        "sampling": method.sampling.model_dump(mode="json"),
        "seconds": method.seconds,
    }
