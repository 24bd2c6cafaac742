"""The checks of columns that may have empty cells: mediators, rarely known controls, unit costs."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from mmm.data.cells import numbers
from mmm.errors import Issue, pointer
from mmm.spec.model import ModelSpec
from mmm.tables.place import place
from mmm.types import Array

MIN_OBSERVED = 8


def sparse_issues(values: Array, column: str, where: str, what: str) -> list[Issue]:
    """Issue of a column, which is ``what`` in the model, with too few numbers to learn from."""
    observed = int(np.isfinite(values).sum())
    if observed >= MIN_OBSERVED:
        return []
    detail = f"column {column!r} has {observed} numbers; {what} needs at least {MIN_OBSERVED}"
    return [Issue(where, "too_sparse", detail)]


def unit_cost_issues(frame: pd.DataFrame, spec: ModelSpec) -> Iterator[Issue]:
    """Issues of pieces without a cost above zero, of channels that have it in a column."""
    for channel in spec.channels:
        if channel.unit_cost_column is None:
            continue
        pieces = numbers(frame, channel.column)[0]
        cost = numbers(frame, channel.unit_cost_column, sparse=True)[0]
        for row in np.flatnonzero((pieces > 0.0) & ~(cost > 0.0)):
            what = "no cost" if np.isnan(cost[row]) else f"the cost {cost[row]:g}"
            detail = f"{place(frame, row)}, column {channel.unit_cost_column!r}: {what} for "
            detail += f"{pieces[row]:g} of {channel.column!r}; each piece must cost more than 0"
            where = pointer("data", "rows", int(row), channel.unit_cost_column)
            yield Issue(where, "not_positive", detail)


def with_rule_named(faults: list[Issue]) -> list[Issue]:
    """The issues of a control's cells; those of empty ones tell how a control may have them."""
    hint = '; where it is known in some weeks only, say what stands between: "between": "hold"'
    return [
        replace(issue, detail=issue.detail + hint) if issue.code == "missing" else issue
        for issue in faults
    ]


def unknown_geo_issues(values: Array, geos: list[str], column: str, where: str) -> list[Issue]:
    """Issues of geos without any number in a column whose empty cells are filled from others."""
    empty = sorted({geo for geo, value in zip(geos, values, strict=True) if np.isnan(value)})
    detail = f"column {column!r} has no number in geo {{!r}}"
    return [Issue(where, "too_sparse", detail.format(geo)) for geo in empty]
