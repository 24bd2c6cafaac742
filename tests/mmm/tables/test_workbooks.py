"""Workbooks: sheet and header are found and said; hostile ones are refused by their directory."""

import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from mmm.errors import DataError, TableTooLarge
from mmm.tables.formats import XLSX
from mmm.tables.limits import TableLimits
from mmm.tables.read import read_table
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, book, cells, days, read_book

ROOT = Path(__file__).parents[3]
ROWS = [
    ("week", "sales", "tv"),
    *((week, sold, float(spend)) for week, sold, spend in zip(WEEKS, SALES, TV, strict=True)),
]
LIMITS = TableLimits(rows=1000, columns=20, unpacked_bytes=5_000_000)


def test_the_sheet_with_the_table_and_its_header_are_found() -> None:
    titled = [("Weekly marketing", None, None), (), *ROWS]
    table = read_book(book(Notes=[("Read me",)], Data=titled))
    assert days(table) == list(WEEKS)
    assert cells(table, "sales") == list(SALES)
    recipe = table.recipe
    assert (recipe.sheet, recipe.header, recipe.dates) == ("Data", 3, "typed")
    assert recipe.evidence["sheet"] == "the only one of 2 with a table"
    assert "'Weekly marketing', which is left out" in recipe.evidence["header"]
    assert [table.frame.index.name, table.frame.index[0]] == ["row", 4]


def test_a_sheet_of_figures_without_dates_is_not_the_table() -> None:
    figures = [("item", "value"), ("rate", 1.25), ("share", 0.5)]
    assert read_book(book(Figures=figures, Data=ROWS)).recipe.sheet == "Data"


def test_two_sheets_with_tables_are_asked_for() -> None:
    content = book(North=ROWS, South=ROWS[:20])
    with pytest.raises(
        DataError, match=r"'North', 'South' hold tables; say which is the weekly one with"
    ):
        read_book(content)
    assert len(read_book(content, sheet="South").frame) == 19
    with pytest.raises(DataError, match="sheet 'East', but the sheets are 'North', 'South'"):
        read_book(content, sheet="East")


def test_cells_with_text_are_understood_like_those_of_a_text_file() -> None:
    rows = [
        ("week", "tv"),
        *((f"{w:%d.%m.%Y}", f"{s:.2f} €") for w, s in zip(WEEKS, TV, strict=True)),
    ]
    table = read_book(book(Data=rows))
    assert days(table) == list(WEEKS)
    assert (table.recipe.dates, table.recipe.signs) == ("day_first", ("€",))


def test_a_formula_without_a_stored_value_is_refused() -> None:
    rows = [*ROWS, (date(2022, 10, 10), "=SUM(B2:B9)", 1.5)]
    with pytest.raises(DataError, match=r"row 42, column 'sales': the formula has no stored value"):
        read_book(book(Data=rows))


def test_a_cell_beyond_the_header_is_refused() -> None:
    with pytest.raises(DataError, match="row 42 has a cell in column 4, and the header has 3"):
        read_book(book(Data=[*ROWS, (date(2022, 10, 10), 1, 2, "note")]))


def test_an_old_workbook_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"an \.xls file, or a workbook with a password"):
        read_book(b"\xd0\xcf\x11\xe0" + bytes(600))


def archive(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name.replace("__", "/"), part)
    return content.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose first sheet is ``xml``."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(Data=ROWS))) as before,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in before.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            made.writestr(name, xml if is_sheet else before.read(name))
    return content.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
CELL = b'<c r="A%d" t="n"><v>1</v></c><c r="B%d" t="n"><v>2</v></c>'


def rows_of(*numbers: int) -> bytes:
    return b"".join(b'<row r="%d">%s</row>' % (n, CELL % (n, n)) for n in numbers)


HOSTILE = {
    "many entries": (archive(**{f"p{n}": b"" for n in range(2000)}), "too_many_bytes"),
    "a bomb": (archive(xl__workbook=bytes(4_000_000)), "too_many_bytes"),
    "more than the limit": (
        archive(**{f"p{n}": bytes(900_000) for n in range(6)}),
        "too_many_bytes",
    ),
    "no directory": (b"PK\x03\x04" + bytes(100), "xlsx"),
    "no workbook": (archive(readme=b"x"), "xlsx"),
    "cut": (book(Data=ROWS)[:-40], "xlsx"),
    "no xml": (with_sheet(b"\x00\x01"), "xlsx"),
    "entities": (
        with_sheet(
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
            + b"]>"
            + SHEET
            + b'<row r="1"><c r="A1" t="str"><v>&j;</v></c></row>'
            + END
        ),
        "xlsx",
    ),
    "a column far out": (
        with_sheet(SHEET + rows_of(1, 2, 3) + b'<row r="4"><c r="XFD4"><v>1</v></c></row>' + END),
        "too_many_columns",
    ),
    "a column that is none": (
        with_sheet(SHEET + b'<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>' + END),
        "xlsx",
    ),
    "rows": (with_sheet(SHEET + rows_of(*range(1, 1200)) + END), "too_many_rows"),
    "a row far out": (with_sheet(SHEET + rows_of(10**9) + END), "empty"),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_workbook_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DataError) as refused:
        read_table(content, XLSX, limits=LIMITS)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_a_workbook_with_a_password_is_refused() -> None:
    content = bytearray(book(Data=ROWS))
    place = content.rfind(b"PK\x01\x02")
    content[place + 8] |= 1  # the flag of an encrypted entry
    with pytest.raises(DataError, match="has a password"):
        read_book(bytes(content))


def test_the_directory_is_judged_before_anything_is_unpacked() -> None:
    """A bomb of 200 MB takes less memory than a tenth of it."""
    script = (
        "import sys\n"
        "from mmm.tables.files.workbook import read_workbook\n"
        "from tests.mmm.tables.test_workbooks import archive, refused_peak\n"
        "print(refused_peak(archive(x=bytes(200_000_000))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 20e6


def refused_peak(content: bytes) -> float:
    """Bytes of memory that the refusal of a workbook takes."""
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(TableTooLarge):
        read_table(content, XLSX)
    return float(tracemalloc.get_traced_memory()[1])
