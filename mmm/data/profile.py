"""The profile of a table: its columns, and what looks odd in them, before any model is specified.

The profile only warns. Data that a model cannot use are refused when a model names the column.
"""

from collections.abc import Iterator
from itertools import chain, islice, pairwise

import numpy as np
import pandas as pd

from mmm.data.cells import dates_if_all, empty_cells, numbers_if_all
from mmm.data.table_profile import ColumnProfile, TableProfile, TableWarning
from mmm.tables.place import place
from mmm.types import Array

COLLINEAR = 0.98


OUTLIER_SD = 6.0


MAX_WARNINGS = 100


def profile_table(frame: pd.DataFrame) -> TableProfile:
    """Profile every column, with warnings about gaps, constants, collinear columns and outliers."""
    columns, series = [], {}
    warnings: list[TableWarning] = []
    for name in map(str, frame.columns):
        column, values = _column(frame, name)
        columns.append(column)
        if values is not None:
            series[name] = values
            warnings += _number_warnings(frame, name, values)
        if column.kind == "date":
            warnings += _date_warnings(frame, name)
        if column.missing:
            detail = f"{column.missing} of {len(frame)} cells are empty"
            warnings.append(TableWarning(code="missing", column=name, detail=detail))
    listed = islice(chain(warnings, _collinear_warnings(series)), MAX_WARNINGS)
    return TableProfile(rows=len(frame), columns=tuple(columns), warnings=tuple(listed))


def _column(frame: pd.DataFrame, name: str) -> tuple[ColumnProfile, Array | None]:
    missing = empty_cells(frame, name)
    text = ColumnProfile(name=name, kind="text", missing=missing)
    if missing == len(frame):
        return text, None
    values = numbers_if_all(frame, name)
    if values is not None:
        kept = values[np.isfinite(values)]
        summary = {"minimum": kept.min(), "maximum": kept.max(), "mean": kept.mean()}
        return ColumnProfile(name=name, kind="number", missing=missing, **summary), values
    days = dates_if_all(frame, name)
    if days is None:
        return text, None
    ends = {"first": min(days), "last": max(days)}
    return ColumnProfile(name=name, kind="date", missing=missing, **ends), None


def _number_warnings(frame: pd.DataFrame, name: str, values: Array) -> list[TableWarning]:
    kept = values[np.isfinite(values)]
    warnings = []
    if np.ptp(kept) == 0.0:
        detail = f"every cell is {kept[0]:g}"
        return [TableWarning(code="constant", column=name, detail=detail)]
    if (kept < 0.0).any():
        row = int(np.nanargmin(values))
        detail = f"{int((kept < 0).sum())} negative values, the lowest {values[row]:g}"
        warnings.append(
            TableWarning(code="negative", column=name, detail=f"{detail} ({place(frame, row)})")
        )
    scale = 1.4826 * float(np.median(np.abs(kept - np.median(kept))))
    far = np.abs(values - np.median(kept)) > OUTLIER_SD * scale
    if scale > 0.0 and far.any() and far.mean() < 0.02:
        rows = ", ".join(place(frame, row) for row in np.flatnonzero(far)[:5])
        count = int(far.sum())
        lie = "value lies" if count == 1 else "values lie"
        detail = f"{count} {lie} far from the rest ({rows})"
        warnings.append(TableWarning(code="outlier", column=name, detail=detail))
    return warnings


def _date_warnings(frame: pd.DataFrame, name: str) -> list[TableWarning]:
    days = dates_if_all(frame, name) or []
    known = sorted(set(days))
    warnings = []
    if len(known) < len(days):
        detail = f"{len(days) - len(known)} rows repeat a date: geos, a long table, or duplicates"
        warnings.append(TableWarning(code="repeated_date", column=name, detail=detail))
    steps = [(after - before).days for before, after in pairwise(known)]
    gaps = [(before, step) for before, step in zip(known, steps, strict=False) if step != 7]
    if gaps:
        before, step = gaps[0]
        detail = f"{len(gaps)} steps are not 7 days, the first {step} days after {before}"
        warnings.append(TableWarning(code="not_weekly", column=name, detail=detail))
    return warnings


def _collinear_warnings(series: dict[str, Array]) -> Iterator[TableWarning]:
    """Warnings about pairs of columns that are identical or almost perfectly correlated."""
    names = [n for n, v in series.items() if np.isfinite(v).all() and np.ptp(v) > 0.0]
    if len(names) < 2:
        return
    correlation = np.corrcoef(np.array([series[name] for name in names]))
    for i, j in zip(*np.nonzero(np.triu(np.abs(correlation) > COLLINEAR, 1)), strict=True):
        same = np.array_equal(series[names[i]], series[names[j]])
        code = "identical" if same else "collinear"
        detail = f"{'identical to' if same else 'moves with'} {names[i]!r}"
        if not same:
            detail += f" (correlation {correlation[i, j]:.3f})"
        yield TableWarning(code=code, column=names[j], detail=detail)
