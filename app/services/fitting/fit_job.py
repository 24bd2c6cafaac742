"""The job of a fit: runs a fit process, stores the model file, and writes the model's row."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.models import Document
from app.ids import derived_id
from app.jobs.job import Job, PartialResult, WriteResult
from app.services.catalog.finite import without_nan
from app.services.fitting.first_looks import FirstLook
from app.services.fitting.fit_run import FitRun
from app.services.fitting.model_row import StoredFit, model_row
from app.services.fitting.second_model import add_second_model
from mmm.posterior.fitted import FittedModel, load_model
from mmm.progress import Progress


@dataclass(frozen=True)
class FitJob:
    """Handler of operations of kind ``fit``, and of kind ``refit``, which have a base model."""

    run: FitRun
    second_models: bool = True

    async def __call__(self, job: Job) -> WriteResult:
        """Fit in a separate process, which is killed at once when this call is cancelled."""

        refits = "base" in job.request
        look = None if refits else FirstLook(job, self.run.store)

        def finish(fit: StoredFit) -> WriteResult:
            insist = job.patience.insist
            size = fit.bytes + insist(lambda: self._inline_data_bytes(job))
            change = look.change(fit.model) if look else None
            report = insist(lambda: self._stability_report(job, fit.model))
            said = {"stability": report, "first_look": change}
            return lambda session: self._write(session, job, fit, size, said)

        return await self.run(job, finish, look)

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
        self, session: Session, job: Job, fit: StoredFit, size: int, said: Document
    ) -> Document | PartialResult:
        """Add the model's row, and the operation that fits its second model.

        The model's id is derived from the operation's: one model per operation.
        """
        row = model_row(session, job, fit, derived_id("mdl", job.id))
        row.operation_id, row.bytes, row.stability = job.id, size, said["stability"]
        row.base_model_id = job.request.get("base", {}).get("model_id")
        session.add(row)
        add_second_model(session, job, row, fit.model, enabled=self.second_models)
        session.flush()
        result = {"model_id": row.id} | {name: each for name, each in said.items() if each}
        return PartialResult(result) if fit.model.incomplete else result
