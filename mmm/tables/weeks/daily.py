"""Daily rows become weekly ones: each column by its rule, part weeks at the ends left out.

A day that is missing inside the table is refused unless a word says that nothing happened on it: a
sum over six days is no week.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.calendar import week_of
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.long_shape import GEO_NAME
from mmm.tables.place import cell_issue, place, quoted
from mmm.tables.recipe import WeekRule
from mmm.tables.weeks.missing import (
    Label,
    every_week_of_every_label,
    labels_of,
    settle_missing_days,
)
from mmm.tables.weeks.week_rules import REASONS, rule_of
from mmm.types import Array

WEEK = timedelta(days=7)


def to_weeks(
    frame: pd.DataFrame,
    date_column: str,
    days: Sequence[date],
    numeric: Sequence[str],
    sparse: Sequence[str],
    decisions: Decisions,
) -> pd.DataFrame:
    """The weekly table of daily rows, one row for each week and key, in the order of weeks.

    ``days``: the day of every row; ``numeric``: the columns that hold numbers; ``sparse``: those of
    them that are known on some days only. A row has the line of its first day.

    Raises DataError for a repeated or missing day, a rule of an unknown column, and a table without
    a whole week.
    """
    starts_on = decisions.given.starts_on or "monday"
    why = "as told" if decisions.given.starts_on else "days say nothing of it: Monday is the usual"
    decisions.settle("starts_on", starts_on, why)
    decisions.settle("week", "starts", "each row of the weekly table has the first day of its week")
    labels_in = frame.drop(columns=[date_column])
    keys = keys_of(labels_in, days, numeric, decisions)
    _refuse_repeated(frame, days, keys)
    weeks = [week_of(day, starts_on) for day in days]
    kept = _whole_weeks(days, weeks, decisions)
    labels = labels_of(frame, keys)
    settle_missing_days(days, labels, keys, kept, decisions)
    rows = [row for row, week in enumerate(weeks) if week in kept]
    rows.sort(key=lambda row: (days[row], labels[row]))
    group = _groups([(weeks[row], labels[row]) for row in rows], decisions)
    places = [group[weeks[row], labels[row]] for row in rows]
    first = _first_rows(group, labels, rows, places)
    made: dict[str, list[object]] = {date_column: [week.isoformat() for week, _ in group]}
    for key in keys:
        made[key] = frame[key].iloc[first].tolist()
    values = {name: _numbers(frame, name, rows) for name in numeric if name not in keys}
    for name, column in _by_rule(values, sparse, np.array(places), len(group), decisions).items():
        made[name] = [None if cell != cell else cell for cell in column.tolist()]
    _settle_dropped(frame, date_column, made, decisions)
    columns = [str(name) for name in frame.columns if name in made]
    return pd.DataFrame(made, index=frame.index[first], dtype=object)[columns]


def _groups(
    present: Sequence[tuple[date, Label]], decisions: Decisions
) -> dict[tuple[date, Label], int]:
    """The number of each week and label of the weekly table: those ``present``, or every one where
    nothing happened on days without a row."""
    if decisions.given.missing_days is not None:
        weeks, labels = [week for week, _ in present], [label for _, label in present]
        present = every_week_of_every_label(weeks, labels, len(present))
    return {key: number for number, key in enumerate(dict.fromkeys(present))}


def _first_rows(
    group: dict[tuple[date, Label], int],
    labels: Sequence[Label],
    rows: Sequence[int],
    places: Sequence[int],
) -> list[int]:
    """The first row of each group; the first of its label for a group without one."""
    of_label = {labels[row]: row for row in reversed(rows)}
    first = [of_label[label] for _, label in group]
    for row, place_ in reversed([*zip(rows, places, strict=True)]):
        first[place_] = row
    return first


def keys_of(
    frame: pd.DataFrame, days: Sequence[date], numeric: Sequence[str], decisions: Decisions
) -> list[str]:
    """The columns that tell the rows of one day apart: the fewest from the left that do."""
    if decisions.given.keys is not None:
        unknown = [name for name in decisions.given.keys if name not in frame.columns]
        if unknown:
            misfit("keys", unknown[0], "there is no such column")
        decisions.settle("keys", decisions.given.keys, "as told")
        return list(decisions.given.keys)
    if len(set(days)) == len(days):
        return []
    texts = [str(name) for name in frame.columns if name not in numeric]
    labels = [name for name in texts if frame[name].nunique() > 1]
    numbered = [name for name in numeric if GEO_NAME.search(name)]
    keys: list[str] = []
    for name in [*sorted(labels, key=lambda n: not GEO_NAME.search(n)), *numbered]:
        rows = list(zip(days, *(frame[key].tolist() for key in keys), strict=True))
        if len(set(rows)) == len(rows):
            break
        keys.append(name)
    decisions.settle("keys", tuple(keys), "they tell the rows of one date apart")
    return keys


def _refuse_repeated(frame: pd.DataFrame, days: Sequence[date], keys: Sequence[str]) -> None:
    """Raise DataError for a day that a key has twice, naming both places."""
    first: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(zip(days, *(frame[key].tolist() for key in keys), strict=True)):
        if first.setdefault(key, row) != row:
            what = ", ".join(str(part) for part in key)
            detail = f"{place(frame, row)}: {what} is in {place(frame, first[key])} already"
            raise DataError([Issue("/read/keys", "duplicate", detail)])


def _whole_weeks(
    days: Sequence[date], weeks: Sequence[date], decisions: Decisions
) -> frozenset[date]:
    """The weeks without those at the ends that the table has in part; which these are is told."""
    first, last = min(days), max(days)
    kept = set(weeks)
    for end in sorted({min(weeks), max(weeks)}):
        missing = [
            day for day in (end + timedelta(days=n) for n in range(7)) if not first <= day <= last
        ]
        absent = [day for day in missing if day.weekday() in {each.weekday() for each in days}]
        if absent:
            kept.discard(end)
            present = sorted({day for day in days if end <= day < end + WEEK})
            decisions.leave_out(
                f"the week from {end} has {len(present)} of its days only, {present[0]} to "
                f"{present[-1]}"
            )
    if not kept:
        detail = f"the days {first} to {last} hold no whole week"
        raise DataError([Issue("/read/frequency", "no_whole_week", detail)])
    return frozenset(kept)


def _numbers(frame: pd.DataFrame, name: str, rows: Sequence[int]) -> Array:
    """The numbers of a column, NaN where a cell is empty; raises DataError for any other cell."""
    cells = frame[name].tolist()
    values = np.full(len(rows), np.nan)
    for at, row in enumerate(rows):
        if is_empty(cells[row]):
            continue
        try:
            values[at] = float(cells[row])
        except (TypeError, ValueError, OverflowError) as error:
            detail = f"{quoted(cells[row])} is not a number"
            raise DataError([cell_issue(frame, row, name, "not_a_number", detail)]) from error
    return values


def _by_rule(
    values: dict[str, Array],
    sparse: Sequence[str],
    places: np.ndarray,
    count: int,
    decisions: Decisions,
) -> dict[str, Array]:
    """Each column by week, as (group,); a week with an empty cell in a sum or mean is empty."""
    given, weights = decisions.given.weekly or {}, decisions.given.weights or {}
    for word, named in (("weekly", {*given}), ("weights", {*weights} | {*weights.values()})):
        unknown = sorted(named - {*values})
        if unknown:
            misfit(word, unknown[0], "there is no such column of numbers")
    rules = {
        name: given.get(name) or ("last" if name in sparse else rule_of(name, column))
        for name, column in values.items()
    }
    rules |= dict.fromkeys(weights, "mean")
    made = {}
    for name, column in values.items():
        weight = values[weights[name]] if name in weights else None
        made[name] = _bring(column, rules[name], places, count, weight)
    said = []
    for rule in dict.fromkeys(rules.values()):
        names = [name for name in rules if rules[name] == rule]
        said.append(f"{rule} of {', '.join(names)} ({REASONS[rule]})")
    decisions.settle("weekly", rules, "; ".join(said))
    if weights:
        decisions.settle("weights", weights, "as told")
    return made


def _bring(
    column: Array, rule: WeekRule, places: np.ndarray, count: int, weight: Array | None
) -> Array:
    if rule in ("last", "max"):
        made = np.full(count, np.nan)
        for at, place_ in enumerate(places):
            cell = column[at]
            if cell == cell and (rule == "last" or not cell <= made[place_]):
                made[place_] = cell
        return made
    if weight is not None:
        total = np.bincount(places, weights=weight, minlength=count)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.bincount(places, weights=weight * column, minlength=count) / total
    total = np.bincount(places, weights=column, minlength=count)
    if rule == "sum":
        return total
    with np.errstate(invalid="ignore"):
        return total / np.bincount(places, minlength=count)


def _settle_dropped(
    frame: pd.DataFrame, date_column: str, made: dict[str, list[object]], decisions: Decisions
) -> None:
    dropped = [str(name) for name in frame.columns if name not in made and name != date_column]
    if dropped:
        sentence = "they hold text, and no rule brings it to weeks"
        decisions.settle("drop", (*(decisions.given.drop or ()), *dropped), sentence)
