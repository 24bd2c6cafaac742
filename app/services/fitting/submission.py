"""Data and specification of a request, checked completely before the job is queued."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from sqlalchemy.orm import Session

from app.context import Context
from app.services.administration.quotas import check_bytes, check_operations
from app.services.catalog import datasets
from app.store.port import ArtefactStore
from mmm.checks.prior import Precheck, precheck
from mmm.data.panel import Panel, build_panel
from mmm.data.table_reader import JSON, cell_issue
from mmm.errors import DataError, Issue, SpecError
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec, parse_spec


@dataclass(frozen=True)
class RequestData:
    """The data of a request: a stored dataset or inline rows; exactly one of them is given."""

    dataset_id: str | None
    rows: list[dict[str, Any]] | None


@dataclass(frozen=True)
class CheckedData:
    """The checked data of a request: bytes, panel and precheck.

    ``key`` is that of the stored dataset, None for inline rows.
    """

    dataset_id: str | None
    key: str | None
    content: bytes
    media_type: str
    panel: Panel
    precheck: Precheck

    def stored_key(self, store: ArtefactStore) -> str:
        """The key of the bytes, which are stored now if they are not yet."""
        return self.key or store.put(self.content)


def check_quota_and_store(
    session: Session, context: Context, data: CheckedData, more: int = 0
) -> str:
    """Check the tenant's limits, store the data of an operation to be queued, return their key.

    Raises TooManyRequests if the tenant has too many operations, or if the data and ``more`` bytes
    of the result exceed its limit; NotFound if the dataset has been deleted meanwhile.
    """
    if data.dataset_id is not None:
        datasets.lock_against_deletion(session, data.dataset_id)
    new = 0 if data.key else len(data.content)
    check_operations(session, context.settings)
    check_bytes(session, context.settings, new + more)
    return data.stored_key(context.store)


def with_lift_tests(model: ModelSpec, lift_tests: Sequence[LiftTest]) -> ModelSpec:
    """The specification with these lift tests; raises SpecError if the two contradict."""
    document = model.model_dump(mode="json", exclude={"lift_tests"})
    tests = [test.model_dump(mode="json", exclude_unset=True) for test in lift_tests]
    try:
        return parse_spec(document | {"lift_tests": tests})
    except SpecError as error:
        raise SpecError(in_request(issue) for issue in error.issues) from error


def check_data(context: Context, spec: ModelSpec, data: RequestData) -> CheckedData:
    """Read and check the data of a request.

    Raises NotFound, InvalidRequest (size), DataError or SpecError, with pointers into the request.
    """
    key, content, media_type = data_bytes(context, data)
    try:
        table = datasets.read_sent(content, media_type, context.settings)
        panel = build_panel(table, spec)
        return CheckedData(data.dataset_id, key, content, media_type, panel, precheck(spec, panel))
    except (DataError, SpecError) as error:
        raise type(error)(in_request(issue) for issue in error.issues) from error


def data_bytes(context: Context, data: RequestData) -> tuple[str | None, bytes, str]:
    """Key (None for inline rows), bytes and media type of the data; raises NotFound, DataError."""
    if data.dataset_id is None:
        return None, _row_bytes(data.rows or []), JSON
    row = datasets.find(context, data.dataset_id)
    return row.artefact_key, context.store.path(row.artefact_key).read_bytes(), row.media_type


def _row_bytes(rows: list[dict[str, Any]]) -> bytes:
    """The rows as JSON; raises DataError for a number beyond floats, which became infinite."""
    try:
        return json.dumps({"rows": rows}, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:
        raise DataError(
            cell_issue(row, column, "too_large", "the number is beyond what a float can hold")
            for row, cells in enumerate(rows)
            for column, cell in cells.items()
            if isinstance(cell, float) and not isfinite(cell)
        ) from None


def in_request(issue: Issue) -> Issue:
    """An issue of data or specification, with its pointer into the body of a request."""
    if issue.pointer == "/rows" or issue.pointer.startswith("/rows/"):
        return replace(issue, pointer="/data" + issue.pointer)
    if issue.pointer in ("", "/data") or issue.pointer.startswith("/data/"):
        return issue
    return replace(issue, pointer="/model" + issue.pointer)
