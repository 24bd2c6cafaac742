"""The row with the names: below titles, above values, in one line or in two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    usual,
)


@pytest.mark.parametrize(
    "title", ["Report", "Sales report, 2022", "Shop,Berlin", "2022,", "Report\n\nJan to Oct"]
)
def test_a_title_above_two_columns_is_a_title(title: str) -> None:
    above = title.split("\n")
    table = read_text([*above, *lines(("week", "sales"), SALES)])
    assert days(table) == list(WEEKS)
    assert cells(table, "sales") == list(SALES)
    assert table.recipe.header == len(above) + 1
    said = table.recipe.evidence["header"]
    assert f"above stands {title.partition(',')[0].partition(chr(10))[0]!r}" in said


@given(st.integers(1, 4), st.integers(0, 3), st.sampled_from(["Report", "Sales, net", "1.1.2022,"]))
@settings(max_examples=30, deadline=None)
def test_the_names_are_found_below_any_number_of_titles(columns, titles, title):
    names = [f"metric {chr(97 + number)}" for number in range(columns)]
    table = read_text([*[title] * titles, *lines(("week", *names), *[SALES] * columns)])
    assert list(table.frame.columns) == ["week", *names]
    assert table.recipe.header == titles + 1


def test_a_year_as_a_name_is_a_name() -> None:
    assert list(read_text(lines(("week", "2022"), SALES)).frame.columns) == ["week", "2022"]


def test_a_file_without_names_is_refused() -> None:
    with pytest.raises(
        DataError, match=r"line 1 holds values \('2022-01-03', '.*'\) where the nam"
    ):
        read_text(usual()[1:])
    with pytest.raises(DataError, match="line 2 holds values"):
        read_text(["sales", *lines(("week", "sales"), SALES)[1:]])


GROUPS = [",,TV,,Search,", "week,sales,spend,clicks,spend,clicks"]
BELOW = [f"{week},{sold},{tv},1,{tv},2" for week, sold, tv in zip(WEEKS, SALES, TV, strict=True)]


def test_a_channel_over_its_metrics_makes_names_of_both() -> None:
    table = read_text(["Report", *GROUPS, *BELOW])
    names = ["week", "sales", "TV spend", "TV clicks", "Search spend", "Search clicks"]
    assert list(table.frame.columns) == names
    assert (table.recipe.header, table.recipe.header_rows) == (2, 2)
    assert cells(table, "Search clicks") == [2.0] * len(WEEKS)
    assert table.frame.index[0] == 4


@pytest.mark.parametrize("units", [",EUR,EUR", ",pieces,EUR", "date,EUR,pieces"])
def test_a_unit_below_a_name_is_a_part_of_it(units: str) -> None:
    rows = usual()
    table = read_text([rows[0], units, *rows[1:]])
    expected = [
        f"{n} {u}".strip() for n, u in zip(rows[0].split(","), units.split(","), strict=True)
    ]
    assert list(table.frame.columns) == expected
    assert cells(table, expected[1]) == list(SALES)


def test_merged_cells_of_a_workbook_are_joined_as_well() -> None:
    made: list[list[object]] = [["", "TV", None, "Sales"], ["week", "spend", "clicks", "net"]]
    made += [[week, tv, 1, sold] for week, tv, sold in zip(WEEKS, TV, SALES, strict=True)]
    assert list(read_book(book(Data=made)).frame.columns) == ["week", "spend", "clicks", "net"]
    table = read_book(book(Data=made), header=1, header_rows=2)
    assert list(table.frame.columns) == ["week", "TV spend", "TV clicks", "Sales net"]


def test_two_lines_of_names_hold_for_the_next_file_of_its_kind() -> None:
    words = read_text([*GROUPS, *BELOW]).recipe.words
    again = read_text([*GROUPS, *BELOW[:5]], **words)
    assert list(again.frame.columns)[2:4] == ["TV spend", "TV clicks"]
    with pytest.raises(DataError, match="the column 'spend' appears more than once"):
        read_text([*GROUPS, *BELOW], header=2)
    with pytest.raises(DataError, match="header_rows 2, but below line 2 there is nothing"):
        read_text(["week,sales", "a,b"], header=2, header_rows=2)
