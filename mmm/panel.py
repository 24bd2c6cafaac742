"""Table -> Panel: the data of a model as labelled arrays, checked strictly.

Nothing is repaired: every cell, week or column that does not fit is an issue with its place and
value. Dimensions are ``date`` x ``geo`` (a national model has the one geo ``national``).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from mmm.errors import DataError, Issue, pointer
from mmm.spec import ModelSpec
from mmm.tables import MAX_ISSUES, dates, missing_column, numbers
from mmm.types import Array

NATIONAL = "national"
WEEK = timedelta(days=7)
MIN_WEEKS = 26


@dataclass(frozen=True)
class Panel:
    """Weekly data, complete and finite, in the units they were sent in.

    ``data`` holds ``kpi (date, geo)``, ``spend (date, geo, channel)``, ``controls (date, geo,
    control)``, ``price (date, geo)`` where the spec has one, ``rival_price (date, geo,
    priced_rival)``, ``rival_spend (date, geo, spending_rival)`` and ``population (geo)``.
    """

    data: xr.Dataset

    @property
    def weeks(self) -> tuple[date, ...]:
        """Start dates of the observed weeks, in order."""
        return tuple(pd.DatetimeIndex(self.data["date"].to_numpy()).date)

    @property
    def geos(self) -> tuple[str, ...]:
        """Names of the geos, in order."""
        return tuple(str(geo) for geo in self.data["geo"].to_numpy())

    def array(self, name: str) -> Array:
        """Variable ``name`` as float64 with the dimensions listed above."""
        return np.asarray(self.data[name].to_numpy(), dtype=np.float64)


def build_panel(frame: pd.DataFrame, spec: ModelSpec) -> Panel:
    """Panel of the columns that ``spec`` names; raises DataError naming field, row and number."""
    _raise(
        missing_column(column, frame, where)
        for column, where in spec.column_pointers
        if column not in frame.columns
    )
    weeks, geos = _calendar(frame, spec)
    order = pd.MultiIndex.from_arrays([pd.DatetimeIndex(weeks), geos]).argsort()
    n_geos = len(set(geos))
    cells: dict[str, Array] = {}
    issues: list[Issue] = []
    for column in _numeric_columns(spec):
        values, found = numbers(frame, column)
        issues += found or _out_of_range(values, column, spec)
        cells[column] = values[order].reshape(-1, n_geos)
    _raise(issues)
    _raise([*_constant(cells, spec), *_identical(cells, spec), *_population(cells, geos, spec)])
    panel = Panel(_dataset(cells, spec, sorted(set(weeks)), sorted(set(geos))))
    _raise(_too_short(panel, spec))
    return panel


def parameter_count(spec: ModelSpec) -> int:
    """Parameters that one geo's weeks must bear: three a medium, one a control, price or rival."""
    media = len(spec.channels) + sum(rival.spend is not None for rival in spec.competitors)
    prices = (spec.price is not None) + sum(rival.price is not None for rival in spec.competitors)
    basis = 2 * spec.seasonality.yearly + (spec.trend.kind != "none")
    return 2 + basis + len(spec.controls) + prices + 3 * media


def _numeric_columns(spec: ModelSpec) -> list[str]:
    labels = {spec.date, spec.geo}
    return [column for column, _ in spec.column_pointers if column not in labels]


def _calendar(frame: pd.DataFrame, spec: ModelSpec) -> tuple[list[date], list[str]]:
    """Week and geo of every row; weekly, without gap or duplicate, the same weeks in every geo."""
    found, issues = dates(frame, spec.date)
    _raise(issues)
    weeks = [week for week in found if week is not None]
    geos = [NATIONAL] * len(frame)
    if spec.geo is not None:
        cells = frame[spec.geo].tolist()
        _raise(
            Issue(pointer("data", "rows", row, spec.geo), "missing", f"row {row + 1}: no geo")
            for row, cell in enumerate(cells)
            if cell is None or not str(cell).strip()
        )
        geos = [str(cell) for cell in cells]
    _raise(_duplicates(weeks, geos, spec))
    _raise(_spacing(sorted(set(weeks))))
    _raise(_incomplete(weeks, geos))
    return weeks, geos


def _duplicates(weeks: list[date], geos: list[str], spec: ModelSpec) -> list[Issue]:
    first: dict[tuple[date, str], int] = {}
    issues = []
    for row, key in enumerate(zip(weeks, geos, strict=True)):
        if key in first:
            place = f" for geo {key[1]!r}" if spec.geo else ""
            detail = f"row {row + 1}: week {key[0]}{place} is in row {first[key] + 1} already"
            if not spec.geo:
                detail += "; name the geo column, or reshape a long table, if rows are geos"
            issues.append(Issue(pointer("data", "rows", row, spec.date), "duplicate_date", detail))
        first.setdefault(key, row)
    return issues


def _spacing(weeks: list[date]) -> list[Issue]:
    steps = Counter((b - a).days for a, b in zip(weeks, weeks[1:], strict=False))
    usual = steps.most_common(1)[0][0] if steps else 7
    if usual != 7:
        kind = {1: "daily"}.get(usual, "monthly" if 28 <= usual <= 31 else f"{usual} days apart")
        detail = f"the rows are {kind}; sum them to weeks (spend, sales) or average them (prices)"
        return [Issue("/date", "not_weekly", detail)]
    issues = []
    for before, after in zip(weeks, weeks[1:], strict=False):
        gap = (after - before).days
        if gap % 7:
            detail = f"{after} is {gap} days after {before}; weeks must start on one weekday"
            issues.append(Issue("/date", "off_calendar", detail))
        elif gap > 7:
            missing = f"{before + WEEK}" + (f" to {after - WEEK}" if gap > 14 else "")
            detail = f"{gap // 7 - 1} missing between {before} and {after}: {missing}"
            issues.append(Issue("/date", "gap", detail))
    return issues


def _incomplete(weeks: list[date], geos: list[str]) -> list[Issue]:
    have = set(zip(weeks, geos, strict=True))
    return [
        Issue("/date", "gap", f"geo {geo!r} has no row for week {week}")
        for geo in sorted(set(geos))
        for week in sorted(set(weeks))
        if (week, geo) not in have
    ]


def _out_of_range(values: Array, column: str, spec: ModelSpec) -> list[Issue]:
    spends = {item.column for item in spec.channels} | {item.spend for item in spec.competitors}
    prices = {item.price for item in spec.competitors} | {spec.price and spec.price.column}
    positive = column in prices or column == spec.population
    bad = values <= 0.0 if positive else values < 0.0
    if column not in spends and not positive:
        return []
    what = "must be above zero" if positive else "is spend and cannot be negative"
    return [
        Issue(
            pointer("data", "rows", int(row), column),
            "not_positive" if positive else "negative",
            f"row {row + 1}, column {column!r}: {values[row]:g} {what}",
        )
        for row in np.flatnonzero(bad)
    ]


def _constant(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    where = dict(spec.column_pointers)
    return [
        Issue(
            where[column],
            "constant",
            f"column {column!r} is {values.flat[0]:g} in every row; nothing can be learned from it",
        )
        for column, values in cells.items()
        if column != spec.population and np.all(values == values.flat[0])
    ]


def _identical(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    where = dict(spec.column_pointers)
    first: dict[bytes, str] = {}
    issues = []
    for column, values in cells.items():
        twin = first.setdefault(values.tobytes(), column)
        if twin != column:
            detail = f"columns {twin!r} and {column!r} are identical; keep one of them"
            issues.append(Issue(where[column], "identical", detail))
    return issues


def _population(cells: dict[str, Array], geos: list[str], spec: ModelSpec) -> list[Issue]:
    if spec.population is None:
        return []
    detail = "population of geo {!r} varies over the weeks; give one number a geo"
    return [
        Issue("/population", "population_varies", detail.format(geo))
        for geo, column in zip(sorted(set(geos)), cells[spec.population].T, strict=True)
        if np.ptp(column) > 0.0
    ]


def _too_short(panel: Panel, spec: ModelSpec) -> list[Issue]:
    weeks, needed = len(panel.weeks), max(MIN_WEEKS, parameter_count(spec))
    if weeks >= needed:
        return []
    detail = (
        f"{weeks} weeks cannot bear the {parameter_count(spec)} parameters of this model; "
        f"at least {needed} weeks are needed: add weeks, or drop controls or channels"
    )
    return [Issue("/data", "too_few_weeks", detail)]


def _dataset(
    cells: dict[str, Array], spec: ModelSpec, weeks: list[date], geos: list[str]
) -> xr.Dataset:
    priced = {r.name: r.price for r in spec.competitors if r.price is not None}
    spending = {r.name: r.spend for r in spec.competitors if r.spend is not None}
    groups = {
        "spend": ("channel", {item.name: item.column for item in spec.channels}),
        "controls": ("control", {item.name: item.column for item in spec.controls}),
        "rival_price": ("priced_rival", priced),
        "rival_spend": ("spending_rival", spending),
    }
    shape = (len(weeks), len(geos))
    data = xr.Dataset(
        {"kpi": (("date", "geo"), cells[spec.kpi.column])},
        coords={"date": pd.DatetimeIndex(weeks).as_unit("ns"), "geo": geos},
    )
    for name, (dim, columns) in groups.items():
        stacked = [cells[column] for column in columns.values()]
        values = np.stack(stacked, axis=-1) if stacked else np.zeros((*shape, 0))
        data = data.assign_coords({dim: np.array(list(columns), dtype=object)})
        data[name] = (("date", "geo", dim), values)
    if spec.price:
        data["price"] = (("date", "geo"), cells[spec.price.column])
    if spec.population:
        data["population"] = ("geo", cells[spec.population][0])
    return data


def _raise(issues: object) -> None:
    found = list(issues)  # type: ignore[call-overload]
    if len(found) > MAX_ISSUES:
        more = len(found) - MAX_ISSUES
        found = [*found[:MAX_ISSUES], Issue("", "more", f"and {more} more of the same kind")]
    if found:
        raise DataError(found)
