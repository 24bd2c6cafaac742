"""The row of a fitted model: its stored file, and the documents that are read from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import DatasetRow, Document, ModelRow
from app.db.row_locks import lock_for_reference
from app.jobs.job import Job
from app.services.catalog.finite import without_nan
from app.store.port import ArtefactStore
from mmm.checks.assess import check_lift_tests
from mmm.posterior.fitted import FittedModel, load_model


@dataclass(frozen=True)
class StoredFit:
    """A fitted model, the key of its stored file, and the file's bytes."""

    model: FittedModel
    key: str
    bytes: int


def stored_fit(store: ArtefactStore, file: Path) -> StoredFit:
    """Load the model in ``file`` and store the file."""
    model, size = load_model(file), file.stat().st_size
    return StoredFit(model, store.put(file), size)


def model_row(session: Session, job: Job, fit: StoredFit, model_id: str) -> ModelRow:
    """The row of a model that a job fitted, not yet added to the session."""
    model, dataset_id = fit.model, job.request["dataset_id"]
    if dataset_id is not None and lock_for_reference(session, DatasetRow, dataset_id) is None:
        dataset_id = None
    return ModelRow(
        id=model_id,
        name=job.request["name"],
        project=job.request["project"],
        dataset_id=dataset_id,
        artefact_key=fit.key,
        data_key=job.input_key,
        spec=job.request["spec"],
        sampling=job.request["sampling"],
        bytes=fit.bytes,
        **model_documents(model),
    )


def model_documents(model: FittedModel) -> dict[str, Any]:
    """The columns of a model's row that are read from the fitted model itself."""
    return {
        "data": _data_document(model),
        "verdict": without_nan(model.verdict.model_dump(mode="json")),
        "diagnostics": without_nan(dict(model.diagnostics)),
        "notes": list(model.notes),
        "evidence": _evidence_document(model),
        "lift_checks": without_nan([c.model_dump(mode="json") for c in check_lift_tests(model)]),
        "method": _method_document(model),
        "incomplete": model.incomplete,
    }


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
