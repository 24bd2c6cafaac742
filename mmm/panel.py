"""Table -> Panel: the data of a model as labelled arrays, checked strictly.

Nothing is repaired: every cell, week or column that does not fit is an issue with its place and
value. Dimensions are ``date`` x ``geo`` (a national model has the one geo ``national``).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr

from mmm.errors import Issue, pointer
from mmm.panel_checks import (
    constant,
    duplicates,
    identical,
    incomplete,
    out_of_range,
    population,
    raise_if,
    spacing,
    too_short,
)
from mmm.spec import ModelSpec
from mmm.tables import dates, missing_column, numbers
from mmm.types import Array

NATIONAL = "national"


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
    raise_if(
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
        issues += found or out_of_range(values, column, spec)
        cells[column] = values[order].reshape(-1, n_geos)
    raise_if(issues)
    raise_if([*constant(cells, spec), *identical(cells, spec), *population(cells, geos, spec)])
    panel = Panel(_dataset(cells, spec, sorted(set(weeks)), sorted(set(geos))))
    raise_if(too_short(len(panel.weeks), spec))
    return panel


def _numeric_columns(spec: ModelSpec) -> list[str]:
    labels = {spec.date, spec.geo}
    return [column for column, _ in spec.column_pointers if column not in labels]


def _calendar(frame: pd.DataFrame, spec: ModelSpec) -> tuple[list[date], list[str]]:
    """Week and geo of every row; weekly, without gap or duplicate, the same weeks in every geo."""
    found, issues = dates(frame, spec.date)
    raise_if(issues)
    weeks = [week for week in found if week is not None]
    geos = [NATIONAL] * len(frame)
    if spec.geo is not None:
        cells = frame[spec.geo].tolist()
        raise_if(
            Issue(pointer("data", "rows", row, spec.geo), "missing", f"row {row + 1}: no geo")
            for row, cell in enumerate(cells)
            if cell is None or not str(cell).strip()
        )
        geos = [str(cell) for cell in cells]
    raise_if(duplicates(weeks, geos, spec))
    raise_if(spacing(sorted(set(weeks))))
    raise_if(incomplete(weeks, geos))
    return weeks, geos


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
