"""New weeks for a fitted model: its data and a table that continues them become one panel.

The table holds only the new weeks, or old ones too. Old cells are compared with the data that the
model was fitted to, and a difference is refused unless it is accepted: the past never changes
silently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from mmm.data.between import rarely_known
from mmm.data.cells import dates, missing_column, numbers
from mmm.data.late_columns import late_columns
from mmm.data.panel import NATIONAL, Panel, build_panel, row_labels
from mmm.data.panel_checks import raise_if
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError, Issue, SpecError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec
from mmm.tables.place import place
from mmm.types import Array

SAME = 1e-9
"""Relative difference below which two numbers are the same, written by two programs."""

type RowKey = tuple[date, str]


@dataclass(frozen=True)
class Restatement:
    """An old cell with a new number; ``row`` counts from zero, NaN is an empty cell."""

    row: int
    column: str
    week: date
    geo: str
    old: float
    new: float


@dataclass(frozen=True)
class AppendedData:
    """A model's data with new weeks.

    ``table``: the rows that were sent, then the old rows that were not; ``panel``: the panel of all
    of them.
    """

    panel: Panel
    table: pd.DataFrame
    restated: tuple[Restatement, ...]
    new_weeks: tuple[date, ...]


def append_weeks(
    model: FittedModel, frame: pd.DataFrame, spec: ModelSpec | None = None, *, accept: bool = False
) -> AppendedData:
    """The data of ``model`` continued by ``frame``, for ``spec`` (default: the model's own).

    ``accept``: whether restated cells are allowed. Raises DataError naming row, column and numbers,
    and SpecError where ``spec`` has another KPI or needs columns for weeks that were not sent.
    """
    spec = spec or model.spec
    if spec.kpi.column != model.spec.kpi.column:
        detail = f"a refit keeps the KPI {model.spec.kpi.column!r}; fit a new model instead"
        raise SpecError([Issue("/kpi/column", "other_kpi", detail)])
    raise_if(
        missing_column(column, frame, where)
        for column, where in spec.column_pointers
        if column not in frame.columns
    )
    sent, past = _keys(frame, spec), panel_to_table(model.panel, model.spec)
    raise_if(_rows_outside_model(model, frame, sent, spec))
    known, resent = _keys(past, model.spec), set(sent)
    kept = past[[key not in resent for key in known]]
    _require_columns(kept, spec)
    columns = list(dict.fromkeys(column for column, _ in spec.column_pointers))
    frame = frame.assign(**{spec.date: [week.isoformat() for week, _ in sent]})
    rows = [part[columns].astype(object) for part in (frame, kept) if len(part)]
    table = pd.concat(rows)
    table.index.name = frame.index.name
    panel = continued_panel(model, table, spec)
    restated = restated_cells(model, frame, spec)
    if restated and not accept:
        raise_if(_refusal(frame, cell) for cell in restated)
    last = model.panel.weeks[-1]
    return AppendedData(panel, table, restated, tuple(w for w in panel.weeks if w > last))


def newest_rows(model: FittedModel, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of several tables for weeks after the model's; the last table with a row prevails.

    Raises DataError for a table without a required column.
    """
    spec, last = model.spec, model.panel.weeks[-1]
    columns = list(dict.fromkeys(column for column, _ in spec.column_pointers))
    seen: set[RowKey] = set()
    parts = [pd.DataFrame(columns=columns)]
    for frame in reversed(tables):
        raise_if(
            missing_column(column, frame, where)
            for column, where in spec.column_pointers
            if column not in frame.columns
        )
        keys = _keys(frame, spec)
        chosen = [week > last and (week, geo) not in seen for week, geo in keys]
        seen |= {*keys}
        parts.append(frame.loc[chosen, columns].astype(object))
    return pd.concat(parts, ignore_index=True)


def continued_panel(model: FittedModel, table: pd.DataFrame, spec: ModelSpec) -> Panel:
    """Panel of a whole ``table``; national channels are split over geos as in the model."""
    panel = build_panel(table, spec, model.panel.recipe)
    if panel.geos != model.panel.geos:
        detail = f"the table has geos {_some(panel.geos)}, the model {_some(model.panel.geos)}"
        raise DataError([Issue("/geo", "other_geos", f"{detail}; fit a new model instead")])
    if spec.population is not None or len(panel.geos) == 1:
        return panel
    share = model.scales.geo_weight / model.scales.geo_weight.sum()
    spend = panel.array("spend")
    for i, channel in enumerate(spec.channels):
        if channel.national:
            spend[..., i] = spend[..., i].sum(1, keepdims=True) * share
    return replace(panel, data=panel.data.assign(spend=(panel.data["spend"].dims, spend)))


def _keys(frame: pd.DataFrame, spec: ModelSpec) -> list[RowKey]:
    """Week and geo of every row."""
    weeks, issues = dates(frame, spec.date)
    raise_if(issues)
    geos, _ = row_labels(frame, spec)
    return [(week, geo) for week, geo in zip(weeks, geos, strict=True) if week is not None]


def _rows_outside_model(
    model: FittedModel, frame: pd.DataFrame, sent: list[RowKey], spec: ModelSpec
) -> Iterator[Issue]:
    """Issues of rows before the model's first week, or of geos that the model does not have."""
    first = model.panel.weeks[0]
    for row, (week, geo) in enumerate(sent):
        if week < first:
            detail = f"{place(frame, row)}: {week} is before the model's first week {first}"
            yield Issue(pointer("data", "rows", row, spec.date), "before_data", detail)
        if geo not in model.panel.geos:
            detail = (
                f"{place(frame, row)}: the model has no geo {geo!r}, only "
                f"{_some(model.panel.geos)}; fit a new model to add one"
            )
            yield Issue(pointer("data", "rows", row, spec.geo or "geo"), "other_geos", detail)


def _require_columns(kept: pd.DataFrame, spec: ModelSpec) -> None:
    if kept.empty:
        return
    issues = [
        Issue(
            where,
            "column_new",
            f"column {column!r} is new to the model: send all weeks with it, from the first one",
        )
        for column, where in spec.column_pointers
        if column not in kept.columns
    ]
    if issues:
        raise SpecError(issues)


def restated_cells(
    model: FittedModel, frame: pd.DataFrame, spec: ModelSpec
) -> tuple[Restatement, ...]:
    """Old cells with other numbers in ``frame``, row by row."""
    return tuple(_restated(frame, spec, panel_to_table(model.panel, model.spec), model.spec))


def _restated(
    frame: pd.DataFrame, spec: ModelSpec, past: pd.DataFrame, before: ModelSpec
) -> Iterator[Restatement]:
    sent, old_row = _keys(frame, spec), {key: row for row, key in enumerate(_keys(past, before))}
    shared = [(row, old_row[key]) for row, key in enumerate(sent) if key in old_row]
    labels = {spec.date, spec.geo, spec.product, before.date, before.geo, before.product}
    columns = [c for c in past.columns if c not in labels and c in frame.columns]
    if not shared:
        return
    rows, old_rows = (list(each) for each in zip(*shared, strict=True))
    late, weeks = late_columns(before), [week for week, _ in sent]
    cells = {c: (_numbers(frame, c)[rows], _numbers(past, c)[old_rows]) for c in columns}
    for channel in before.channels:
        if (cost := channel.unit_cost_column) in cells and channel.column in cells:
            idle = cells[channel.column][1] == 0.0
            cells[cost] = np.where(idle, cells[cost][1], cells[cost][0]), cells[cost][1]
    for column in rarely_known(before).keys() & cells.keys():
        new, old = cells[column]
        cells[column] = np.where(np.isnan(new), old, new), old
    for column in late.keys() & cells.keys():
        unread = late[column].is_before(weeks)[rows]
        cells[column] = np.where(unread, np.nan, cells[column][0]), cells[column][1]
    for i, row in enumerate(rows):
        for column, (new, old) in cells.items():
            if _differ(old[i], new[i]):
                week, geo = sent[row]
                yield Restatement(row, column, week, geo, float(old[i]), float(new[i]))


def _numbers(frame: pd.DataFrame, column: str) -> Array:
    return numbers(frame, column, sparse=True)[0]


def _differ(old: float, new: float) -> bool:
    if np.isnan(old) or np.isnan(new):
        return bool(np.isnan(old) != np.isnan(new))
    return bool(abs(new - old) > SAME * max(abs(old), abs(new)))


def _refusal(frame: pd.DataFrame, cell: Restatement) -> Issue:
    def formatted(number: float) -> str:
        return "empty" if np.isnan(number) else f"{number:.12g}"

    geo = "" if cell.geo == NATIONAL else f" in {cell.geo}"
    detail = (
        f"{place(frame, cell.row)}, column {cell.column!r}: week {cell.week}{geo} was "
        f"{formatted(cell.old)} when the model was fitted and is {formatted(cell.new)} now; "
        "correct it, or accept restated numbers"
    )
    return Issue(pointer("data", "rows", cell.row, cell.column), "restated", detail)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
