"""A model's row takes what a test of it has found: its trust record, and the verdict with it."""

from app.db.models import ModelRow
from app.services.catalog.finite import without_nan
from app.services.catalog.models import verdict_of
from mmm.posterior.trust.listen import lowered
from mmm.posterior.trust.record import TrustRecord, record_from_json


def tested_row(row: ModelRow, found: TrustRecord) -> None:
    """Add the parts of ``found`` to the row's record."""
    record = (record_from_json(row.trust) or TrustRecord()).with_parts_of(found)
    row.trust = record.model_dump(mode="json")
    row.verdict = without_nan(lowered(verdict_of(row), record).model_dump(mode="json"))
