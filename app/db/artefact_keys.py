"""Which artefacts are still referenced by rows.

Equal bytes are stored once, so a file may be referenced by several rows, also of several tenants.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.models import ActualsRow, DatasetRow, ModelRow, OperationRow
from app.db.operations import ACTIVE
from app.db.tenancy import ALL_TENANTS

PERMANENT_REFERENCES: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    DatasetRow.artefact_key,
    ModelRow.artefact_key,
    ModelRow.data_key,
    ModelRow.second_key,
    ActualsRow.artefact_key,
)
"""Columns that retain the file they name."""

REFERENCES_UNTIL_FINISHED: tuple[InstrumentedAttribute[str | None], ...] = (
    OperationRow.input_key,
    OperationRow.base_key,
)
"""Columns that retain the file they name until the operation has ended."""


def referenced(session: Session, keys: Collection[str]) -> set[str]:
    """The subset of ``keys`` that a row references (datasets, models, actuals, unfinished jobs)."""
    return _scalars(session, [query.where(column.in_(keys)) for query, column in _queries()])


def all_referenced(session: Session) -> set[str]:
    """Every key that a row references (datasets, models, actuals, unfinished jobs)."""
    return _scalars(session, [query for query, _ in _queries()])


def _queries() -> Iterator[tuple[Select[Any], InstrumentedAttribute[Any]]]:
    for column in PERMANENT_REFERENCES:
        yield select(column).where(column.is_not(None)), column
    for input_column in REFERENCES_UNTIL_FINISHED:
        unfinished = OperationRow.status.in_(ACTIVE) & input_column.is_not(None)
        yield select(input_column).where(unfinished), input_column


def _scalars(session: Session, queries: Iterable[Select[Any]]) -> set[str]:
    unfiltered = [query.distinct().execution_options(**ALL_TENANTS) for query in queries]
    return {key for query in unfiltered for key in session.scalars(query)}
