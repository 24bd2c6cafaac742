"""A table beside the first one, another sheet or a second file, is joined to it by date.

A week takes the number of its own week. A month's number stands in the first week that begins in
the month; what the other weeks hold is for a specification to say, as for any sparse column.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from mmm.errors import DataError, Issue, pointer
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.place import place, quoted
from mmm.tables.recipe import Recipe, TableRecipe
from mmm.tables.understand import numeric_columns, weekly_table

HOW = re.compile(r'with "read": (\{.*?\}) \(--read (.*?)\)')
"""How a word of one table is given, in the sentences of its errors."""

type Label = tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """The cells of a table beside another: the ``word`` of the recipe that joins it, the ``sheet``
    that it stands on if any, and what is decided of it."""

    word: str
    sheet: str | None
    frame: pd.DataFrame
    decisions: Decisions

    @property
    def title(self) -> str:
        """What sentences call it."""
        return "the second file" if self.sheet is None else f"sheet {self.sheet!r}"


def words_beside(words: TableRecipe, sheet: str | None = None) -> Recipe:
    """The words by which a table beside another is read, of its ``sheet`` if any."""
    of_sheet = TableRecipe(sheet=sheet) if sheet is not None else TableRecipe()
    return Recipe.model_validate(words.with_words(of_sheet).words)


def join(frame: pd.DataFrame, decisions: Decisions, beside: Beside) -> pd.DataFrame:
    """The weekly table with the numbers of another; its recipe is settled among the decisions.

    Raises DataError, which names the table, where it cannot be read or no date of it meets a week.
    """
    try:
        other = weekly_table(beside.frame, beside.decisions)
        joined, sentence = _joined(frame, decisions.recipe(), other, beside)
    except DataError as error:
        raise DataError(_of_beside(issue, beside) for issue in error.issues) from error
    recipe = TableRecipe.model_validate(
        beside.decisions.recipe().model_dump(exclude={"with_sheets", "with_file"})
    )
    if beside.sheet is None:
        decisions.settle("with_file", recipe, sentence)
    else:
        known = decisions.recipe()
        sheets, before = known.with_sheets or {}, known.evidence.get("with_sheets")
        said = sentence if before is None else f"{before}; {sentence}"
        decisions.settle("with_sheets", {**sheets, beside.sheet: recipe}, said)
    return joined


def require_columns(frame: pd.DataFrame, words: TableRecipe, word: str, title: str) -> None:
    """Refuse a table that came without the one beside it, unless it has its columns itself."""
    missing = [name for name in words.values or () if name not in frame.columns]
    if missing or not words.values:
        what = f", which has the column {missing[0]!r}" if missing else ""
        detail = f"{title}{what}, was not given: send it beside the table (--with FILE, or the "
        detail += 'part "with")'
        raise DataError(
            [Issue("/read/" + word, "no_table_beside", f"{detail}, or read without it")]
        )


def _of_beside(issue: Issue, beside: Beside) -> Issue:
    """An issue of the other table, which says so and how its own words are given."""
    inside = beside.word if beside.sheet is None else f"{beside.word}.{beside.sheet}"
    before = f'{{"{beside.word}": ' + ("" if beside.sheet is None else f'{{"{beside.sheet}": ')
    after = "}" if beside.sheet is None else "}}"
    detail = HOW.sub(
        lambda said: f'with "read": {before}{said[1]}{after} (--read {inside}.{said[2]})',
        issue.detail,
    )
    where = issue.pointer
    if where.startswith("/read/"):
        parts = [beside.word, *([] if beside.sheet is None else [beside.sheet])]
        where = pointer("read", *parts) + where.removeprefix("/read")
    return Issue(where, issue.code, f"{beside.title}: {detail}")


def _joined(
    frame: pd.DataFrame, recipe: Recipe, other: pd.DataFrame, beside: Beside
) -> tuple[pd.DataFrame, str]:
    own, settled = beside.decisions.recipe().date, beside.decisions.recipe()
    if recipe.date is None or own is None:
        missing = "it" if own is None else "the table that it stands beside"
        raise DataError(
            [Issue("/read/date", "no_date", f"{missing} has no column of dates to join by")]
        )
    texts = [str(name) for name in other.columns if name not in numeric_columns(other, own)]
    keys = [name for name in texts if name != own and name in frame.columns]
    values = _values(frame, other, own, texts, beside)
    weeks = [date.fromisoformat(str(cell)) for cell in frame[recipe.date].tolist()]
    monthly = settled.frequency == "monthly"
    if not monthly and settled.starts_on != recipe.starts_on:
        detail = f"its weeks begin on {settled.starts_on}, those of the table on {recipe.starts_on}"
        detail += '; if one of them names the last day of a week, read it with "week": "ends"'
        raise DataError([Issue("/read/starts_on", "other_weeks", detail)])
    week_of = _first_weeks(weeks) if monthly else {week: week for week in weeks}
    rows = _rows(other, own, keys, week_of, monthly=monthly)
    met = {week for week, _ in rows}
    days = sorted(_day(other, row, cell) for row, cell in enumerate(other[own].tolist()))
    span = f"{days[0]} to {days[-1]}"
    if not met:
        detail = f"its dates, {span}, meet no week of the table, {min(weeks)} to {max(weeks)}"
        detail += "; check the years, and how its dates are written"
        raise DataError([Issue("/read/date", "dates_apart", detail)])
    labels = zip(*(map(str, frame[key].tolist()) for key in keys), strict=True) if keys else None
    labelled = [*labels] if labels is not None else [()] * len(frame)
    at = [rows.get((week, label)) for week, label in zip(weeks, labelled, strict=True)]
    columns = {
        name: pd.Series(
            [None if row is None else cells[row] for row in at], index=frame.index, dtype=object
        )
        for name in values
        for cells in [other[name].tolist()]
    }
    return frame.assign(**columns), _sentence(beside, values, week_of, met, days, monthly=monthly)


def _values(
    frame: pd.DataFrame, other: pd.DataFrame, own: str, texts: Sequence[str], beside: Beside
) -> list[str]:
    """The columns of numbers that are joined; raises DataError for a name that the table has."""
    given = beside.decisions.given.values
    unknown = [name for name in given or () if name not in other.columns]
    if unknown:
        misfit("values", unknown[0], "there is no such column")
    values = list(given or [str(name) for name in other.columns if name not in texts])
    values = [name for name in values if name != own]
    if not values:
        raise DataError([Issue("/read/values", "no_numbers", "it has no column of numbers")])
    twice = [name for name in values if name in frame.columns]
    if twice:
        detail = (
            f"the table has a column {twice[0]!r} too; rename one of them, or name the columns "
        )
        detail += 'to join as its "values"'
        raise DataError([Issue("/read/values", "column_repeated", detail)])
    beside.decisions.settle("values", tuple(values), "as told" if given else "they hold numbers")
    return values


def _first_weeks(weeks: Sequence[date]) -> dict[date, date]:
    """The first week that begins in each month, by the month's first day."""
    first: dict[date, date] = {}
    for week in sorted(set(weeks)):
        if (week - timedelta(days=7)).month != week.month:
            first[week.replace(day=1)] = week
    start = min(weeks)
    first.setdefault(start.replace(day=1), start)
    return first


def _rows(
    other: pd.DataFrame,
    own: str,
    keys: Sequence[str],
    week_of: Mapping[date, date],
    *,
    monthly: bool,
) -> dict[tuple[date, Label], int]:
    """The row for each week and label that the other table has a number for.

    Raises DataError for a date that it has twice, naming both places.
    """
    rows: dict[tuple[date, Label], int] = {}
    seen: dict[tuple[date, Label], int] = {}
    labels = zip(*(map(str, other[key].tolist()) for key in keys), strict=True) if keys else None
    labelled = [*labels] if labels is not None else [()] * len(other)
    for row, (cell, label) in enumerate(zip(other[own].tolist(), labelled, strict=True)):
        day = _day(other, row, cell)
        day = day.replace(day=1) if monthly else day
        if seen.setdefault((day, label), row) != row:
            what = ", ".join([f"{day:%Y-%m}" if monthly else str(day), *label])
            detail = f"{place(other, row)}: {what} is in {place(other, seen[day, label])} already; "
            detail += "keep one row for each date" + (" and label" if label else "")
            raise DataError([Issue("/read/date", "duplicate", detail)])
        if day in week_of:
            rows[week_of[day], label] = row
    return rows


def _day(other: pd.DataFrame, row: int, cell: object) -> date:
    try:
        return date.fromisoformat(str(cell))
    except ValueError as error:
        what = "has no date" if is_empty(cell) else f"has {quoted(cell)}, which is no date"
        detail = f"{place(other, row)} {what}; write one, or remove the row"
        raise DataError([Issue("/read/date", "date", detail)]) from error


def _sentence(
    beside: Beside,
    values: Sequence[str],
    week_of: Mapping[date, date],
    met: set[date],
    days: Sequence[date],
    *,
    monthly: bool,
) -> str:
    what = "months" if monthly else "weeks"
    every = {*week_of.values()}
    where = "the first week that begins in each month" if monthly else "their weeks"
    said = f"{beside.title} has {', '.join(map(repr, values[:8]))}" + (
        f" and {len(values) - 8} more" if values[8:] else ""
    )
    said += f" for {days[0]} to {days[-1]}, which stand in {where}"
    empty = sorted(every - met)
    if empty:
        said += f"; {len(empty)} of the table's {len(every)} {what} have none and stay empty, "
        said += f"the first that of {empty[0]}"
    return said
