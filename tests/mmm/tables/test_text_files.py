"""CSV files with any usual encoding, separator, title, total and index."""

import pytest

from mmm.errors import DataError
from tests.mmm.tables.files_of_people import (
    SALES,
    TV,
    WEEKS,
    cells,
    days,
    german,
    lines,
    read_text,
    usual,
)


def same(table, date="week", sales="sales", tv="tv") -> None:
    assert days(table, date) == list(WEEKS)
    assert cells(table, sales) == list(SALES)
    assert cells(table, tv) == list(TV)


@pytest.mark.parametrize(
    ("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_a_separator_gives_every_row_as_many_cells(mark: str, name: str) -> None:
    table = read_text(usual(mark=mark))
    same(table)
    assert table.recipe.separator == name
    assert table.recipe.evidence["separator"] == f"a {name} gives every row 3 cells"


def test_decimal_commas_do_not_hide_the_separator() -> None:
    rows = lines(("week", "sales", "tv"), map(german, SALES), map(german, TV), mark=";")
    same(table := read_text(rows))
    assert (table.recipe.separator, table.recipe.decimal) == ("semicolon", "comma")


def test_a_header_is_cut_like_the_rows_below_it() -> None:
    rows = lines(("week", "channel", "sales"), ["tv"] * len(WEEKS), ["1,5"] * len(WEEKS), mark=";")
    assert read_text(rows).recipe.separator == "semicolon"


def test_a_first_line_may_name_the_separator() -> None:
    table = read_text(["sep=;", *usual(mark=";")])
    same(table)
    assert (table.recipe.header, table.frame.index[0]) == (2, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_encoding_is_found(encoding: str) -> None:
    table = read_text(lines(("Woche", "Umsätze", "TV"), SALES, TV), encoding)
    same(table, "Woche", "Umsätze", "TV")
    assert table.recipe.encoding == encoding.removesuffix("-sig")


def test_an_encoding_that_cannot_be_told_is_named() -> None:
    rows = lines(("週", "売上", "tv"), SALES, TV)
    with pytest.raises(DataError, match="name its encoding"):
        read_text(rows, "shift_jis")
    same(read_text(rows, "shift_jis", encoding="shift_jis"), "週", "売上")
    with pytest.raises(DataError, match="read with encoding 'utf-8', but its bytes are not"):
        read_text(rows, "shift_jis", encoding="utf-8")
    with pytest.raises(DataError, match="encodings are utf-8, utf-16"):
        read_text(rows, encoding="ebcdic")


def test_titles_above_the_header_are_left_out_and_said() -> None:
    table = read_text(["Campaign report", '"Jan 3, 2022 - Oct 9, 2022"', "", *usual()])
    same(table)
    assert table.recipe.header == 4
    assert "'Campaign report', which is left out" in table.recipe.evidence["header"]
    assert table.frame.index[0] == 5


def test_a_row_of_totals_is_left_out_and_said() -> None:
    table = read_text([*usual(), f"Total,{sum(SALES):.2f},{sum(TV):.2f}"])
    same(table)
    assert table.recipe.left_out == (f"line {len(WEEKS) + 2} has 'Total' in place of a date",)


def test_a_geo_called_total_is_no_row_of_totals() -> None:
    rows = ["week,geo,sales"]
    rows += [f"{week},{geo},1.5" for week in WEEKS for geo in ("north", "Total")]
    assert len(read_text(rows).frame) == 2 * len(WEEKS)


def test_rows_without_cells_and_columns_without_names_are_no_data() -> None:
    trailing = [f"{line};" for line in usual(mark=";")]
    table = read_text([*trailing[:5], ";;;", *trailing[5:], ";;;"])
    same(table)
    assert table.recipe.left_out == ("line 6 without any cell",)


def test_a_column_that_counts_the_rows_needs_no_name() -> None:
    counted = [f"{number},{line}" for number, line in enumerate(usual()[1:])]
    table = read_text([f",{usual()[0]}", *counted])
    same(table)
    with pytest.raises(DataError, match="column 1 has no name"):
        read_text([f",{usual()[0]}", counted[0], *counted])


def test_rows_are_counted_as_lines_of_the_file() -> None:
    rows = usual()
    rows.insert(3, "")
    rows[5] = rows[5].replace(",", ',"a\nb",', 1)
    with pytest.raises(DataError, match=r"line 6 has 4 cells, the header has 3"):
        read_text(rows)
    index = read_text([*usual()[:3], "", *usual()[3:]]).frame.index
    assert [index.name, *index[:4]] == ["line", 2, 3, 5, 6]


def test_a_given_word_that_the_file_does_not_fit_is_named() -> None:
    with pytest.raises(DataError, match="separator 'semicolon', but no row of the file"):
        read_text(usual(), separator="semicolon")
    with pytest.raises(DataError, match="header 3, but line 3 is empty"):
        read_text([*usual()[:2], "", *usual()[2:]], header=3)
    with pytest.raises(DataError, match="there is no word 'seperator'; the words are format"):
        read_text(usual(), seperator=";")
