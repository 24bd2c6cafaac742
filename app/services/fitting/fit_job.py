"""The job of a fit: runs a fit process, stores the model file, and writes the model's row."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.models import DatasetRow, Document, ModelRow
from app.db.row_locks import lock_for_reference
from app.ids import derived_id
from app.jobs.runner import Job, PartialResult, WriteResult
from app.services.catalog.finite import without_nan
from app.services.fitting.fit_run import FitRun, StoredFit
from app.services.fitting.second_model import add_second_model
from mmm.checks.assess import check_lift_tests
from mmm.posterior.fitted import FittedModel, load_model
from mmm.progress import Progress


@dataclass(frozen=True)
class FitJob:
    """Handler of operations of kind ``fit``, and of kind ``refit``, which have a base model."""

    run: FitRun
    second_models: bool = True

    async def __call__(self, job: Job) -> WriteResult:
        """Fit in a separate process, which is killed at once when this call is cancelled."""

        def finish(fit: StoredFit) -> WriteResult:
            insist = job.patience.insist
            size = fit.bytes + insist(lambda: self._inline_data_bytes(job))
            report = insist(lambda: self._stability_report(job, fit.model))
            return lambda session: self._write(session, job, fit, size, report)

        return await self.run(job, finish)

    def _inline_data_bytes(self, job: Job) -> int:
        """Bytes of inline data, which are stored for this model only; 0 for a dataset."""
        if job.input_key is None or job.request["dataset_id"] is not None:
            return 0
        return self.run.store.path(job.input_key).stat().st_size

    def _stability_report(self, job: Job, model: FittedModel) -> Document | None:
        """The stability report of a refit; None for a first fit."""
        base = self.run.base_path(job)
        if base is None:
            return None
        from mmm.refit.stability import stability

        job.report(Progress("comparing", 0.99))
        report = stability(load_model(base), model).model_dump(mode="json")
        document: Document = without_nan(report)
        return document

    def _write(
        self, session: Session, job: Job, fit: StoredFit, size: int, report: Document | None
    ) -> Document | PartialResult:
        """Add the model's row, and the operation that fits its second model."""
        row = _model_row(session, job, fit, report)
        row.bytes = size
        session.add(row)
        add_second_model(session, job, row, fit.model, enabled=self.second_models)
        session.flush()
        result = {"model_id": row.id} | ({} if report is None else {"stability": report})
        return PartialResult(result) if fit.model.incomplete else result


def _model_row(session: Session, job: Job, fit: StoredFit, report: Document | None) -> ModelRow:
    """The row of a model; its id is derived from the operation's: one model per operation."""
    model, dataset_id = fit.model, job.request["dataset_id"]
    if dataset_id is not None and lock_for_reference(session, DatasetRow, dataset_id) is None:
        dataset_id = None
    return ModelRow(
        id=derived_id("mdl", job.id),
        operation_id=job.id,
        name=job.request["name"],
        project=job.request["project"],
        dataset_id=dataset_id,
        artefact_key=fit.key,
        data_key=job.input_key,
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
