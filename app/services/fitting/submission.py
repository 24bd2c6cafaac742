"""Data and specification of a request, checked completely before the job is queued."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy.orm import Session

from app.context import Context
from app.contract.fit import FitData
from app.intake.tables import SentTable, check_for_fit
from app.services.administration.quotas import check_bytes, check_operations, store_if_allowed
from app.services.catalog import datasets
from app.store.port import ArtefactStore
from mmm.checks.prior import Precheck
from mmm.data.panel import Panel
from mmm.errors import DataError, Issue, SpecError
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec, parse_spec
from mmm.tables.formats import JSON
from mmm.tables.read import UNDECIDED
from mmm.tables.recipe import Recipe


@dataclass(frozen=True)
class RequestData:
    """The data of a request: a stored dataset or the JSON of inline rows; exactly one is given.

    ``read``: the words by which inline rows are read.
    """

    dataset_id: str | None
    rows: bytes | None
    read: Recipe = UNDECIDED

    @classmethod
    def of(cls, data: FitData) -> Self:
        """The data of a request's body."""
        rows = data.rows.content if data.rows else None
        return cls(data.dataset_id, rows, data.read or UNDECIDED)


@dataclass(frozen=True)
class RequestTable:
    """The table of a request; ``key`` is that of the stored dataset, None for inline rows."""

    sent: SentTable
    key: str | None = None

    def stored_key(self, store: ArtefactStore) -> str:
        """The key of the bytes, which are stored now if they are not yet."""
        return self.key or store.put(self.sent.bytes())


@dataclass(frozen=True)
class CheckedData:
    """The checked data of a request: table, panel and precheck."""

    dataset_id: str | None
    table: RequestTable
    panel: Panel
    precheck: Precheck


def store_data(context: Context, data: CheckedData, more: int = 0) -> Callable[[Session], str]:
    """Store the data of an operation to be queued, if the tenant's limits allow it.

    Returns what checks again and gives the key (``store_if_allowed``). Both raise TooManyRequests
    if the tenant has too many operations, or if the data and ``more`` bytes of the result exceed
    its limit; NotFound if the dataset has been deleted meanwhile.
    """

    def check(session: Session) -> None:
        if data.dataset_id is not None:
            datasets.lock_against_deletion(session, data.dataset_id)
        new = 0 if data.table.key else data.table.sent.length
        check_operations(session, context.settings)
        check_bytes(session, context.settings, new + more)

    return store_if_allowed(context.database, check, lambda: data.table.stored_key(context.store))


def with_lift_tests(model: ModelSpec, lift_tests: Sequence[LiftTest]) -> ModelSpec:
    """The specification with these lift tests; raises SpecError if the two contradict."""
    document = model.model_dump(mode="json", exclude={"lift_tests"})
    tests = [test.model_dump(mode="json", exclude_unset=True) for test in lift_tests]
    try:
        return parse_spec(document | {"lift_tests": tests})
    except SpecError as error:
        raise SpecError(_in_request(issue) for issue in error.issues) from error


def check_data(context: Context, spec: ModelSpec, data: RequestData) -> CheckedData:
    """Read and check the data of a request.

    Raises NotFound, InvalidRequest (size), DataError or SpecError, with pointers into the request.
    """
    table = request_table(context, data)
    with in_request():
        panel, implied = context.intake.run(table.sent.size, check_for_fit, table.sent, spec)
    return CheckedData(data.dataset_id, table, panel, implied)


def request_table(context: Context, data: RequestData) -> RequestTable:
    """The table that a request sends or names; raises NotFound."""
    limits = context.settings.table_limits
    if data.rows is not None:
        return RequestTable(SentTable(data.rows, JSON, limits, data.read))
    row = datasets.find(context, data.dataset_id or "")
    path = context.store.path(row.artefact_key)
    recipe = Recipe.model_validate(row.read or {})
    return RequestTable(SentTable(path, row.media_type, limits, recipe), row.artefact_key)


@contextmanager
def in_request() -> Iterator[None]:
    """Give issues of data and specification pointers into the body of the request."""
    try:
        yield
    except (DataError, SpecError) as error:
        raise type(error)(_in_request(issue) for issue in error.issues) from error


def _in_request(issue: Issue) -> Issue:
    if issue.pointer == "/rows" or issue.pointer.startswith("/rows/"):
        return replace(issue, pointer="/data" + issue.pointer)
    if issue.pointer.startswith("/read/"):
        return replace(issue, pointer="/data" + issue.pointer)
    if issue.pointer in ("", "/data") or issue.pointer.startswith("/data/"):
        return issue
    return replace(issue, pointer="/model" + issue.pointer)
