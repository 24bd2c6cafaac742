"""Small tables in the forms in which people have them, written from code."""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from openpyxl import Workbook

from mmm.tables.formats import CSV, XLSX
from mmm.tables.read import Table, parse_recipe, read_table

WEEKS = tuple(date(2022, 1, 3) + timedelta(weeks=step) for step in range(40))
_RANDOM = np.random.default_rng(7)
SALES = tuple(_RANDOM.normal(90_000, 5_000, len(WEEKS)).round(2).tolist())
TV = tuple((_RANDOM.gamma(2, 2_000, len(WEEKS)) * (_RANDOM.random(len(WEEKS)) > 0.3)).round(2))

type Writer = Callable[[Any], str]


def lines(
    header: Sequence[str], *columns: Iterable[Any], mark: str = ",", day: Writer = str
) -> list[str]:
    """A header and a row for each week: the date as ``day`` writes it, then the columns."""
    rows = [mark.join(header)]
    for week, *cells in zip(WEEKS, *columns, strict=True):
        rows.append(mark.join([day(week), *map(str, cells)]))
    return rows


def usual(day: Writer = str, mark: str = ",") -> list[str]:
    """Week, sales and TV, plainly written but for the date."""
    return lines(("week", "sales", "tv"), SALES, TV, day=day, mark=mark)


def american(number: float) -> str:
    """1,234.50"""
    return f"{number:,.2f}"


def german(number: float) -> str:
    """1.234,50"""
    return american(number).translate(str.maketrans(",.", ".,"))


def read_text(rows: Sequence[str], written: str = "utf-8", **words: Any) -> Table:
    """The table of the lines of a CSV file, written in an encoding."""
    return read_table("\n".join(rows).encode(written), CSV, parse_recipe(words))


def book(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with a sheet for each list of rows."""
    made = Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def read_book(content: bytes, **words: Any) -> Table:
    """The table of a workbook."""
    return read_table(content, XLSX, parse_recipe(words))


def cells(table: Table, column: str) -> list[float]:
    """A column as numbers."""
    return [float(cell) for cell in table.frame[column]]


def days(table: Table, column: str = "week") -> list[date]:
    """A column as dates."""
    return [date.fromisoformat(cell) for cell in table.frame[column]]
