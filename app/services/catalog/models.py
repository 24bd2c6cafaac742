"""Fitted models: find, list, read, delete."""

from dataclasses import dataclass
from math import nan
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.context import Context
from app.contract.documents import ModelDocument
from app.db.found import find_row, row_to_change
from app.db.models import ModelRow, ProjectPlanRow, PromotionRow
from app.db.pages import RowPage, read_page
from app.db.row_locks import lock_for_reference
from app.errors import FirstLookOnly, InUse, NotFound
from app.runtime.cache import Cache, CacheKey
from app.services.catalog.second_models import HOW_IT_STANDS, second_document
from app.services.catalog.trust import standing_warnings
from app.store.port import ArtefactStore
from mmm.data.scales import DEFAULTS
from mmm.posterior.fitted import BEFORE_GENERATIONS, FittedModel, load_model
from mmm.posterior.trust.record import record_from_json
from mmm.posterior.verdict import Verdict


def find(context: Context, model_id: str) -> ModelRow:
    """The model's row; raises NotFound."""
    return find_row(context.database, ModelRow, "model", model_id, [HOW_IT_STANDS])


def lock_against_deletion(session: Session, model_id: str) -> None:
    """Keep the model from being deleted before the transaction ends; raises NotFound."""
    if lock_for_reference(session, ModelRow, model_id) is None:
        raise NotFound("model", model_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[ModelRow]:
    """One page of models, newest first; a first look is named by its operation alone."""
    fits = ModelRow.first_look_of.is_(None)
    with context.database.read() as session:
        return read_page(session, ModelRow, limit, page_token, HOW_IT_STANDS, only=fits)


def document(row: ModelRow) -> ModelDocument:
    """The API document of a model."""
    names = ModelDocument.model_fields.keys() - {"data", "defaults", "second_model"}
    return ModelDocument.model_validate(
        {
            **{name: getattr(row, name) for name in names},
            "data": {**row.data, "dataset_id": row.dataset_id},
            "second_model": second_document(row),
            "defaults": {
                "generation": row.method.get("defaults", BEFORE_GENERATIONS),
                "current": DEFAULTS,
            },
        }
    )


def remove(context: Context, model_id: str) -> None:
    """Delete the model and its references to files, which the next sweep deletes."""
    with context.database.write() as session:
        row = row_to_change(session, ModelRow, "model", model_id)
        require_unused(session, model_id)
        session.delete(row)
    context.cache.forget(row.id)
    for key in (row.artefact_key, row.second_key):
        if key is not None:
            context.cache.forget(key)


def require_unused(session: Session, model_id: str) -> None:
    """Raise InUse for a model that is a project's champion or the model of one of its plans."""
    newest = select(func.max(PromotionRow.id)).group_by(PromotionRow.project_id)
    queries = {
        "is the champion": select(PromotionRow.project_id).where(
            PromotionRow.id.in_(newest), PromotionRow.model_id == model_id
        ),
        "is the model of a plan": select(ProjectPlanRow.project_id).where(
            ProjectPlanRow.model_id == model_id
        ),
    }
    for how, query in queries.items():
        project = session.scalars(query.limit(1)).first()
        if project is not None:
            raise InUse(
                f"The model {model_id} {how} of the project {project}. Promote another model, or "
                "delete the project first."
            )


def fitted(context: Context, row: ModelRow) -> FittedModel:
    """The fitted model of a row, with the trust record that the row has; raises ArtefactError if
    its file is missing or damaged."""
    model = model_of_file(context.cache, context.store, row.artefact_key)
    record = record_from_json(row.trust)
    return model if record is None else model.with_trust(record)


def second_fitted(context: Context, row: ModelRow) -> FittedModel | None:
    """The second model of a row, if it is ready; raises ArtefactError if its file is damaged."""
    if row.second_key is None:
        return None
    return model_of_file(context.cache, context.store, row.second_key)


def model_of_file(cache: Cache, store: ArtefactStore, key: str) -> FittedModel:
    """The model stored under ``key``, cached while it is in use; raises ArtefactError."""
    cached = cache.get(
        CacheKey("model", key), lambda: _read(store.path(key)), lambda cached: cached.bytes
    )
    return cached.model


@dataclass(frozen=True)
class _CachedModel:
    model: FittedModel
    bytes: int


def _read(path: Path) -> _CachedModel:
    """Load a model; its size is estimated as the bytes of its draws plus those of its file."""
    model = load_model(path)
    return _CachedModel(model, int(model.posterior.dataset.nbytes) + path.stat().st_size)


def verdict_of(row: ModelRow) -> Verdict:
    """The model's verdict; check values that are null in the row (not computable) become NaN."""
    checks = (
        {**check, "value": nan if check["value"] is None else check["value"]}
        for check in row.verdict["checks"]
    )
    return Verdict.model_validate({**row.verdict, "checks": tuple(checks)})


def rejection_warnings(row: ModelRow, *, accept_rejected: bool) -> list[str]:
    """``standing_warnings`` of the model; raises ModelRejected, and FirstLookOnly for a first look,
    whatever the request accepts."""
    refuse_first_look(row)
    return standing_warnings(verdict_of(row), accept_rejected=accept_rejected)


def refuse_first_look(row: ModelRow) -> None:
    """Raise FirstLookOnly for the first look of a running fit: nothing is decided on it."""
    if row.first_look_of is not None:
        raise FirstLookOnly(
            "This model is a first look, an approximation without evidence: it can be read, and "
            f"nothing is decided on it. Wait for the fit, operation {row.first_look_of}; its "
            "result names the model."
        )
