"""Sheets and their forms: clean numbers, defused formulas, dates, several sheets in a workbook."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.tables.answers import written
from app.tables.sheet import Sheet, clean
from app.tables.write import csv_text, safe, workbook
from mmm.errors import QueryError
from mmm.tables.formats import CSV, XLSX


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_is_defused(start) -> None:
    assert safe(f"{start}SUM(A1)") == f"'{start}SUM(A1)"
    book = load_workbook(io.BytesIO(workbook([Sheet.of("s", [{"a": f"{start}SUM(A1)"}])])))
    assert [cell.data_type for cell in book["s"]["A"]] == ["s", "s"]


def test_numbers_stay_numbers() -> None:
    sheet = Sheet.of("s", [{"=name": "@x", "value": -1.5, "whole": 1000.0, "none": None}])
    assert csv_text(sheet) == "'=name,value,whole,none\r\n'@x,-1.5,1000,\r\n"
    assert csv_text(Sheet.of("s", [])) == ""


def test_a_point_of_decimals_is_not_taken_for_that_of_thousands() -> None:
    lines = [{"spend": spend} for spend in (12.345, -0.125, 1234.567, 0.5)]
    written_as = csv_text(Sheet.of("s", lines)).splitlines()[1:]
    assert written_as == ["12.3450", "-0.1250", "1234.567", "0.5"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_clean_number_is_the_number_to_twelve_digits(number) -> None:
    found = clean(number)
    assert found == pytest.approx(number, rel=1e-11, abs=0.0)
    assert len(f"{abs(found):.17e}".split("e")[0].replace(".", "").rstrip("0")) <= 18
    assert clean(found) == found
    assert not str(found).startswith("-0.0") or found != 0.0


def test_rounding_errors_of_sums_are_no_amounts() -> None:
    """0.1 + 0.2 is 0.30000000000000004, and 0.3 less it is no spend."""
    spends = [0.1 + 0.2, 0.3 - (0.1 + 0.2), -0.0, 1e-9]
    sheet = Sheet.of("s", [{"spend": spend} for spend in spends])
    assert [row[0] for row in sheet.rows] == [0.3, 0.0, 0.0, 1e-9]
    assert csv_text(sheet) == "spend\r\n0.3\r\n0\r\n0\r\n1e-09\r\n"


def test_where_units_are_mixed_nothing_is_small() -> None:
    lines = [{"value": 1e9}, {"value": 1e-8}]
    assert [row[0] for row in Sheet.of("s", lines, mixed=True).rows] == [1e9, 1e-8]
    assert [row[0] for row in Sheet.of("s", lines).rows] == [1e9, 0.0]


def test_a_workbook_has_every_sheet_with_dates_that_are_dates() -> None:
    sheets = [
        Sheet.of("plan", [{"week": date(2024, 1, 1), "spend": 1.0}]),
        Sheet.of("warnings", []),
    ]
    book = load_workbook(io.BytesIO(workbook(sheets)))
    assert book.sheetnames == ["plan", "warnings"]
    head, (week, spend) = book["plan"].values
    assert (head, str(week), spend) == (("week", "spend"), "2024-01-01 00:00:00", 1)
    assert book["plan"].freeze_panes == "A2"
    assert [*csv.reader(io.StringIO(csv_text(sheets[0])))][1] == ["2024-01-01", "1"]


def test_a_sheet_is_taken_by_its_name_or_refused_by_those_there_are() -> None:
    sheets = [Sheet.of("plan", [{"a": 1}]), Sheet.of("figures", [{"b": 2}])]
    assert written(sheets, CSV) == b"a\r\n1\r\n"
    assert written(sheets, CSV, "figures") == b"b\r\n2\r\n"
    assert load_workbook(io.BytesIO(written(sheets, XLSX, "figures"))).sheetnames == ["figures"]
    with pytest.raises(QueryError, match="'moves'; it has plan, figures"):
        written(sheets, CSV, "moves")
