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
"""Columns that keep the file they name."""

OWNERS_UNTIL_THE_END: tuple[InstrumentedAttribute[str | None], ...] = (
    OperationRow.input_key,
    OperationRow.base_key,
)
"""Columns that keep the file they name until the job has ended."""


def referenced(session: Session, keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that a dataset, a model or an unfinished operation names."""
    return _scalars(session, [query.where(column.in_(keys)) for query, column in _queries()])


def all_referenced(session: Session) -> set[str]:
    """Every key that a dataset, a model or an unfinished operation names."""
    return _scalars(session, [query for query, _ in _queries()])


def _queries() -> Iterator[tuple[Select[Any], InstrumentedAttribute[Any]]]:
    for column in OWNERS:
        yield select(column), column
    for until_the_end in OWNERS_UNTIL_THE_END:
        unfinished = OperationRow.status.in_(ACTIVE) & until_the_end.is_not(None)
        yield select(until_the_end).where(unfinished), until_the_end


def _scalars(session: Session, queries: Iterable[Select[Any]]) -> set[str]:
    everyone = [query.distinct().execution_options(**ALL_TENANTS) for query in queries]
    return {key for query in everyone for key in session.scalars(query)}
