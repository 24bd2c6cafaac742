"""Periods of a sheet become the weeks of a horizon.

A month's amount goes to the weeks that it touches, in proportion to

    (days of the week in the month) x (spend of the channel in the same week of last year)

or to the days alone where the channel spent nothing then. A value, such as a price, is in each week
the mean of its months, weighted by days. Weeks that the data have already are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from app.intake.plan_sheet import PlanSheet
from app.tables.sheet import clean
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.spec.sizes import LONGEST_HORIZON
from mmm.types import Array

WEEK = timedelta(weeks=1)
YEAR = 52 * WEEK


@dataclass
class SheetWeeks:
    """The weeks of a sheet and how its periods reach them.

    ``days (period, week)``: days of each period in each week, also in weeks that the data have, of
    which there are ``past``. ``said``: what was decided, for the answer.
    """

    weeks: list[date]
    past: int
    days: Array
    monthly: bool
    said: list[str] = field(default_factory=list)

    @property
    def planned(self) -> list[date]:
        """The weeks of the horizon."""
        return self.weeks[self.past :]

    def spread(
        self, amounts: Sequence[float] | Array, shape: Array | None
    ) -> tuple[list[float], float]:
        """Amounts of the periods by week of the horizon, and the sum that fell before it.

        ``shape (week,)``: last year's spend in the same weeks, if it is known.
        """
        weight = self.days if shape is None else self.days * shape
        empty = weight.sum(1, keepdims=True) <= 0.0
        weight = np.where(empty, self.days, weight)
        shares = weight / weight.sum(1, keepdims=True)
        by_week = [clean(float(x)) for x in np.asarray(amounts, dtype=np.float64) @ shares]
        return by_week[self.past :], float(sum(by_week[: self.past]))

    def values(self, numbers: Sequence[float]) -> list[float]:
        """The mean of the periods' numbers in each week of the horizon."""
        mean = np.asarray(numbers, dtype=np.float64) @ self.days / self.days.sum(0)
        return [clean(float(x)) for x in mean[self.past :]]


def sheet_weeks(model: FittedModel, sheet: PlanSheet) -> SheetWeeks:
    """The weeks of the sheet; raises QueryError where they do not continue those of the data."""
    known = model.panel.weeks
    found = _of_months(known[0], sheet) if sheet.step == "month" else _of_weeks(known[0], sheet)
    found.past = sum(week <= known[-1] for week in found.weeks)
    first = known[-1] + WEEK
    if not found.planned:
        detail = f"the sheet ends before {first}, the first week after the data"
        raise QueryError([Issue("/sheet", "in_the_past", detail)])
    if found.planned[0] != first:
        detail = f"the sheet starts with the week {found.planned[0]}; the data end before {first}"
        raise QueryError([Issue("/sheet", "gap", f"{detail}: start there, also with 0")])
    if len(found.planned) > LONGEST_HORIZON:
        detail = f"the sheet has {len(found.planned)} weeks; the limit is {LONGEST_HORIZON}"
        raise QueryError([Issue("/sheet", "too_long", detail)])
    return found


def last_year(model: FittedModel, weeks: SheetWeeks, channel: str) -> Array | None:
    """(week,) spend of a channel in the same weeks of last year; None where the data do not reach,
    or nothing was spent."""
    known = {week: number for number, week in enumerate(model.panel.weeks)}
    rows = [known[week - YEAR] for week in weeks.weeks if week - YEAR in known]
    if not weeks.monthly or len(rows) < len(weeks.weeks):
        return None
    position = list(model.structure.channels).index(channel)
    spend = model.panel.array("spend")[rows, :, position].sum(1)
    return np.asarray(spend) if spend.sum() > 0.0 else None


def _of_weeks(first: date, sheet: PlanSheet) -> SheetWeeks:
    late = (sheet.periods[0] - first).days % 7
    if late not in (0, 6):
        day, due = f"{sheet.periods[0]:%A}", f"{first:%A}"
        detail = f"the sheet's week {sheet.periods[0]} starts on a {day}; the data's on a {due}"
        raise QueryError([Issue("/sheet", "other_weekday", detail)])
    weeks = [week - timedelta(days=late) for week in sheet.periods]
    said = ["the sheet names weeks by their last day"] if late else []
    return SheetWeeks(weeks, 0, 7.0 * np.eye(len(weeks)), monthly=False, said=said)


def _of_months(first: date, sheet: PlanSheet) -> SheetWeeks:
    ends = [_month_after(day) for day in sheet.periods]
    start = sheet.periods[0] - timedelta(days=(sheet.periods[0] - first).days % 7)
    count = -(-(ends[-1] - start).days // 7)
    weeks = [start + number * WEEK for number in range(count)]
    days = [
        [max((min(end, week + WEEK) - max(begin, week)).days, 0) for week in weeks]
        for begin, end in zip(sheet.periods, ends, strict=True)
    ]
    return SheetWeeks(weeks, 0, np.array(days, dtype=np.float64), monthly=True)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
