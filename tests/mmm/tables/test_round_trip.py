"""Random tables in random forms: the same numbers are read back, or the file is refused."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.errors import DataError
from mmm.tables.formats import CSV, JSON, PARQUET, XLSX
from mmm.tables.read import parse_recipe, read_table
from tests.mmm.tables.files_of_people import american, book, german

AMOUNTS = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)
NAMES = st.sampled_from(["sales", "TV spend", "Umsätze", "Meta / Facebook", "radio;spend", "a,b"])
DATES: dict[str, Callable[[date], str]] = {
    "year_first": str,
    "day_first": lambda day: f"{day:%d.%m.%Y}",
    "month_first": lambda day: f"{day:%m/%d/%Y}",
    "month_name": lambda day: f"{day.day} {day:%b %Y}",
}
NUMBERS: dict[str, Callable[[float], str]] = {
    "plain": lambda number: f"{number:.2f}",
    "american": american,
    "german": german,
    "decimal comma": lambda number: f"{number:.2f}".replace(".", ","),
    "whole": lambda number: f"{number:,.0f}",
    "dollars": lambda number: f"${number:,.2f}" if number >= 0 else f"-${-number:,.2f}",
    "brackets": lambda number: f"({-number:.2f})" if number < 0 else f"{number:.2f}",
}


@dataclass(frozen=True)
class Sheet:
    """A weekly table, and the forms in which it is written."""

    weeks: list[date]
    columns: dict[str, list[float]]
    dates: str
    numbers: str

    @property
    def texts(self) -> list[list[str]]:
        """Header and rows as they are written."""
        write, day = NUMBERS[self.numbers], DATES[self.dates]
        rows = zip(*self.columns.values(), strict=True)
        made = [[day(w), *map(write, row)] for w, row in zip(self.weeks, rows, strict=True)]
        return [["week", *self.columns], *made]

    @property
    def values(self) -> dict[str, list[float]]:
        """The numbers that a person reads in the file."""
        rounded = self.numbers == "whole"
        return {
            name: [float(f"{x:.0f}") if rounded else x for x in column]
            for name, column in self.columns.items()
        }


@st.composite
def sheets(draw) -> Sheet:
    start = date(2015, 1, 1) + timedelta(draw(st.integers(0, 3000)))
    count = draw(st.integers(1, 30))
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    columns = {name: draw(st.lists(AMOUNTS, min_size=count, max_size=count)) for name in names}
    forms = draw(st.sampled_from([*DATES])), draw(st.sampled_from([*NUMBERS]))
    return Sheet([start + timedelta(weeks=n) for n in range(count)], columns, *forms)


def as_csv(sheet: Sheet, mark: str, encoding: str) -> bytes:
    lines = []
    for row in sheet.texts:
        cells = [f'"{cell}"' if mark in cell else cell for cell in row]
        lines.append(mark.join(cells))
    return "\r\n".join(lines).encode(encoding)


def as_typed(sheet: Sheet, kind: str) -> bytes:
    """The table with its cells as numbers and dates, where the format has them."""
    rows = list(zip(sheet.weeks, *sheet.columns.values(), strict=True))
    if kind == XLSX:
        return book(Data=[("week", *sheet.columns), *rows])
    if kind == JSON:
        made = [dict(zip(("week", *sheet.columns), row, strict=True)) for row in rows]
        return json.dumps({"rows": made}, default=str).encode()
    content = io.BytesIO()
    pd.DataFrame({"week": sheet.weeks, **sheet.columns}).to_parquet(content)
    return content.getvalue()


def agrees(
    content: bytes, kind: str, sheet: Sheet, numbers: dict[str, list[float]], mark: str = ","
) -> None:
    """The file holds these weeks and numbers, or it is refused; then one word is enough."""
    try:
        table = read_table(content, kind)
    except DataError as refused:
        words: dict[str, Any] = {}
        for _ in range(3):
            (issue,) = refused.issues
            assert issue.code == "two_readings", issue
            word = issue.pointer.removeprefix("/read/")
            words[word] = right_word(word, sheet, mark)
            try:
                table = read_table(content, kind, parse_recipe(words))
                break
            except DataError as again:
                refused = again
        else:
            raise
    assert table.frame["week"].tolist() == [str(week) for week in sheet.weeks]
    for name, column in numbers.items():
        read = [float(cell) for cell in table.frame[name]]
        assert read == pytest.approx(column, abs=1e-9), (name, table.recipe)


def right_word(word: str, sheet: Sheet, mark: str = ",") -> str:
    """What somebody who knows the file answers."""
    comma = sheet.numbers in ("german", "decimal comma")
    words = {"dates": sheet.dates, "decimal": "comma" if comma else "point", "separator": mark}
    return words[word]


@settings(max_examples=150, deadline=None)
@given(sheets(), st.sampled_from(";\t|,"), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_text_files_are_read_back(sheet: Sheet, mark: str, encoding: str) -> None:
    agrees(as_csv(sheet, mark, encoding), CSV, sheet, sheet.values, mark)


@settings(max_examples=40, deadline=None)
@given(sheets(), st.sampled_from([XLSX, JSON, PARQUET]))
def test_typed_files_are_read_back(sheet: Sheet, kind: str) -> None:
    agrees(as_typed(sheet, kind), kind, sheet, sheet.columns)


@settings(max_examples=40, deadline=None)
@given(sheets())
def test_the_recipe_of_a_file_reads_it_again(sheet: Sheet) -> None:
    content = as_csv(sheet, ";", "utf-8")
    words = {"dates": sheet.dates, "decimal": right_word("decimal", sheet)}
    table = read_table(content, CSV, parse_recipe(words))
    again = read_table(content, CSV, parse_recipe(table.recipe.model_dump(mode="json")))
    pd.testing.assert_frame_equal(again.frame, table.frame)
    assert again.recipe.words == table.recipe.words
