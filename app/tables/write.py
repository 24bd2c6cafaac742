"""Sheets as bytes: one as CSV, several as an Excel workbook.

A text cell that a spreadsheet would interpret as a formula (it starts with = + - @, a tab or a
carriage return) gets a leading apostrophe.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.tables.sheet import Cell, Sheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MAY_BE_THOUSANDS = re.compile(r"-?\d{1,3}\.\d{3}")
WIDEST = 60
"""Characters of the widest column of a workbook."""


def csv_text(sheet: Sheet) -> str:
    """CSV with a header; empty for a sheet without rows."""
    out = io.StringIO()
    if sheet.rows:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([safe(name) for name in sheet.head])
        writer.writerows([_plain(safe(cell)) for cell in row] for row in sheet.rows)
    return out.getvalue()


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An Excel workbook: the header of each sheet stays in sight, dates are dates."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for position, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(position)].width = width
        if sheet.head:
            page.append([_head(page, name) for name in sheet.head])
        for row in sheet.rows:
            page.append([_shown(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def safe(cell: Cell) -> Cell:
    """The cell, escaped if a spreadsheet would interpret it as a formula."""
    dangerous = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if dangerous else cell


def _plain(cell: Cell) -> Cell:
    """A number as CSV has it: a whole one without ".0", and 12.345 as 12.3450, since a reader may
    take a mark before three digits for that of thousands."""
    if not isinstance(cell, float):
        return cell
    if cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    text = str(cell)
    return f"{text}0" if _MAY_BE_THOUSANDS.fullmatch(text) else cell


def _shown(cell: Cell) -> Cell:
    """The cell as ``safe`` makes it, with control characters, which no workbook holds, in words.

    Names have none; those of a model from before they were refused may.
    """
    shown = safe(cell)
    if isinstance(shown, str):
        return ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)
    return shown


def _head(page: Any, name: str) -> Any:
    cell = WriteOnlyCell(page, value=str(_shown(name)))
    cell.font = Font(bold=True)
    return cell


def _widths(sheet: Sheet) -> Iterator[int]:
    for position, name in enumerate(sheet.head):
        cells = (row[position] for row in sheet.rows[:200])
        longest = max((len(_text(cell)) for cell in cells), default=0)
        yield min(max(longest, len(name)) + 2, WIDEST)


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)
