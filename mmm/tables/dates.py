"""Dates as people write them: what one cell can mean, in each of the ways in which it can be read.

==============  =======================================================
year_first      2022-01-03, 2022/1/3, 20220103, 2022年1月3日, with or without midnight
day_first       03.01.2022, 3/1/22
month_first     01/03/2022, 1-3-22
month_name      3 Jan 2022, January 3, 2022
iso_week        2022-W01, KW 1/2022, 202201: the Monday of that week
spreadsheet     44564: days as spreadsheet programs count them
typed           a cell that is a date by its type
==============  =======================================================
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from mmm.spec.calendar import FIRST_DAY, LAST_DAY

MONTHLY, QUARTERLY = "month", "quarter"
"""Cells that name a month or a quarter; a table of them is refused."""
SERIAL_ORIGIN = date(1899, 12, 30)
SERIALS = (29_000, 75_000)
"""The years 1979 to 2105 as spreadsheet programs count days."""

_MIDNIGHT = re.compile(
    r"(?:[T ]00:00(?::00(?:\.0+)?)?|\s+12:00(?::00)?\s?AM)\s*(?:Z|UTC|[+-]\d\d:?\d\d)?$", re.I
)
_NUMBERS = re.compile(r"(\d{4}|\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{1,2})\.?")
_CHARACTERS = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?")
"""As in Chinese, Japanese and Korean: the year, the month and the day, each with its sign."""
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)")
_YEAR_AND_NUMBER = re.compile(r"((?:19|20|21)\d\d)(\d\d)")
_LETTERS = r"[^\W\d_]+"
_DAY_MONTH = re.compile(
    rf"(?:{_LETTERS}\.?,?\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\.?[\s/-]*(?:de\s+)?({_LETTERS})\.?"
    r"[\s,/-]*(?:de\s+)?'?(\d{4}|\d{2})",
    re.I,
)
_MONTH_DAY = re.compile(
    rf"(?:{_LETTERS}\.?,?\s+)?({_LETTERS})\.?[\s/-]*(\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+(\d{{4}})",
    re.I,
)
_WEEK_MARK = r"(?:W|KW|CW|WK|SEM|S|WEEK|WOCHE|SEMAINE|SEMANA|V|U)\.?"
_YEAR_WEEK = re.compile(rf"(\d{{4}})[\s/_-]*{_WEEK_MARK}[\s_-]*(\d{{1,2}})", re.I)
_WEEK_YEAR = re.compile(rf"{_WEEK_MARK}[\s_-]*(\d{{1,2}})[\s,/_-]+(\d{{4}})", re.I)
_MONTHS = (
    re.compile(r"(\d{4})[-/.M](\d{1,2})"),
    re.compile(r"(\d{1,2})[/.-](\d{4})"),
    re.compile(rf"{_LETTERS}\.?[\s-]+'?(\d{{4}}|\d{{2}})"),
)
_QUARTER = re.compile(r"(?:\d{4}[\s-]?Q[1-4]|Q[1-4][\s/-]?\d{4})", re.I)
_RANGE = re.compile(r"\s+(?:[-–—]|to|bis|au|al|a|tot|do|~)\s+|\s*[–—~～]\s*", re.I)
_BEFORE_DATE = re.compile(
    r"(?:w\.?[/ ]?[ec]\.?|(?:week|wk|woche|semaine|semana|settimana)[\s-]*(?:end(?:ing|ed|s)?|of"
    r"|commencing|beginning|starting|ab|bis|du|del)?|(?:\d+ )?weeks? ending)\s*:?\s+",
    re.I,
)
"""What stands before a date that names its week: "W/E 01/08/22", "Week Ending 01-09-22"."""
ENDS = re.compile(r"w\.?[/ ]?e\b|\w+\s+end(ing|ed|s)?\b|\d+ weeks? ending|woche bis", re.I)
"""Such words where the date is the last day of its week."""

MONTH_NAMES: Mapping[str, int] = {
    stem: number
    for number, stems in enumerate(
        (
            "jan ene gen sty led янв",
            "feb fev fév lut úno фев",
            "mar mär mrz maa mrt bře мар",
            "apr avr abr kwi dub апр",
            "may mai maj mei mag kvě мая",
            "jun juin giu cze čer июн",
            "jul juil lug lip июл",
            "aug aoû aou ago sie srp авг",
            "sep set wrz zář сен",
            "oct okt out ott paź říj окт",
            "nov lis ноя",
            "dec dez dic déc des gru pro дек",
        ),
        start=1,
    )
    for stem in stems.split()
}


def readings(cell: Any) -> Mapping[str, date]:
    """The date that ``cell`` means in each form in which it is one; none where it is no date."""
    if isinstance(cell, datetime):
        midnight = cell == cell and (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return {"typed": cell.date()} if midnight else {}
    if isinstance(cell, date):
        return {"typed": cell}
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return {}
    text = str(cell).strip()
    if isinstance(cell, float) or text.endswith(".0"):
        text = text.removesuffix(".0")
    text = _MIDNIGHT.sub("", text).strip()
    found = _of_text(text)
    if not found and (before := _BEFORE_DATE.match(text)):
        found = _of_text(text[before.end() :])
    return {form: day for form, day in found.items() if FIRST_DAY <= day <= LAST_DAY}


def range_readings(text: str) -> tuple[Mapping[str, date], Mapping[str, date]] | None:
    """The readings of the two ends of ``03.01.2022 - 09.01.2022``; None for any other text."""
    ends = _RANGE.split(text.strip())
    if len(ends) != 2:
        return None
    first, last = (readings(end) for end in ends)
    return (first, last) if first and last else None


def _of_text(text: str) -> dict[str, date]:
    if match := _NUMBERS.fullmatch(text):
        return _of_numbers(*match.group(1, 3, 4))
    if match := _COMPACT.fullmatch(text) or _CHARACTERS.fullmatch(text):
        return _day("year_first", *match.groups())
    if match := _YEAR_AND_NUMBER.fullmatch(text):
        year, number = match.groups()
        return iso_week(year, number) | _day(MONTHLY, year, number, 1)
    if text.isascii() and text.isdigit():
        days = int(text)
        serial = SERIALS[0] <= days <= SERIALS[1]
        return {"spreadsheet": SERIAL_ORIGIN + timedelta(days)} if serial else {}
    if match := _DAY_MONTH.fullmatch(text):
        day, name, year = match.groups()
        if month := month_of(name):
            return _day("month_name", year, month, day)
    if match := _MONTH_DAY.fullmatch(text):
        name, day, year = match.groups()
        if month := month_of(name):
            return _day("month_name", year, month, day)
    if match := _YEAR_WEEK.fullmatch(text):
        return iso_week(*match.groups())
    if match := _WEEK_YEAR.fullmatch(text):
        return iso_week(match.group(2), match.group(1))
    return _of_period(text)


def _of_numbers(first: str, second: str, third: str) -> dict[str, date]:
    if len(first) == 4:
        return _day("year_first", first, second, third)
    found = _day("day_first", third, second, first) | _day("month_first", third, first, second)
    if len(third) <= 2 and len(first) == 2:
        found |= _day("year_first", first, second, third)
    return found


def _of_period(text: str) -> dict[str, date]:
    """A month or a quarter, as its first possible day."""
    if _QUARTER.fullmatch(text):
        return {QUARTERLY: FIRST_DAY}
    for pattern in _MONTHS[:2]:
        if match := pattern.fullmatch(text):
            year, month = sorted(match.groups(), key=len, reverse=True)
            return _day(MONTHLY, year, month, 1)
    if (match := _MONTHS[2].fullmatch(text)) and (month := month_of(text)):
        return _day(MONTHLY, match.group(1), month, 1)
    return {}


def month_of(name: str) -> int | None:
    """The number of a month by its name in one of several languages."""
    lower = name.lower()
    return next((MONTH_NAMES[lower[:n]] for n in (4, 3) if lower[:n] in MONTH_NAMES), None)


def iso_week(year: str | int, week: str | int) -> dict[str, date]:
    """The Monday of a week of the ISO calendar."""
    try:
        return {"iso_week": date.fromisocalendar(int(year), int(week), 1)}
    except ValueError:
        return {}


def _day(form: str, year: str | int, month: str | int, day: str | int) -> dict[str, date]:
    full = int(year) + (2000 if len(str(year)) <= 2 else 0)
    try:
        return {form: date(full, int(month), int(day))}
    except ValueError:
        return {}
