"""Fits: everything that can be checked is checked first, then an operation is queued."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import OperationRow
from app.errors import InvalidRequest
from app.services import datasets
from mmm.errors import DataError, Issue, SpecError
from mmm.lift_design import resolve
from mmm.lift_exclusion import excluded_cells
from mmm.panel import Panel, build_panel
from mmm.scales import scales_of
from mmm.spec import ModelSpec, SamplingSpec
from mmm.structure import structure_of
from mmm.tables import JSON, read_rows, read_table

KIND = "fit"


@dataclass(frozen=True)
class FitOrder:
    """What is to be fitted: a stored dataset, or rows sent along."""

    spec: ModelSpec
    sampling: SamplingSpec
    dataset_id: str | None
    rows: list[dict[str, Any]] | None
    name: str | None
    project: str | None


@dataclass(frozen=True)
class _Input:
    """The bytes to fit; ``key`` where they are stored already."""

    key: str | None
    content: bytes
    media_type: str


def check(context: Context, order: FitOrder) -> Panel:
    """The panel of the order; raises what a fit of it would be refused for."""
    return _checked(context, order)[1]


def submit(context: Context, order: FitOrder, request_id: str | None) -> OperationRow:
    """Check the order and queue it."""
    source, _ = _checked(context, order)

    def hold_input(_session: Session) -> str:
        return source.key or context.store.put(source.content)

    request = {
        "spec": order.spec.model_dump(mode="json"),
        "sampling": order.sampling.model_dump(mode="json"),
        "dataset_id": order.dataset_id,
        "media_type": source.media_type,
        "name": order.name,
        "project": order.project,
    }
    return context.operations.submit(KIND, request, request_id=request_id, prepare=hold_input)


def _checked(context: Context, order: FitOrder) -> tuple[_Input, Panel]:
    _check_draws(order.sampling, context.settings.max_draws)
    source = _input(context, order)
    try:
        rows = order.rows
        table = read_table(source.content, source.media_type) if rows is None else read_rows(rows)
        datasets.check_size(table, context.settings, "/data")
        panel = build_panel(table, order.spec)
        _check_lift_tests(order.spec, panel)
        return source, panel
    except (DataError, SpecError) as error:
        raise type(error)(_in_request(issue) for issue in error.issues) from error


def _check_lift_tests(spec: ModelSpec, panel: Panel) -> None:
    """Raises SpecError where holidays or lift tests do not fit the panel."""
    scales = scales_of(panel, spec, structure_of(spec))
    excluded_cells(resolve(spec, panel, scales), panel)


def _input(context: Context, order: FitOrder) -> _Input:
    if order.dataset_id is None:
        content = json.dumps({"rows": order.rows}, separators=(",", ":")).encode()
        return _Input(None, content, JSON)
    row = datasets.find(context, order.dataset_id)
    content = context.store.path(row.artefact_key).read_bytes()
    return _Input(row.artefact_key, content, row.media_type)


def _check_draws(sampling: SamplingSpec, limit: int) -> None:
    total = (sampling.draws + sampling.tune) * sampling.chains
    if total > limit:
        detail = f"(draws + tune) x chains is {total}; the limit is {limit}"
        raise InvalidRequest([Issue("/sampling", "too_many_draws", detail)])


def _in_request(issue: Issue) -> Issue:
    """An issue of data or spec with its place in the body of a fit."""
    if issue.pointer == "/rows" or issue.pointer.startswith("/rows/"):
        return replace(issue, pointer="/data" + issue.pointer)
    if issue.pointer in ("", "/data") or issue.pointer.startswith("/data/"):
        return issue
    return replace(issue, pointer="/model" + issue.pointer)
