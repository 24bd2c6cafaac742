"""A second sheet or file is joined to the weekly table by date, or refused by name."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.draft import draft_model
from mmm.errors import DataError
from mmm.tables.formats import CSV, XLSX, joined_files
from mmm.tables.read import Table, parse_recipe, read_table
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, book, lines, read_book, usual

MONTHS = [date(2022, month, 1) for month in range(1, 11)]
MACRO = [("Month", "confidence"), *((month, 90.5 + month.month) for month in MONTHS)]
DATA = [("week", "sales", "tv"), *zip(WEEKS, SALES, map(float, TV), strict=True)]


def together(first: list[str], second: list[str], **words: object) -> Table:
    """The table of two CSV files, the second joined to the first."""
    texts = ("\n".join(rows).encode() for rows in (first, second))
    content, kind = joined_files(next(texts), CSV, next(texts), CSV)
    return read_table(content, kind, parse_recipe(words))


def by_week(table: Table, column: str) -> dict[str, object]:
    """The cells of a column that hold something, by their weeks."""
    pairs = zip(table.frame["week"].tolist(), table.frame[column].tolist(), strict=True)
    return {week: cell for week, cell in pairs if cell is not None}


def test_a_monthly_sheet_stands_in_the_first_week_of_each_month() -> None:
    table = read_book(book(Data=DATA, Macro=MACRO), sheet="Data", with_sheets=["Macro"])
    firsts = [next(week for week in WEEKS if week.month == month) for month in range(1, 11)]
    expected = {str(week): 90.5 + week.month for week in firsts if week in WEEKS}
    assert by_week(table, "confidence") == expected
    assert table.recipe.with_sheets is not None
    kept = table.recipe.with_sheets["Macro"]
    assert (kept.frequency, kept.date, kept.values) == ("monthly", "Month", ("confidence",))
    assert "the first week that begins in each month" in table.recipe.evidence["with_sheets"]


def test_the_recipe_reads_next_weeks_workbook_in_the_same_way() -> None:
    words = {"sheet": "Data", "with_sheets": {"Macro": {}}}
    first = read_book(book(Data=DATA[:30], Macro=MACRO), **words)
    recipe = parse_recipe(first.recipe.model_dump(mode="json"))
    again = read_table(book(Data=DATA, Macro=MACRO), XLSX, recipe)
    assert again.frame.iloc[:29]["confidence"].tolist() == first.frame["confidence"].tolist()
    renamed = [("Month", "trust"), *MACRO[1:]]
    with pytest.raises(DataError, match="sheet 'Macro': the table is read with values 'confid"):
        read_table(book(Data=DATA, Macro=renamed), XLSX, recipe)
    with pytest.raises(DataError, match="sheet 'Macro', but the sheets are 'Data'"):
        read_table(book(Data=DATA), XLSX, recipe)


def test_sheets_that_are_not_read_are_named() -> None:
    table = read_book(book(Data=DATA, Macro=MACRO, Old=DATA), sheet="Data", with_sheets="Macro")
    assert table.recipe.evidence["sheet"] == "as told; not read: 'Old', with tables too"
    with pytest.raises(DataError, match=r'joined to it by date, with "with_sheets": \["Macro"\]'):
        read_book(book(Data=DATA, Macro=MACRO))


@pytest.mark.parametrize("month", ["{:%Y-%m}", "{:%m/%Y}", "{:%b %Y}", "{:%Y%m}"])
def test_months_of_a_second_file_in_any_form(month: str) -> None:
    rows = ["month;confidence", *(f"{month.format(m)};{m.month},5" for m in MONTHS)]
    table = together(usual(), rows)
    assert [*by_week(table, "confidence").values()] == [f"{m}.5" for m in range(1, 11)]


def test_ten_days_or_the_first_of_ten_months_is_asked_for() -> None:
    rows = ["month;confidence", *(f"{m:%d.%m.%Y};{m.month},5" for m in MONTHS)]
    with pytest.raises(DataError, match=r"\(--read with_file.dates=month_first\)|dates=day_first"):
        together(usual(), rows)
    table = together(usual(), rows, with_file={"dates": "day_first"})
    assert [*by_week(table, "confidence").values()] == [f"{m}.5" for m in range(1, 11)]


def test_a_second_file_by_week_and_region_meets_each_region() -> None:
    regions = ("north", "south")
    first = ["week,region,sales", *(f"{w},{r},1{n}" for n, w in enumerate(WEEKS) for r in regions)]
    second = ["week,region,stores"]
    second += [f"{w},{r},{n}{len(r)}" for n, w in enumerate(WEEKS) for r in reversed(regions)]
    table = together(first, second)
    assert table.frame["stores"].tolist() == [f"{n}5" for n in range(len(WEEKS)) for _ in regions]
    national = together(first, ["week,cpi", *(f"{w},{n}" for n, w in enumerate(WEEKS))])
    assert national.frame["cpi"].tolist() == [str(n) for n in range(len(WEEKS)) for _ in regions]


MONDAYS = lines(("week", "cpi"), range(40))
REFUSED: dict[str, tuple[list[str], str]] = {
    "other years": (
        ["month,cpi", "2012-01,1", "2012-02,2", "2012-03,3"],
        "the second file: its dates, 2012-01-01 to 2012-03-01, meet no week of the table, "
        "2022-01-03 to 2022-10-03",
    ),
    "other weekdays": (
        ["week,cpi", *(f"{week - timedelta(1)},{n}.5" for n, week in enumerate(WEEKS))],
        "the second file: its weeks begin on sunday, those of the table on monday",
    ),
    "a date twice": ([*MONDAYS, MONDAYS[-1]], "line 42: 2022-10-03 is in line 41 already"),
    "a name twice": (lines(("week", "sales"), range(40)), "the table has a column 'sales' too"),
    "no dates": (["place,cpi", "here,1", "there,2"], "the second file: it has no column of dates"),
    "no date in a row": (
        [*MONDAYS, "soon,41"],
        "the second file: line 42 has 'soon', which is no date; write one, or remove the row",
    ),
    "no numbers": (["week,cpi", "2022-01-03,x", "2022-01-10,y"], "it has no column of numbers"),
    "two readings": (
        ["week,cpi", "01/03/2022,1", "02/07/2022,2", "03/07/2022,3"],
        "(--read with_file.dates=day_first)",
    ),
    "years": (["year,cpi", "2020-12-31,1", "2021-12-31,2", "2022-12-31,3"], "the rows are years"),
}


@pytest.mark.parametrize(("second", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_meet_is_refused_by_name(second: list[str], said: str) -> None:
    with pytest.raises(DataError) as refused:
        together(usual(), second)
    assert said in str(refused.value)


def test_a_file_that_lacks_the_second_one_is_refused_unless_it_has_its_columns() -> None:
    recipe = together(usual(), MONDAYS).recipe
    with pytest.raises(DataError, match="the second file, which has the column 'cpi', was not"):
        read_table("\n".join(usual()).encode(), CSV, recipe)
    whole = lines(("week", "sales", "tv", "cpi"), SALES, TV, range(40))
    assert by_week(read_table("\n".join(whole).encode(), CSV, recipe), "cpi")


def test_a_draft_says_what_stands_between_the_months() -> None:
    rows = ["month,consumer confidence", *(f"{m:%Y-%m},{m.month}.5" for m in MONTHS)]
    table = together(usual(), rows)
    draft = draft_model(table.frame, table.recipe)
    controls: list[dict[str, str]] = draft.model["controls"]  # type: ignore[assignment]
    (control,) = controls
    assert control["between"] == "hold"


FORMS: list[Callable[[date], str]] = [str, "{:%m/%Y}".format, "{:%b %Y}".format]


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2016, 1, 1), date(2022, 1, 1)),
    st.integers(10, 60),
    st.lists(st.integers(-999, 9999).map(lambda n: n / 4), min_size=3, max_size=24),
    st.sampled_from(FORMS),
    st.integers(-3, 3),
)
def test_every_month_that_has_a_week_is_read_back(first, weeks, values, form, ahead) -> None:
    """Each number is found in the first week that begins in its month, and nowhere else."""
    starts = [first + timedelta(weeks=n) for n in range(weeks)]
    base = 12 * first.year + first.month - 1 + ahead
    months = [date((base + n) // 12, (base + n) % 12 + 1, 1) for n in range(len(values))]
    rows = ["month,cpi", *(f"{form(m)},{v}" for m, v in zip(months, values, strict=True))]
    main = ["week,sales", *(f"{week},{n + 0.5}" for n, week in enumerate(starts))]
    of_month = {(w.year, w.month): w for w in reversed(starts)}
    expected = {
        str(of_month[m.year, m.month]): v
        for m, v in zip(months, values, strict=True)
        if (m.year, m.month) in of_month
    }
    if not expected:
        with pytest.raises(DataError, match="meet no week of the table"):
            together(main, rows)
        return
    found = by_week(together(main, rows), "cpi")
    assert {week: float(str(cell)) for week, cell in found.items()} == expected
