"""Which rows still need an artefact: equal bytes are stored once, so a file may have owners,
also of other tenants.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import DatasetRow, ModelRow, OperationRow
from app.db.operations import ACTIVE
from app.db.tenancy import ALL_TENANTS


def is_referenced(session: Session, key: str) -> bool:
    """Whether a dataset, a model or an unfinished operation names ``key``."""
    pending = (OperationRow.input_key == key) & OperationRow.status.in_(ACTIVE)
    queries = (
        select(DatasetRow.id).where(DatasetRow.artefact_key == key),
        select(ModelRow.id).where(or_(ModelRow.artefact_key == key, ModelRow.data_key == key)),
        select(OperationRow.id).where(pending),
    )
    found = (query.limit(1).execution_options(**ALL_TENANTS) for query in queries)
    return any(session.scalars(query).first() is not None for query in found)
