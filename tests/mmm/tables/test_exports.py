"""Exports of platforms and panels: what stands around dates, and notes below the rows."""

from datetime import timedelta

import pytest

from mmm.errors import DataError
from tests.mmm.tables.files_of_people import (
    SALES,
    TV,
    WEEKS,
    book,
    cells,
    days,
    lines,
    read_book,
    read_text,
)

ENDING = {
    "Nielsen": "W/E {:%m/%d/%y}",
    "Circana": "Week Ending {:%m-%d-%Y}",
    "periods": "1 week ending {:%d %b %Y}",
}


@pytest.mark.parametrize("form", ENDING.values(), ids=ENDING.keys())
def test_cells_that_say_week_ending_are_the_last_days_of_weeks(form: str) -> None:
    header = ("Periods", "sales")
    rows = lines(header, SALES, day=lambda week: form.format(week + timedelta(6)))
    table = read_text(rows)
    assert days(table, "Periods") == list(WEEKS)
    assert table.recipe.week == "ends"
    assert "its cells say so" in table.recipe.evidence["week"]


@pytest.mark.parametrize(
    "form", ["Week of {:%b %d, %Y}", "w/c {:%d/%m/%Y}", "Woche ab {:%d.%m.%Y}"]
)
def test_cells_that_say_week_of_are_its_first_days(form: str) -> None:
    rows = lines(("time", "sales"), SALES, day=lambda w: form.format(w), mark=";")
    table = read_text(rows)
    assert (days(table, "time"), table.recipe.week) == (list(WEEKS), "starts")


def test_a_range_with_a_wave_is_its_first_day() -> None:
    rows = lines(("By Week", "Cost"), TV, day=lambda week: f"{week} ~ {week + timedelta(6)}")
    assert days(read_text(rows), "By Week") == list(WEEKS)


def test_notes_below_the_rows_are_left_out_and_said() -> None:
    notes = ["", "Note: TV is net of commission.", "Source: Finance team,,"]
    table = read_text(lines(("week", "sales", "tv"), SALES, TV) + notes)
    assert days(table) == list(WEEKS)
    assert table.recipe.left_out == (
        "line 44 is a note below the table: 'Source: Finance team'",
        "line 43 is a note below the table: 'Note: TV is net of commission.'",
    )
    rows = [("week", "sales"), *zip(WEEKS, SALES, strict=True), (), ("Source: Finance team",)]
    sheet = read_book(book(Data=rows))
    assert cells(sheet, "sales") == list(SALES)
    assert "row 43 is a note below the table" in sheet.recipe.left_out[0]


def test_a_short_row_between_others_or_with_a_date_is_no_note() -> None:
    rows = lines(("week", "sales", "tv"), SALES, TV)
    with pytest.raises(DataError, match="line 6 has 1 cells, the header has 3"):
        read_text([*rows[:5], "see the note below", *rows[5:]])
    with pytest.raises(DataError, match="line 42 has 1 cells, the header has 3"):
        read_text([*rows, "10 Oct 2022"])
