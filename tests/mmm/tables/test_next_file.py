"""The next file is read by the recipe of the one before: it fits, or is refused by name."""

from datetime import timedelta

import pytest

from mmm.errors import DataError
from mmm.tables.formats import CSV, JSON
from mmm.tables.read import parse_recipe, read_table
from mmm.tables.recipe import Recipe, written_recipe
from tests.mmm.tables.files_of_people import (
    SALES,
    TV,
    WEEKS,
    american,
    book,
    cells,
    days,
    german,
    lines,
    read_book,
    read_text,
)

HEADER = ("week_ending", "sales", "tv")


def file(day="%d/%m/%Y", number=german, sign="€ ", mark=";", weeks=WEEKS) -> bytes:
    rows = [mark.join(HEADER)]
    for week, sold, spent in zip(weeks, SALES, TV, strict=False):
        cells_ = [f"{week + timedelta(6):{day}}", sign + number(sold), sign + number(spent)]
        rows.append(mark.join(cells_))
    return "\n".join(rows).encode()


FIRST = read_table(file(), CSV).recipe
NEXT = (WEEKS[-1] + timedelta(7),)


def test_a_row_that_alone_could_be_read_in_two_ways_is_read_by_the_recipe() -> None:
    one = file(weeks=[WEEKS[4]], number=lambda _: "1.234")
    with pytest.raises(DataError):
        read_table(one, CSV)
    table = read_table(one, CSV, FIRST)
    assert days(table, "week_ending") == [WEEKS[4]]
    assert cells(table, "sales") == [1234.0]


MISFITS = {
    "dates": (file(day="%Y-%m-%d", weeks=NEXT), "dates 'day_first', but line 2 has '2022-10-16'"),
    "marks": (file(number=american, weeks=NEXT), "decimal 'comma', but line 2, column 'sales'"),
    "currency": (file(sign="$", weeks=NEXT), "signs '€', but column 'sales' has \\$"),
    "separator": (
        file(mark="\t", weeks=NEXT),
        "separator 'semicolon', but no row of the file is cut by one",
    ),
    "weekday": (
        file(weeks=[NEXT[0] + timedelta(1)]),
        "starts_on 'monday', but the week of 2022-10-11 starts on a tuesday",
    ),
    "column": (
        file(weeks=NEXT).replace(b"week_ending", b"Woche"),
        "date 'week_ending', but there is no such column; the columns are: Woche, sales, tv",
    ),
    "frequency": (
        file(weeks=[NEXT[0] + timedelta(n) for n in range(20)]),
        "frequency 'weekly', but its rows are daily",
    ),
}


@pytest.mark.parametrize(("content", "words"), MISFITS.values(), ids=MISFITS.keys())
def test_a_file_that_does_not_fit_is_refused_by_the_word(content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=f"^/read/.*{words}") as refused:
        read_table(content, CSV, FIRST)
    assert [issue.code for issue in refused.value.issues] == ["other_recipe"]


def test_a_word_given_beside_the_recipe_prevails() -> None:
    told = FIRST.with_words(parse_recipe({"dates": "year_first"}))
    table = read_table(file(day="%Y-%m-%d", weeks=NEXT), CSV, told)
    assert days(table, "week_ending") == list(NEXT)


def test_a_recipe_is_read_back_from_what_is_shown() -> None:
    shown = FIRST.model_dump(mode="json")
    assert parse_recipe(shown).words == FIRST.words
    assert Recipe.model_validate_json(FIRST.model_dump_json(exclude_defaults=True)) == FIRST
    again = read_table(file(), CSV, parse_recipe(shown))
    assert again.recipe.words == FIRST.words


def test_rows_of_another_format_are_read_by_what_they_mean_not_how_they_are_written() -> None:
    rows = b'{"rows": [{"week_ending": "2022-10-16", "sales": 5.5, "tv": 1}]}'
    table = read_table(rows, JSON, FIRST)
    assert days(table, "week_ending") == list(NEXT)
    assert table.recipe.week == "ends"


def test_words_may_stand_beside_rows_in_json() -> None:
    rows = b'{"rows": [{"week": "03/01/2022", "tv": 1}], "read": {"dates": "day_first"}}'
    assert days(read_table(rows, JSON)) == [WEEKS[0]]
    with pytest.raises(DataError, match="read/dates: dates: Input should be"):
        read_table(rows.replace(b"day_first", b"day_fist"), JSON)


def test_numbered_weeks_go_on_in_the_next_file() -> None:
    first = read_text(["Week,Sales", "1,2.5", "2,3.5"], first_week="2022-01-03").recipe
    later = read_table(b"Week,Sales\n3,4.5\n", CSV, first)
    assert days(later, "Week") == [WEEKS[2]]


def test_a_workbook_keeps_its_sheet_and_header() -> None:
    rows = [("Title",), (), ("week", "sales", "tv"), *zip(WEEKS, SALES, TV, strict=True)]
    recipe = read_book(book(Data=rows, Other=[("a", "b", "c")])).recipe
    assert (recipe.sheet, recipe.header) == ("Data", 3)
    with pytest.raises(DataError, match="sheet 'Data', but the sheets are 'Sheet'"):
        read_book(book(Sheet=rows), **recipe.model_dump(mode="json"))


def test_what_the_package_writes_is_read_without_a_doubt() -> None:
    rows = lines(("week", "odd", "sales"), ["1.234"] * len(WEEKS), SALES)
    table = read_table("\n".join(rows).encode(), CSV, written_recipe())
    assert cells(table, "odd") == [1.234] * len(WEEKS)
