"""A table that stands on its side, its dates in the names of columns, is turned."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings

from mmm.errors import DataError
from mmm.tables.formats import CSV
from mmm.tables.read import parse_recipe, read_table
from tests.mmm.tables.files_of_people import (
    SALES,
    TV,
    WEEKS,
    book,
    cells,
    days,
    german,
    read_book,
    read_text,
)
from tests.mmm.tables.test_round_trip import DATES, Sheet, agrees, sheets

REGIONAL = [
    ("Region", "Kennzahl", "Einheit", *WEEKS, "Summe"),
    ("Nord", "Umsatz", "EUR", *SALES, sum(SALES)),
    ("Nord", "TV", "EUR", *map(float, TV), float(sum(TV))),
    ("Süd", "Umsatz", "EUR", *(2 * sold for sold in SALES), 2 * sum(SALES)),
    ("Süd", "TV", "EUR", *(float(spent) / 2 for spent in TV), float(sum(TV)) / 2),
]


def text_of(rows: Sequence[Sequence[Any]], mark: str = ",") -> list[str]:
    return [mark.join(map(str, row)) for row in rows]


def test_regions_and_variables_of_a_sheet_on_its_side() -> None:
    table = read_book(book(Plan=[("Marketing 2022",), (), *REGIONAL]))
    assert list(table.frame.columns) == ["week", "Region", "Umsatz", "TV"]
    assert days(table) == [week for week in WEEKS for _ in range(2)]
    assert cells(table, "Umsatz")[::2] == list(SALES)
    assert cells(table, "TV")[1::2] == [float(spent) / 2 for spent in TV]
    said = table.recipe.evidence["shape"]
    assert table.recipe.shape == "across"
    assert "the names of 40 columns" in said
    assert "left out: 'Einheit', 'Summe'" in said


def test_regions_alone_are_one_variable() -> None:
    rows = [("Region", *WEEKS), ("Nord", *SALES), ("Süd", *TV)]
    table = read_text(text_of(rows))
    assert list(table.frame.columns) == ["week", "Region", "value"]
    assert cells(table, "value")[1::2] == [float(spent) for spent in TV]


def test_the_recipe_turns_the_next_file_and_refuses_one_that_stands() -> None:
    rows = text_of([("Kennzahl", *WEEKS), ("Umsatz", *SALES), ("TV", *TV)])
    recipe = read_text(rows).recipe.words
    assert cells(read_text(rows, **recipe), "TV") == [float(spent) for spent in TV]
    with pytest.raises(DataError, match="shape 'across', but no column is named by a date"):
        read_text(["week,sales", *(f"{week},1" for week in WEEKS)], **recipe)


def test_what_cannot_be_turned_is_refused_by_name() -> None:
    twice = text_of([("metric", *WEEKS), ("sales", *SALES), ("sales", *TV)])
    with pytest.raises(DataError, match="line 3: sales is in line 2 already"):
        read_text(twice)
    nameless = text_of([(*WEEKS, "Total"), (*SALES, 1.5)])
    with pytest.raises(DataError, match="no column says which variable a row holds"):
        read_text(nameless)


@settings(max_examples=60, deadline=None)
@given(sheets().filter(lambda sheet: len(sheet.weeks) >= 8))
def test_random_tables_are_read_back_from_their_side(sheet: Sheet) -> None:
    day = DATES[sheet.dates]
    lines = [["metric", *map(day, sheet.weeks)]]
    lines += [[f'"{name}"', *map(german, column)] for name, column in sheet.columns.items()]
    content = "\n".join("\t".join(line) for line in lines).encode()
    written = Sheet(sheet.weeks, sheet.columns, sheet.dates, "german")
    agrees(content, CSV, written, written.values, "\t")
    assert read_table(content, CSV, parse_recipe(answers(written))).recipe.shape == "across"


def answers(sheet: Sheet) -> dict[str, Any]:
    return {"dates": sheet.dates, "decimal": "comma", "separator": "\t"}
