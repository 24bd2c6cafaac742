"""Dates in every usual form, told by all values, or asked for."""

from datetime import date, datetime, timedelta

import pytest

from mmm.errors import DataError
from mmm.tables.read import read_rows
from tests.mmm.tables.files_of_people import SALES, WEEKS, days, lines, read_text, usual

GERMAN = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"),
    *("Oktober", "November", "Dezember"),
)
SPANISH = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre"),
    *("octubre", "noviembre", "diciembre"),
)
FORMS = {
    "2022-01-03": (str, "year_first"),
    "2022/1/3": (lambda d: f"{d.year}/{d.month}/{d.day}", "year_first"),
    "20220103": (lambda d: f"{d:%Y%m%d}", "year_first"),
    "at midnight": (lambda d: f"{d} 00:00:00", "year_first"),
    "in UTC": (lambda d: f"{d}T00:00:00Z", "year_first"),
    "American midnight": (lambda d: f"{d.month}/{d.day}/{d.year} 12:00:00 AM", "month_first"),
    "03.01.2022": (lambda d: f"{d:%d.%m.%Y}", "day_first"),
    "3/1/22": (lambda d: f"{d.day}/{d.month}/{d:%y}", "day_first"),
    "01/03/2022": (lambda d: f"{d:%m/%d/%Y}", "month_first"),
    "3-Jan-22": (lambda d: f"{d.day}-{d:%b-%y}", "month_name"),
    "Monday 3. Januar 2022": (
        lambda d: f"Montag, {d.day}. {GERMAN[d.month - 1]} {d.year}",
        "month_name",
    ),
    "3 de enero de 2022": (
        lambda d: f"{d.day} de {SPANISH[d.month - 1]} de {d.year}",
        "month_name",
    ),
    "2022-W01": (lambda d: "{}-W{:02d}".format(*d.isocalendar()[:2]), "iso_week"),
    "KW 1/2022": (lambda d: "KW {1}/{0}".format(*d.isocalendar()[:2]), "iso_week"),
    "202201": (lambda d: "{}{:02d}".format(*d.isocalendar()[:2]), "iso_week"),
    "44564": (lambda d: str((d - date(1899, 12, 30)).days), "spreadsheet"),
    "from - to": (lambda d: f"{d:%d.%m.%Y} - {d + timedelta(6):%d.%m.%Y}", "day_first"),
}


@pytest.mark.parametrize(("write", "form"), FORMS.values(), ids=FORMS.keys())
def test_a_form_of_dates_is_found(write, form: str) -> None:
    table = read_text(usual(write, mark=";"))
    assert days(table) == list(WEEKS)
    assert table.recipe.dates == form


def test_the_evidence_counts_the_values_that_decide() -> None:
    table = read_text(usual(lambda d: f"{d:%m/%d/%Y}"))
    above = sum(week.day > 12 for week in WEEKS)
    assert table.recipe.evidence["dates"] == (
        f"{above} of {len(WEEKS)} dates have a number above 12 in second place, which can only be "
        "the day: month first"
    )


def test_even_steps_decide_where_no_day_is_above_12() -> None:
    rows = ["week,sales", "03/01/2022,1", "10/01/2022,2"]
    table = read_text(rows)
    assert days(table) == [date(2022, 1, 3), date(2022, 1, 10)]
    assert "even steps" in table.recipe.evidence["dates"]


def test_two_readings_are_asked_for_by_one_word() -> None:
    rows = ["week,sales", "03/01/2022,1.5", "07/02/2022,2", "07/03/2022,3"]
    with pytest.raises(DataError) as refused:
        read_text(rows)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == ("/read/dates", "two_readings")
    assert issue.detail == (
        "line 2, column 'week': '03/01/2022' is 2022-01-03 (day_first) or 2022-03-01 "
        "(month_first), and no other value of the 3 decides; say which with "
        '"read": {"dates": "day_first"} (--read dates=day_first)'
    )
    assert days(read_text(rows, dates="day_first"))[0] == date(2022, 1, 3)
    assert days(read_text(rows, dates="month_first"))[0] == date(2022, 3, 1)


def test_a_form_that_is_given_holds_for_every_value() -> None:
    with pytest.raises(DataError, match=r"dates 'day_first', but line 4 has '01/17/2022'"):
        read_text(usual(lambda d: f"{d:%m/%d/%Y}"), dates="day_first")


def test_one_bad_date_stays_as_it_is_for_its_line_to_be_named() -> None:
    rows = usual(lambda d: f"{d:%d.%m.%Y}")
    rows[9] = rows[9].replace(rows[9][:10], "31.02.2022")
    assert read_text(rows).frame["week"].iloc[8] == "31.02.2022"


def test_numbered_weeks_need_the_first_date() -> None:
    rows = ["Week,Sales", *(f"{n},{sales}" for n, sales in enumerate(SALES, start=1))]
    with pytest.raises(DataError) as refused:
        read_text(rows)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == ("/read/first_week", "first_week")
    assert '"read": {"first_week": "YYYY-MM-DD"}' in issue.detail
    assert days(read_text(rows, first_week="2022-01-03"), "Week") == list(WEEKS)


def test_numbered_weeks_that_start_again_need_a_year() -> None:
    rows = ["Week,Sales", *(f"{n % 20 + 1},{sales}" for n, sales in enumerate(SALES))]
    with pytest.raises(DataError, match="line 22: week 1 of 'Week' is in line 2 already; add a"):
        read_text(rows, first_week="2022-01-03")


def test_a_year_beside_week_numbers_dates_them() -> None:
    parts = [week.isocalendar()[:2] for week in WEEKS]
    rows = ["Jahr,KW,Sales", *(f"{y},{w},1.5" for y, w in parts)]
    table = read_text(rows)
    assert days(table, "KW") == list(WEEKS)
    assert list(table.frame.columns) == ["KW", "Sales"]


def test_a_numeric_column_is_no_column_of_dates() -> None:
    rows = lines(("week", "sales", "visits"), SALES, [40_000 + 7 * n for n in range(len(WEEKS))])
    table = read_text(rows)
    assert table.recipe.date == "week"
    assert table.frame["visits"].iloc[1] == "40007"


def test_the_first_of_two_columns_of_dates_is_taken_and_the_other_named() -> None:
    ends = [week + timedelta(6) for week in WEEKS]
    table = read_text(lines(("week_start", "week_end", "sales"), ends, SALES))
    assert table.recipe.date == "week_start"
    assert "so are those of 'week_end'" in table.recipe.evidence["date"]
    other = read_text(lines(("week_start", "week_end", "sales"), ends, SALES), date="week_end")
    assert days(other, "week_end") == list(WEEKS)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([f"{2019 + n // 12}-{n % 12 + 1:02d}-01" for n in range(30)], "monthly"),
        ([f"{2019 + n // 12}-{n % 12 + 1:02d}" for n in range(30)], "monthly"),
        ([f"{date(2019, n % 12 + 1, 1):%b} {2019 + n // 12}" for n in range(30)], "monthly"),
        ([f"{2010 + n // 4}-Q{n % 4 + 1}" for n in range(30)], "quarterly"),
        ([f"{1990 + n}-12-31" for n in range(30)], "yearly"),
        ([f"2022-01-03 {n % 24:02d}:00:00" for n in range(30)], "hourly"),
        ([datetime.fromisoformat(f"2022-01-03T{n % 24:02d}:30") for n in range(30)], "hourly"),
    ],
)
def test_rows_that_are_no_weeks_or_days_are_refused_with_the_reason(cells, code: str) -> None:
    with pytest.raises(DataError) as refused:
        read_rows([{"period": cell, "sales": n} for n, cell in enumerate(cells)])
    assert [issue.code for issue in refused.value.issues] == [code]


def test_years_without_dates_are_refused() -> None:
    with pytest.raises(DataError, match="the rows are years, and the model is weekly"):
        read_rows([{"year": year, "sales": 1.5} for year in range(1990, 2020)])
