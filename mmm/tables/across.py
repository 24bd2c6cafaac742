"""A table that stands on its side, with its dates in the names of columns, is turned.

Each row of it holds one variable, of one geo if it has such labels; turned, each week is a row and
each variable a column. Columns of sums are left out, and labels that only tell of a variable, such
as its unit.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.dates import readings
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.long_shape import GEO_NAME, is_of_variables
from mmm.tables.place import place

LEAST_DATED = 3
"""Columns named by dates of a table that stands on its side."""
DATE, VALUE = "week", "value"
"""The names of the dates, and of the numbers where nothing else names them."""


def turned(frame: pd.DataFrame, sums: Sequence[str], decisions: Decisions) -> pd.DataFrame:
    """The table with a row for each date, where its dates stand in the names of its columns.

    ``sums``: columns named like totals. Raises DataError where rows repeat a variable, or where no
    column says what stands in a row.
    """
    dated = [str(name) for name in frame.columns if readings(str(name))]
    given = decisions.given.shape
    across = len(dated) >= LEAST_DATED and 2 * len(dated) > len(frame.columns) - len(sums)
    if given == "across" and not dated:
        misfit("shape", given, "no column is named by a date")
    if given not in (None, "across") or not (across or given):
        return frame
    labels = [str(name) for name in frame.columns if name not in dated and name not in sums]
    if not labels:
        detail = f"the dates stand in the names of columns, from {dated[0]!r}, and no column says "
        detail += "which variable a row holds; add one with their names before the dates"
        raise DataError([Issue("/read/date", "sideways", detail)])
    variable, geos = _roles(frame, labels, decisions)
    sentence = f"the dates stand in the names of {len(dated)} columns, from {dated[0]!r} to "
    sentence += f"{dated[-1]!r}; each became a row"
    left = [name for name in labels if name not in (variable, *geos)]
    if left or sums:
        sentence += f"; left out: {', '.join(map(repr, [*left, *sums]))}"
    decisions.settle("shape", "across", sentence)
    if variable is not None:
        decisions.settle("variable", variable, "its cells name the variables")
    return _turn(frame, dated, variable, geos)


def _roles(
    frame: pd.DataFrame, labels: Sequence[str], decisions: Decisions
) -> tuple[str | None, list[str]]:
    """The column that names the variables, None where every row is of one; and those of geos."""
    given = decisions.given.variable
    if given is not None and given not in labels:
        misfit("variable", given, f"the columns without a date are {', '.join(map(repr, labels))}")
    certain = [name for name in labels if is_of_variables(frame, name)]
    places = [name for name in labels if GEO_NAME.search(name)]
    others = [name for name in labels if name not in places]
    variable = given or next(iter([*certain, *others]), None)
    rest = [name for name in labels if name != variable]
    if variable is None:
        return None, rest
    return variable, [name for name in rest if not _tells_of(frame, variable, name)]


def _tells_of(frame: pd.DataFrame, variable: str, name: str) -> bool:
    """Whether a label follows from the variable, as its unit does."""
    return bool((frame.groupby(variable, dropna=False)[name].nunique(dropna=False) <= 1).all())


def _turn(
    frame: pd.DataFrame, dated: Sequence[str], variable: str | None, geos: Sequence[str]
) -> pd.DataFrame:
    first: dict[tuple[str, ...], int] = {}
    for row in range(len(frame)):
        key = tuple(_text(frame[name].iloc[row]) for name in (variable, *geos) if name)
        if first.setdefault(key, row) != row:
            detail = f"{place(frame, row)}: {', '.join(key)} is in {place(frame, first[key])} "
            detail += "already; keep one row for each variable and label"
            raise DataError([Issue("/read/keys", "duplicate", detail)])
    variables = [VALUE] if variable is None else [*dict.fromkeys(map(_text, frame[variable]))]
    named = [_text(cell) for cell in frame[variable]] if variable else [VALUE] * len(frame)
    labels = [tuple(_text(frame[name].iloc[row]) for name in geos) for row in range(len(frame))]
    places = [*dict.fromkeys(labels)]
    made: dict[str, list[object]] = {name: [] for name in (DATE, *geos, *variables)}
    at = {(name, label): row for row, (name, label) in enumerate(zip(named, labels, strict=True))}
    cells = frame[[*dated]].to_numpy(dtype=object)
    for column, (day, label) in enumerate((day, label) for day in dated for label in places):
        made[DATE].append(day)
        for name, cell in zip(geos, label, strict=True):
            made[name].append(cell)
        for name in variables:
            found = at.get((name, label))
            made[name].append(None if found is None else cells[found, column // len(places)])
    index = pd.RangeIndex(1, len(made[DATE]) + 1)
    return pd.DataFrame(made, dtype=object, index=np.asarray(index))


def _text(cell: object) -> str:
    return "" if is_empty(cell) else str(cell).strip()
