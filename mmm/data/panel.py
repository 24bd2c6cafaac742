"""Builds a Panel from a table: the data of a model as labelled arrays, checked strictly.

Nothing is repaired: every cell, week or column that does not fit is an issue with its place and
value. Dimensions are ``date`` x ``geo`` (a national model has the one geo ``national``; with
products a geo is a cell ``<geo> | <product>``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mmm.data.between import rarely_known
from mmm.data.cells import dates, missing_column, numbers, row_of
from mmm.data.derived_columns import (
    cost_per_exposure,
    effective_spend,
    event_intensity,
    spend_by_geo,
)
from mmm.data.effective_cost import has_effective_cost
from mmm.data.empty_cell_checks import (
    sparse_issues,
    unit_cost_issues,
    unknown_geo_issues,
    with_rule_named,
)
from mmm.data.late_columns import beginning_issues, late_columns
from mmm.data.panel_checks import (
    constant_column_issues,
    count_issues,
    duplicate_issues,
    identical_column_issues,
    population_issues,
    raise_if,
    range_issues,
    require_every_row,
    spacing_issues,
    too_few_weeks_issues,
    unpaid_exposure_issues,
)
from mmm.errors import Issue, pointer
from mmm.spec.base import is_printable
from mmm.spec.model import ModelSpec
from mmm.spec.sizes import LONGEST_NAME
from mmm.tables.place import place
from mmm.tables.recipe import Recipe
from mmm.types import Array

NATIONAL = "national"
CELL_SEPARATOR = " | "
RECIPE = "recipe"
"""Attribute of a panel's data."""
ODD = "holds a control character, which no name may"


@dataclass(frozen=True)
class Panel:
    """Weekly data, complete and finite, in the units of the table.

    ``data`` holds ``kpi (date, geo)``; by (date, geo, channel): ``spend``, ``unit_cost`` (currency
    per unit of exposure, one where spend itself is the exposure) and ``frequency`` (one where it
    does not matter); ``controls (date, geo, control)``, a demand series first; ``mediators (date,
    geo, mediator)``, NaN in unobserved weeks; ``events (date, geo, event)``; ``price (date, geo)``
    where the spec has one; ``worth (date, geo)``, margin, value per unit or cost of a unit, if it
    is a column;
    ``rival_price (date, geo, priced_rival)``; ``rival_spend (date, geo, spending_rival)``;
    ``population (geo)``; ``product (geo)``, the product's name of each cell; and ``paid (date, geo,
    channel)``, the spend as the table has it, where the cost of any channel's exposure is averaged
    over weeks (``effective_cost``): ``spend`` is then what the exposure of each week cost; and
    ``known (date, geo, control)``, one where the table has the cell of a control, where any is
    known in some weeks only.

    Of a channel without cost ``spend`` is its exposure, in the unit of its column.
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

    @property
    def products(self) -> tuple[str, ...]:
        """The product of each geo, in order; empty where the spec has none."""
        return tuple(self.data["product"].to_numpy().tolist()) if "product" in self.data else ()

    @property
    def recipe(self) -> Recipe:
        """How the file of the table was read; without a word where that is not known."""
        return Recipe.model_validate_json(self.data.attrs.get(RECIPE, "{}"))

    def array(self, name: str) -> Array:
        """Variable ``name`` as float64 with the dimensions listed above."""
        return np.asarray(self.data[name].to_numpy(), dtype=np.float64)


def build_panel(frame: pd.DataFrame, spec: ModelSpec, recipe: Recipe | None = None) -> Panel:
    """Build the panel of the columns that ``spec`` names; ``recipe`` is that of their file.

    Raises DataError with field, line and number."""
    raise_if(
        missing_column(column, frame, where)
        for column, where in spec.column_pointers
        if column not in frame.columns
    )
    weeks, geos, products = _calendar(frame, spec)
    order = pd.MultiIndex.from_arrays([pd.DatetimeIndex(weeks), geos]).argsort()
    raise_if(beginning_issues(spec, sorted(set(weeks))))
    cells = _read_cells(frame, spec, weeks, geos, order)
    raise_if(
        [
            *constant_column_issues(cells, spec),
            *identical_column_issues(cells, spec),
            *population_issues(cells, geos, spec),
        ]
    )
    names = sorted(set(geos))
    of_geo = dict(zip(geos, products, strict=True)) if products else {}
    made = [of_geo[name] for name in names if name in of_geo]
    data = _dataset(cells, spec, sorted(set(weeks)), names, made)
    if recipe is not None and recipe.words:
        data.attrs[RECIPE] = recipe.model_dump_json(exclude_defaults=True)
    if rarely_known(spec):
        data["known"] = (("date", "geo", "control"), _known(frame, spec, order, len(set(weeks))))
    panel = Panel(data)
    raise_if(too_few_weeks_issues(len(panel.weeks), spec))
    return panel


def row_positions(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.intp]:
    """(row,) position of each row of ``frame`` among the panel's cells, weeks before geos."""
    weeks, geos, _ = _calendar(frame, spec)
    order = pd.MultiIndex.from_arrays([pd.DatetimeIndex(weeks), geos]).argsort()
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order))
    return places


def _read_cells(
    frame: pd.DataFrame,
    spec: ModelSpec,
    weeks: list[date],
    geos: list[str],
    order: NDArray[np.intp],
) -> dict[str, Array]:
    """Every numeric column as (week, geo); raises DataError for invalid cells."""
    labels = {spec.date, spec.geo, spec.product}
    mediators = {mediator.column for mediator in spec.mediators}
    controls = {control.column for control in spec.all_controls}
    rarely, late = rarely_known(spec), late_columns(spec)
    costs = {channel.unit_cost_column for channel in spec.channels} - {None}
    sparse = mediators | rarely.keys()
    columns: dict[str, Array] = {}
    issues: list[Issue] = []
    for column, where in spec.column_pointers:
        if column in labels:
            continue
        values, faults = numbers(frame, column, sparse=column in sparse | costs)
        if column in controls and column not in rarely:
            faults = with_rule_named(faults)
        if column in sparse:
            what = "a mediator" if column in mediators else "a control"
            faults = faults or sparse_issues(values, column, where, what)
        if column in rarely:
            values = rarely[column].fill(values, weeks, geos)
        if column in late:
            unread = late[column].is_before(weeks)
            faults = [issue for issue in faults if not unread[row_of(issue)]]
            values = late[column].fill(values, weeks)
        if column in rarely and not faults:
            faults = unknown_geo_issues(values, geos, column, where)
        issues += faults or range_issues(frame, values, column, spec)
        columns[column] = values[order].reshape(len(set(weeks)), -1)
        if column == spec.kpi.column and not faults:
            issues += count_issues(frame, values, spec)
    raise_if(issues)
    raise_if([*unpaid_exposure_issues(frame, spec), *unit_cost_issues(frame, spec)])
    return columns


def _known(frame: pd.DataFrame, spec: ModelSpec, order: NDArray[np.intp], weeks: int) -> Array:
    """(week, geo, control) one where the table has a number; a control that is known in every week
    has one throughout."""
    rarely, kept = rarely_known(spec), []
    for control in spec.all_controls:
        known = np.ones(len(frame))
        if control.column in rarely:
            known = np.isfinite(numbers(frame, control.column, sparse=True)[0]).astype(np.float64)
        kept.append(known[order].reshape(weeks, -1))
    return np.stack(kept, axis=-1)


def _calendar(frame: pd.DataFrame, spec: ModelSpec) -> tuple[list[date], list[str], list[str]]:
    """Week, geo and product of every row; raises DataError unless the weeks are consecutive and the
    same in every geo."""
    parsed, issues = dates(frame, spec.date)
    raise_if(issues)
    weeks = [week for week in parsed if week is not None]
    geos, products = row_labels(frame, spec)
    raise_if(duplicate_issues(frame, weeks, geos, spec))
    raise_if(spacing_issues(sorted(set(weeks))))
    require_every_row(weeks, geos)
    return weeks, geos, products


def row_labels(frame: pd.DataFrame, spec: ModelSpec) -> tuple[list[str], list[str]]:
    """Geo and product of every row (no products where the spec has none); raises DataError."""
    geos, products = [NATIONAL] * len(frame), _labels(frame, spec.product)
    if spec.geo is not None:
        geos = _labels(frame, spec.geo)
    if products:
        joined = [[geo, product] for geo, product in zip(geos, products, strict=True)]
        geos = [CELL_SEPARATOR.join(pair if spec.geo else pair[1:]) for pair in joined]
    return geos, products


def _labels(frame: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return []
    cells = frame[column].tolist()
    raise_if(
        Issue(pointer("data", "rows", row, column), "missing", f"{place(frame, row)}: no {column}")
        for row, cell in enumerate(cells)
        if cell is None or not str(cell).strip()
    )
    names = [str(cell) for cell in cells]
    raise_if(
        Issue(pointer("data", "rows", row, column), "too_long", f"{place(frame, row)}: {too_long}")
        for row, too_long in _too_long(names, column)
    )
    raise_if(
        Issue(
            pointer("data", "rows", row, column), "control", f"{place(frame, row)}: {name!r} {ODD}"
        )
        for row, name in enumerate(names)
        if not is_printable(name)
    )
    return names


def _too_long(names: list[str], column: str) -> Iterator[tuple[int, str]]:
    """The rows whose label is too long, with the reason in words."""
    for row, name in enumerate(names):
        if len(name) > LONGEST_NAME:
            yield row, f"{column} has {len(name):,} characters; the limit is {LONGEST_NAME}"


def _dataset(
    cells: dict[str, Array],
    spec: ModelSpec,
    weeks: list[date],
    geos: list[str],
    products: list[str],
) -> xr.Dataset:
    priced = {r.name: r.price for r in spec.competitors if r.price is not None}
    spending = {r.name: r.spend for r in spec.competitors if r.spend is not None}
    people = cells[spec.population][0] if spec.population else None
    groups: dict[str, tuple[str, Mapping[str, Array | None]]] = {
        "spend": ("channel", spend_by_geo(effective_spend(cells, spec), spec, people)),
        "unit_cost": ("channel", cost_per_exposure(cells, spec)),
        "frequency": ("channel", {c.name: cells.get(c.frequency or "") for c in spec.channels}),
        "controls": ("control", {c.name: cells[c.column] for c in spec.all_controls}),
        "mediators": ("mediator", {m.name: cells[m.column] for m in spec.mediators}),
        "events": ("event", event_intensity(cells, spec, weeks, len(geos))),
        "rival_price": ("priced_rival", {name: cells[column] for name, column in priced.items()}),
        "rival_spend": ("spending_rival", {name: cells[c] for name, c in spending.items()}),
    }
    if any(has_effective_cost(channel, cells) for channel in spec.channels):
        groups["paid"] = ("channel", spend_by_geo(cells, spec, people))
    shape = (len(weeks), len(geos))
    data = xr.Dataset(
        {"kpi": (("date", "geo"), cells[spec.kpi.column])},
        coords={"date": pd.DatetimeIndex(weeks).as_unit("ns"), "geo": geos},
    )
    for name, (dim, columns) in groups.items():
        stacked = [np.ones(shape) if values is None else values for values in columns.values()]
        values = np.stack(stacked, axis=-1) if stacked else np.zeros((*shape, 0))
        data = data.assign_coords({dim: np.array(list(columns), dtype=object)})
        data[name] = (("date", "geo", dim), values)
    if spec.worth_column:
        data["worth"] = (("date", "geo"), cells[spec.worth_column])
    if spec.price:
        data["price"] = (("date", "geo"), cells[spec.price.column])
    if people is not None:
        data["population"] = ("geo", people)
    if products:
        data["product"] = ("geo", np.array(products, dtype=object))
    return data
