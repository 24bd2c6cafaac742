"""The job of a fit: runs a fit process, stores the model file, and writes the model's row."""

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
from app.services.catalog.finite import without_nan
from app.store.failures import disk_errors
from app.store.port import ArtefactStore
from mmm.checks.assess import check_lift_tests
from mmm.errors import ArtefactError
from mmm.posterior.fitted import FittedModel, load_model
from mmm.progress import Progress


@dataclass(frozen=True)
class FitJob:
    """Handler of operations of kind ``fit``, and of kind ``refit``, which have a base model."""

    store: ArtefactStore
    pool: FitPool
    work_dir: Path
    timeout_seconds: float

    async def __call__(self, job: Job) -> WriteResult:
        """Fit in a separate process, which is killed at once when this call is cancelled."""
        killer = ProcessKiller()
        try:
            return await asyncio.to_thread(self._fit, job, killer)
        except asyncio.CancelledError:
            killer.kill()
            raise

    def _fit(self, job: Job, killer: "ProcessKiller") -> WriteResult:
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
                process.run(request, clock, self.timeout_seconds)
            clock.end()
            file = folder / "model.nc"
            model = load_model(file)
            size = file.stat().st_size + insist(lambda: self._inline_data_bytes(job))
            job.report(Progress("storing", 0.99))  # raises if this attempt was superseded
            key = insist(lambda: self.store.put(file))
            report = insist(lambda: self._stability_report(job, model))
            return lambda session: _write_row(session, job, model, key, size, report)
        finally:
            killer.detach()
            self.pool.give_back(process)
            shutil.rmtree(folder, ignore_errors=True)

    def _inline_data_bytes(self, job: Job) -> int:
        """Bytes of inline data, which are stored for this model only; 0 for a dataset."""
        if job.input_key is None or job.request["dataset_id"] is not None:
            return 0
        return self.store.path(job.input_key).stat().st_size

    def _stability_report(self, job: Job, model: FittedModel) -> Document | None:
        """The stability report of a refit; None for a first fit."""
        base = self._base_path(job)
        if base is None:
            return None
        from mmm.refit.stability import stability

        job.report(Progress("comparing", 0.99))
        report = stability(load_model(base), model).model_dump(mode="json")
        document: Document = without_nan(report)
        return document

    def _base_path(self, job: Job) -> Path | None:
        """The file of the model that a refit continues; None for a first fit."""
        if "base" not in job.request:
            return None
        if job.base_key is None:
            raise ArtefactError("The operation has no file of the model to continue.")
        return self.store.path(job.base_key)

    def _request(self, job: Job, folder: Path) -> FitRequest:
        if job.input_key is None:
            raise ArtefactError("The operation has no input data.")
        base = self._base_path(job)
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


def _write_row(
    session: Session, job: Job, model: FittedModel, key: str, size: int, report: Document | None
) -> Document | PartialResult:
    """Add the model's row, whose id is derived from the operation's: one model per operation."""
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
        evidence=_evidence_document(model),
        lift_checks=without_nan([c.model_dump(mode="json") for c in check_lift_tests(model)]),
        method=_method_document(model),
        base_model_id=job.request.get("base", {}).get("model_id"),
        stability=report,
        incomplete=model.incomplete,
    )
    session.add(row)
    session.flush()
    result = {"model_id": row.id} | ({} if report is None else {"stability": report})
    return PartialResult(result) if model.incomplete else result


def _evidence_document(model: FittedModel) -> Document | None:
    if model.evidence is None:
        return None
    document: Document = without_nan(model.evidence.model_dump(mode="json"))
    return document


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
        "defaults": model.scales.defaults,
    }
