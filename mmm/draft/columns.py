"""What the values of a column say: how it is filled, and how it moves with another."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from mmm.data.cells import dates_if_all, empty_cells, numbers_if_all
from mmm.tables.sparse import Steps, steps_of
from mmm.types import Array

CONSTANT_RATIO = 0.05
"""Coefficient of variation of a ratio below which one series follows from the other."""

LEAST_ROWS = 8
"""Rows of a ratio."""
MOST_LAG = 4
"""Weeks by which spend may be booked before or after its exposure."""


class Ratio(NamedTuple):
    """A ratio of two series: its mean, and its coefficient of variation."""

    mean: float
    spread: float


@dataclass(frozen=True)
class Series:
    """A numeric column: ``values (row,)``, NaN for empty cells; ``week (row,)`` its week's number
    from zero."""

    name: str
    values: Array
    week: Array

    @property
    def known(self) -> Array:
        """The values of cells that are not empty."""
        return self.values[np.isfinite(self.values)]

    @property
    def empty(self) -> int:
        """How many cells are empty."""
        return int(np.isnan(self.values).sum())

    @property
    def is_constant(self) -> bool:
        """Whether every cell that is not empty holds the same number."""
        return bool(np.ptp(self.known) == 0.0)

    @property
    def idle(self) -> float:
        """Share of zeros."""
        return float(np.mean(self.known == 0.0))

    @property
    def has_negative(self) -> bool:
        """Whether any value is below zero."""
        return bool((self.known < 0.0).any())

    @property
    def is_whole(self) -> bool:
        """Whether every value is a whole number."""
        return bool(np.all(self.known == np.round(self.known)))

    @property
    def is_binary(self) -> bool:
        """Whether the values are zeros and one other number: a mark of weeks."""
        return len(np.unique(self.known)) == 2 and self.idle > 0.0

    @property
    def is_share(self) -> bool:
        """Whether every value lies above zero and not above one."""
        return bool(np.all((self.known > 0.0) & (self.known <= 1.0)))

    @property
    def begins_late(self) -> int:
        """The number of the first week with a value, where only earlier weeks are empty; else 0."""
        filled = np.isfinite(self.values)
        first = int(self.week[filled].min())
        return first if self.empty and not (~filled & (self.week >= first)).any() else 0

    @property
    def steps(self) -> Steps | None:
        """How rarely it is known, where that is in some weeks only, such as by month."""
        days = 7 * self.week.astype(np.intp)
        return steps_of(days[np.isfinite(self.values)].tolist(), days.tolist())

    @property
    def is_national(self) -> bool:
        """Whether all rows of a week hold the same number."""
        weeks = self.week.astype(np.intp)
        first = np.empty(weeks.max() + 1)
        first[weeks] = self.values
        return bool(np.array_equal(self.values, first[weeks]))

    @cached_property
    def by_week(self) -> Array:
        """(week,) mean of each week's rows; NaN for a week without a value."""
        filled = np.isfinite(self.values)
        weeks = self.week[filled].astype(np.intp)
        size = int(self.week.max()) + 1
        count = np.bincount(weeks, minlength=size)
        total = np.bincount(weeks, weights=self.values[filled], minlength=size)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def correlation(self, other: Self) -> float:
        """Correlation with ``other`` by week; zero where one of them does not vary."""
        both = np.isfinite(self.by_week) & np.isfinite(other.by_week)
        one, two = self.by_week[both], other.by_week[both]
        if len(one) < 3 or np.ptp(one) == 0.0 or np.ptp(two) == 0.0:
            return 0.0
        return float(np.corrcoef(one, two)[0, 1])

    def best_lag(self, other: Self) -> tuple[float, int]:
        """The highest correlation with ``other`` over shifts of up to ``MOST_LAG`` weeks, and by
        how many weeks ``other`` comes later there: what is billed late, or in advance."""
        found = (0.0, 0)
        for lag in sorted(range(-MOST_LAG, MOST_LAG + 1), key=abs):
            one, two = self.by_week, other.by_week
            one, two = (one[: len(one) - lag], two[lag:]) if lag >= 0 else (one[-lag:], two[:lag])
            if len(one) > 3 and np.isfinite([*one, *two]).all() and min(np.ptp(one), np.ptp(two)):
                found = max(found, (float(np.corrcoef(one, two)[0, 1]), lag), key=lambda c: c[0])
        return found

    def moves_with(self, other: Self) -> bool:
        """Whether the two rise and fall together by more than chance (three standard errors)."""
        correlation = self.correlation(other)
        weeks = int((np.isfinite(self.by_week) & np.isfinite(other.by_week)).sum())
        return correlation >= 0.3 and correlation * np.sqrt(max(weeks - 3, 1)) > 3.0

    def ratio_to(self, other: Self) -> Ratio | None:
        """The ratio to ``other`` where it is nearly the same in every row while both vary; else
        None."""
        rows = np.isfinite(self.values) & np.isfinite(other.values) & (other.values != 0.0)
        if rows.sum() < LEAST_ROWS or rows.sum() < 0.9 * len(self.values):
            return None
        ratio, base = self.values[rows] / other.values[rows], other.values[rows]
        middle = float(ratio.mean())
        if middle == 0.0 or base.mean() == 0.0:
            return None
        spread = float(ratio.std() / abs(middle))
        own = float(base.std() / abs(base.mean()))
        near = spread <= min(CONSTANT_RATIO, 0.5 * own) and self.correlation(other) > 0.9
        return Ratio(middle, spread) if near else None


@dataclass(frozen=True)
class Table:
    """The columns of a table by kind, in its order, and the week of each row.

    ``numbers`` by name; ``dates`` by name; ``texts``: the other columns that are filled at all,
    their cells as text with "" for an empty one; ``empty``: columns without a value.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    numbers: dict[str, Series]
    dates: dict[str, list[date]]
    texts: dict[str, tuple[str, ...]]
    empty: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def with_weeks(self, weeks: list[date]) -> Self:
        """The same table, its rows numbered by ``weeks``."""
        known = {day: number for number, day in enumerate(sorted(set(weeks)))}
        week = np.array([known[day] for day in weeks], dtype=np.float64)
        numbers = {n: Series(n, each.values, week) for n, each in self.numbers.items()}
        return type(self)(self.frame, self.names, numbers, self.dates, self.texts, self.empty)


def columns_of(frame: pd.DataFrame) -> Table:
    """The columns of ``frame``; its rows are numbered as weeks until the dates are known."""
    names = tuple(map(str, frame.columns))
    frame = frame.set_axis(list(names), axis=1)
    numbers: dict[str, Series] = {}
    dates: dict[str, list[date]] = {}
    texts: dict[str, tuple[str, ...]] = {}
    empty = []
    rows = np.arange(len(frame), dtype=np.float64)
    for name in names:
        if empty_cells(frame, name) == len(frame):
            empty.append(name)
        elif (values := numbers_if_all(frame, name)) is not None and np.isfinite(values).any():
            numbers[name] = Series(name, values, rows)
        elif (days := dates_if_all(frame, name)) is not None and len(days) == len(frame):
            dates[name] = days
        else:
            texts[name] = tuple("" if pd.isna(c) else str(c).strip() for c in frame[name].tolist())
    return Table(frame, names, numbers, dates, texts, tuple(empty))
