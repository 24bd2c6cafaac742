"""Which rows still need an artefact: equal bytes are stored once, so a file may have owners,
also of other tenants.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.models import ActualsRow, DatasetRow, ModelRow, OperationRow
from app.db.operations import ACTIVE
from app.db.tenancy import ALL_TENANTS

OWNERS: tuple[InstrumentedAttribute[str], ...] = (
    DatasetRow.artefact_key,
    ModelRow.artefact_key,
    ModelRow.data_key,
    ActualsRow.artefact_key,
)
"""Columns that keep the file they name. ``OperationRow.input_key`` does so until the job ends."""


def referenced(session: Session, keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that a dataset, a model or an unfinished operation names."""
    return _scalars(session, [query.where(column.in_(keys)) for query, column in _queries()])


def all_referenced(session: Session) -> set[str]:
    """Every key that a dataset, a model or an unfinished operation names."""
    return _scalars(session, [query for query, _ in _queries()])


def _queries() -> Iterator[tuple[Select[Any], InstrumentedAttribute[Any]]]:
    for column in OWNERS:
        yield select(column), column
    unfinished = OperationRow.status.in_(ACTIVE) & OperationRow.input_key.is_not(None)
    yield select(OperationRow.input_key).where(unfinished), OperationRow.input_key


def _scalars(session: Session, queries: Iterable[Select[Any]]) -> set[str]:
    everyone = [query.distinct().execution_options(**ALL_TENANTS) for query in queries]
    return {key for query in everyone for key in session.scalars(query)}
