"""Days and weeks without a row: refused, or zero where somebody says that nothing happened.

Exports of sales often have no row for a day without sales. Nothing in the file tells such a day
from one that was lost, so a word decides.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.decisions import Decisions, how_to_give
from mmm.tables.weeks.week_rules import rule_of
from mmm.types import Array

WEEK = timedelta(days=7)
MOST_ADDED = 10
"""Rows that a table may have with those added, for each that it has."""

type Label = tuple[str, ...]
"""What tells the rows of one date apart, such as the geo; empty in a table without keys."""


def labels_of(frame: pd.DataFrame, keys: Sequence[str]) -> list[Label]:
    """The label of every row: its cells in ``keys``, as text."""
    columns = [frame[key].tolist() for key in keys]
    return [tuple(str(column[row]) for column in columns) for row in range(len(frame))]


def settle_missing_days(
    days: Sequence[date],
    labels: Sequence[Label],
    keys: Sequence[str],
    weeks: frozenset[date],
    decisions: Decisions,
) -> None:
    """Decide about days of the whole ``weeks`` for which a label has no row.

    Only the days of the week that the table has count, so that a table without Sundays is complete.
    Raises DataError where there are such days and no word says what they are.
    """
    weekdays = {day.weekday() for day in days}
    wanted = {
        day
        for week in weeks
        for day in (week + timedelta(days=n) for n in range(7))
        if day.weekday() in weekdays
    }
    have: dict[Label, set[date]] = {}
    for day, label in zip(days, labels, strict=True):
        have.setdefault(label, set()).add(day)
    absent = {label: sorted(wanted - there) for label, there in have.items() if wanted - there}
    said = _said(absent, keys, "day", len(have))
    given = decisions.given.missing_days
    if given is not None:
        what = f"{said}: amounts are zero there, and what is averaged is so over the other days"
        decisions.settle("missing_days", given, f"as told: {what}" if absent else "none is missing")
    elif absent:
        detail = f"{said}; a week needs all its days: if nothing happened there, read the table "
        detail += how_to_give("missing_days", "zero")
        raise DataError([Issue("/read/missing_days", "gap", detail)])


def _said(absent: dict[Label, list[date]], keys: Sequence[str], step: str, count: int) -> str:
    """Which days or weeks have no row, in words."""
    if not absent:
        return ""
    total = sum(map(len, absent.values()))
    label, days = max(absent.items(), key=lambda item: len(item[1]))
    if not keys:
        more = f" and {total - 1} more {step}s" if total > 1 else ""
        return f"there is no row for the {step} {days[0]}{more}"
    named = ", ".join(f"{key} {part!r}" for key, part in zip(keys, label, strict=True))
    if len(absent) == total == 1:
        return f"there is no row of {named} for the {step} {days[0]}"
    rows = " and ".join(map(repr, keys))
    return (
        f"there are {total} {step}s without a row, in {len(absent)} of {count} {rows}, most of "
        f"{named}, the first {days[0]}"
    )


def every_week_of_every_label(
    weeks: Sequence[date], labels: Sequence[Label], rows: int
) -> list[tuple[date, Label]]:
    """Each week from the first to the last with each label, in this order.

    Raises DataError where the table of ``rows`` has hardly any of them.
    """
    count = (max(weeks) - min(weeks)).days // 7 + 1
    different = sorted(set(labels))
    if count * len(different) > MOST_ADDED * max(rows, 1):
        detail = (
            f"{len(different)} rows for each of {count} weeks would be {count * len(different)}, "
            f"and the table has {rows}: that is no table with some weeks missing"
        )
        raise DataError([Issue("/read/missing_weeks", "gap", detail)])
    return [(min(weeks) + n * WEEK, label) for n in range(count) for label in different]


def with_missing_weeks(
    frame: pd.DataFrame,
    date_column: str,
    numeric: Sequence[str],
    keys: Sequence[str],
    decisions: Decisions,
) -> pd.DataFrame:
    """The weekly table with a row for every week and key, as ``missing_weeks`` tells.

    ``frame`` has the first days of weeks, YYYY-MM-DD. An added row has the line of the one before
    it in the file; its prices, rates and levels stay empty.
    """
    given = decisions.given.missing_weeks
    weeks = [date.fromisoformat(cell) for cell in frame[date_column].tolist()]
    labels = labels_of(frame, keys)
    known = set(zip(weeks, labels, strict=True))
    wanted = every_week_of_every_label(weeks, labels, len(frame))
    absent: dict[Label, list[date]] = {}
    for week, label in wanted:
        if (week, label) not in known:
            absent.setdefault(label, []).append(week)
    if not absent:
        decisions.settle("missing_weeks", given, "none is missing")
        return frame
    zeros = [name for name in numeric if name not in keys and _adds_up(frame, name)]
    sentence = f"as told: {_said(absent, keys, 'week', len(set(labels)))}: zero is read there for "
    decisions.settle("missing_weeks", given, sentence + (", ".join(zeros) or "no column"))
    first = {label: row for row, label in reversed([*enumerate(labels)])}
    added = [(week, first[label]) for label, there in absent.items() for week in there]
    made = {
        str(name): [_cell(frame, str(name), at, date_column, keys, zeros) for at in added]
        for name in frame.columns
    }
    index = frame.index[[row for _, row in added]]
    both = pd.concat([frame, pd.DataFrame(made, index=index, dtype=object)])
    both.index.name = frame.index.name
    order = np.argsort(pd.DatetimeIndex(both[date_column].tolist()), kind="stable")
    return both.iloc[order]


def _cell(
    frame: pd.DataFrame,
    name: str,
    at: tuple[date, int],
    date_column: str,
    keys: Sequence[str],
    zeros: Sequence[str],
) -> object:
    """The cell of an added row: its week, the label of its key, zero or nothing."""
    week, row = at
    if name == date_column:
        return week.isoformat()
    if name in keys:
        return frame[name].iloc[row]
    return 0.0 if name in zeros else None


def _adds_up(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column holds amounts, which are zero where nothing happened."""
    values: Array = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)
    return rule_of(name, values) == "sum"
