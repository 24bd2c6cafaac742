"""Columns that come more rarely than the rows: a monthly number in a weekly or daily table.

Their cells stay as they are: what stands between two numbers depends on what the column is in the
model, which a specification says.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import is_empty

FEWEST = 3
"""Numbers by which a step is seen."""
USUAL_STEP = (20, 100)
"""Days between two numbers of a monthly or a quarterly column."""
LONGEST_STEP = 200
"""Days after which a column has stopped rather than being known rarely."""


class Steps(NamedTuple):
    """How rarely a column has a number: on ``known`` of ``days``, usually ``step`` days apart."""

    known: int
    days: int
    step: int


def steps_of(known: Sequence[int], days: Sequence[int]) -> Steps | None:
    """How rarely a column that has numbers on the days ``known`` of ``days`` has them; None for a
    column of every row, or of none that follow each other evenly. Days are counted from any one."""
    dates, every = sorted({*known}), sorted({*days})
    if len(dates) < FEWEST or len(dates) == len(every):
        return None
    gaps = sorted(after - before for before, after in pairwise(dates))
    usual = gaps[len(gaps) // 2]
    rows = sorted(after - before for before, after in pairwise(every))
    least, most = USUAL_STEP
    rare = least <= usual <= most and usual >= 2 * rows[len(rows) // 2]
    return Steps(len(dates), len(every), usual) if rare and gaps[-1] <= LONGEST_STEP else None


def settle_sparse(
    frame: pd.DataFrame, date_column: str, numeric: Sequence[str], decisions: Decisions
) -> tuple[str, ...]:
    """Decide which of the columns of numbers are known rarely; ``frame`` has dates YYYY-MM-DD."""
    given = decisions.given.sparse
    unknown = [name for name in given or () if name not in frame.columns]
    if unknown:
        misfit("sparse", unknown[0], "there is no such column")
    if given is not None:
        decisions.settle("sparse", given, "as told")
        return given
    days = [_day(cell) for cell in frame[date_column].tolist()]
    every = [day for day in days if day is not None]
    found = {}
    for name in numeric:
        known = [
            day
            for day, cell in zip(days, frame[name].tolist(), strict=True)
            if day is not None and not is_empty(cell)
        ]
        if steps := steps_of(known, every):
            found[name] = steps
    if found:
        said = "; ".join(
            f"{name!r} has a number on {steps.known} of {steps.days} dates, usually {steps.step} "
            "days apart"
            for name, steps in found.items()
        )
        decisions.settle("sparse", (*found,), f"{said}: the other cells stay empty")
    return (*found,)


def _day(cell: object) -> int | None:
    try:
        return date.fromisoformat(str(cell)).toordinal()
    except ValueError:
        return None
