"""A table of rows by period and geo becomes a geo test; what does not fit is refused by name."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from mmm.counterfactual.question import WeekRange
from mmm.data.cells import dates, missing_column, numbers
from mmm.errors import DataError, Issue, QueryError, first_issues, pointer
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.history import History
from mmm.experiments.reading.issues import question_issues, spend_issues
from mmm.experiments.reading.question import (
    MOST_CELLS,
    MOST_GEOS,
    MOST_PERIODS,
    HistoryColumns,
    ReadTestQuestion,
)
from mmm.spec.calendar import FIRST_DAY, LAST_DAY
from mmm.tables.place import cell_issue, place
from mmm.types import Array, IndexArray


def geo_test_of(frame: pd.DataFrame, question: ReadTestQuestion) -> GeoTest:
    """The test of ``question`` in ``frame``, whose rows may stand in any order.

    Raises DataError for columns, cells, rows and periods that the panel lacks or has twice, and
    QueryError for a question that the panel cannot answer.
    """
    periods, geos, grids = _grids(frame, question)
    _raise_question(question_issues(question, periods, geos))
    test = _test(question, periods, geos, grids)
    _raise_question(spend_issues(test))
    return test


def history_in(frame: pd.DataFrame, columns: HistoryColumns) -> History:
    """The sales by geo in ``frame``, whose rows may stand in any order; raises DataError."""
    known = {name: getattr(columns, name) for name in HistoryColumns.model_fields}
    defaults = {name: field.get_default() for name, field in ReadTestQuestion.model_fields.items()}
    everything = WeekRange(start=FIRST_DAY, end=LAST_DAY)
    question = ReadTestQuestion.model_construct(
        **defaults | known | {"treated": (), "window": everything}
    )
    periods, geos, grids = _grids(frame, question)
    return History(geos, grids[columns.kpi], daily=(periods[1] - periods[0]).days == 1)


def _grids(
    frame: pd.DataFrame, question: ReadTestQuestion
) -> tuple[tuple[date, ...], tuple[str, ...], dict[str, Array]]:
    """Periods, geos and the columns of numbers by period and geo; raises DataError."""
    _raise(_column_issues(frame, question))
    frame = _without_excluded(frame, question)
    days, issues = dates(frame, question.date)
    columns = [name for name in (question.kpi, question.spend, question.usual_spend) if name]
    cells = {}
    for name in columns:
        cells[name], found = numbers(frame, name)
        issues += found
    _raise([*issues, *_geo_issues(frame, question)])
    _raise(_negative_issues(frame, cells))
    known = [day for day in days if day is not None]
    geos = tuple(sorted(set(map(str, frame[question.geo].tolist()))))
    _raise(_size_issues(set(known), geos))
    periods = _periods(known)
    where = _places(frame, question, known, (periods, geos))
    shape = len(periods), len(geos)
    grids = {
        name: np.where(where < 0, 0.0, values[where]).reshape(shape)
        for name, values in cells.items()
    }
    return periods, geos, grids


def _test(
    question: ReadTestQuestion,
    periods: tuple[date, ...],
    geos: tuple[str, ...],
    grids: dict[str, Array],
) -> GeoTest:
    spend = grids[question.spend] if question.spend else None
    usual = grids[question.usual_spend] if question.usual_spend else None
    if spend is not None and usual is None:
        before = spend[: periods.index(question.window.start)].mean(axis=0)
        usual = np.broadcast_to(before, spend.shape)
    return GeoTest(
        dates=periods,
        geos=geos,
        kpi=grids[question.kpi],
        treated=question.treated,
        start=question.window.start,
        end=question.window.end,
        spend=spend,
        usual_spend=usual,
        cooldown=question.cooldown,
        ramp=question.ramp,
        value_per_unit=question.value_per_unit,
    )


def _raise(issues: Sequence[Issue]) -> None:
    if issues:
        raise DataError(first_issues(issues))


def _raise_question(issues: Sequence[Issue]) -> None:
    if issues:
        raise QueryError(first_issues(issues))


def _column_issues(frame: pd.DataFrame, question: ReadTestQuestion) -> list[Issue]:
    fields = ("date", "geo", "kpi", "spend", "usual_spend")
    given = {field: getattr(question, field) for field in fields}
    issues = [
        missing_column(name, frame, pointer(field))
        for field, name in given.items()
        if name is not None and name not in frame.columns
    ]
    if question.usual_spend and not question.spend:
        detail = "usual_spend without spend: name the column of what was spent as well"
        issues.append(Issue("/usual_spend", "spend_missing", detail))
    return issues


def _without_excluded(frame: pd.DataFrame, question: ReadTestQuestion) -> pd.DataFrame:
    """The rows of geos that take part, each with its line in the file."""
    if frame.index.name is None:
        frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"), axis=0)
    kept = ~frame[question.geo].astype(str).isin(question.excluded)
    return frame[kept.to_numpy()]


def _geo_issues(frame: pd.DataFrame, question: ReadTestQuestion) -> Iterator[Issue]:
    for row, cell in enumerate(frame[question.geo].tolist()):
        if cell is None or cell != cell or not str(cell).strip():
            yield cell_issue(frame, row, question.geo, "missing", "the cell is empty")


def _negative_issues(frame: pd.DataFrame, cells: dict[str, Array]) -> list[Issue]:
    return [
        cell_issue(frame, int(row), name, "negative", f"{values[row]:g} is below zero")
        for name, values in cells.items()
        for row in np.flatnonzero(values < 0.0)
    ]


def _size_issues(days: set[date], geos: tuple[str, ...]) -> list[Issue]:
    if len(geos) > MOST_GEOS:
        detail = f"the panel has {len(geos):,} geos; a reading takes at most {MOST_GEOS:,}"
        return [Issue("/geo", "too_many", detail)]
    if len(days) > MOST_PERIODS:
        detail = f"the panel has {len(days):,} periods; a reading takes at most {MOST_PERIODS:,}"
        return [Issue("/date", "too_many", f"{detail}: leave out the earliest")]
    if len(days) * len(geos) > MOST_CELLS:
        detail = f"{len(days):,} periods of {len(geos):,} geos are more than {MOST_CELLS:,} cells"
        return [Issue("/date", "too_many", f"{detail}: leave out the earliest periods")]
    if len(days) < 2:
        return [Issue("/date", "too_short", "the panel has only one period")]
    return []


def _periods(days: Sequence[date]) -> tuple[date, ...]:
    """Every day, or every week, from the first to the last; raises DataError for too many."""
    known = sorted(set(days))
    steps = [(after - before).days for before, after in pairwise(known)]
    step = 7 if all(each % 7 == 0 for each in steps) else 1
    count = (known[-1] - known[0]).days // step + 1
    if count > MOST_PERIODS:
        detail = f"from {known[0]} to {known[-1]} are {count:,} periods, of which {len(known):,} "
        raise DataError([Issue("/date", "too_many", f"{detail}have rows")])
    return tuple(known[0] + timedelta(days=step * number) for number in range(count))


def _places(
    frame: pd.DataFrame,
    question: ReadTestQuestion,
    days: Sequence[date],
    grid: tuple[tuple[date, ...], tuple[str, ...]],
) -> IndexArray:
    """The row of each period and geo, -1 where it counts as zero: (period * geo,).

    Raises DataError for two rows or none.
    """
    periods, geos = grid
    number = {day: place for place, day in enumerate(periods)}
    column = {geo: place for place, geo in enumerate(geos)}
    names = frame[question.geo].astype(str).tolist()
    found = np.full(len(periods) * len(geos), -1, dtype=np.intp)
    issues = []
    for row, (day, geo) in enumerate(zip(days, names, strict=True)):
        cell = number[day] * len(geos) + column[geo]
        if found[cell] >= 0:
            detail = f"{geo!r} has two rows for {day}: {place(frame, found[cell])} is the other"
            issues.append(cell_issue(frame, row, question.date, "duplicate", detail))
        else:
            found[cell] = row
    _raise(issues)
    lacks = found.reshape(len(periods), len(geos)) < 0
    _raise(_missing_issues(lacks, periods, geos, question))
    return found


def _missing_issues(
    lacks: np.ndarray,
    periods: tuple[date, ...],
    geos: tuple[str, ...],
    question: ReadTestQuestion,
) -> list[Issue]:
    """An issue for each geo with a gap; a treated one without any history is told as that."""
    issues = []
    before = np.array([day < question.window.start for day in periods])
    for number, geo in enumerate(geos):
        gaps = np.flatnonzero(lacks[:, number])
        if not len(gaps):
            continue
        if geo in question.treated and before.any() and lacks[before, number].all():
            detail = f"the treated geo {geo!r} has no row before {question.window.start}: without "
            where = pointer("treated", question.treated.index(geo))
            issues.append(Issue(where, "no_history", f"{detail}history nothing can be compared"))
            continue
        if question.missing_rows == "zero":
            continue
        first = ", ".join(str(periods[gap]) for gap in gaps[:3])
        more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
        detail = (
            f"{geo!r} has no row for {first}{more}: add the rows, or, if nothing was sold there, "
            'send "missing_rows": "zero"'
        )
        hint = "" if geo in question.treated else '; or name the geo under "excluded"'
        issues.append(Issue("/date", "missing_period", detail + hint))
    return issues
