"""Which rows still need an artefact: equal bytes are stored once, so a file may have owners,
also of other tenants.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.models import DatasetRow, ModelRow, OperationRow
from app.db.operations import ACTIVE
from app.db.tenancy import ALL_TENANTS

OWNERS: tuple[InstrumentedAttribute[str], ...] = (
    DatasetRow.artefact_key,
    ModelRow.artefact_key,
    ModelRow.data_key,
)
"""Columns that keep the file they name. ``OperationRow.input_key`` does so until the job ends."""


def referenced(session: Session, keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that a dataset, a model or an unfinished operation names."""
    pending = OperationRow.input_key.in_(keys) & OperationRow.status.in_(ACTIVE)
    queries = [select(column).where(column.in_(keys)) for column in OWNERS]
    found: set[str] = set()
    for query in queries:
        found.update(session.scalars(query.execution_options(**ALL_TENANTS)))
    inputs = select(OperationRow.input_key).where(pending).execution_options(**ALL_TENANTS)
    return found | {key for key in session.scalars(inputs) if key is not None}
