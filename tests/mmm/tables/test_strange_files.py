"""Files of kinds that many systems write: each is read rightly, or refused by the deciding word."""

from datetime import date, timedelta

import pytest

from mmm.errors import DataError
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, cells, days, german, lines, read_text

YEARS = [(2023 + at // 52, at % 52 + 1) for at in range(60)]
FIRST = date(2022, 9, 26)


def fiscal(weeks=YEARS) -> list[str]:
    rows = [f"FY{year} W{week:02},{10.5 + at}" for at, (year, week) in enumerate(weeks)]
    return ["fiscal week,sales", *rows]


def test_weeks_of_a_fiscal_year_ask_for_the_first_day() -> None:
    with pytest.raises(DataError, match=r"the first one began: 2023-W1; say it with .*first_week"):
        read_text(fiscal())
    table = read_text(fiscal(), first_week=str(FIRST))
    assert days(table, "fiscal week") == [FIRST + timedelta(weeks=at) for at in range(60)]
    assert table.recipe.first_week_is == "2023-W1"


def test_years_and_weeks_in_columns_of_their_own_are_the_same() -> None:
    rows = [f"{year},{week},{week}.5" for year, week in YEARS]
    table = read_text(["Fiscal Year,Fiscal Week,sales", *rows], first_week=str(FIRST))
    assert days(table, "Fiscal Week") == [FIRST + timedelta(weeks=at) for at in range(60)]


def test_the_next_file_goes_on_where_its_weeks_say_or_asks() -> None:
    words = read_text(fiscal(), first_week=str(FIRST)).recipe.words
    assert days(read_text(fiscal(), **words), "fiscal week")[0] == FIRST
    later = read_text(fiscal(YEARS[20:30]), **words)
    assert days(later, "fiscal week")[0] == FIRST + timedelta(weeks=20)
    with pytest.raises(DataError, match="first week is 2024-W2; say when that began with"):
        read_text(fiscal(YEARS[53:]), **words)
    again = {**words, "first_week": "2023-10-02", "first_week_is": "2024-W2"}
    table = read_text(fiscal(YEARS[53:]), **again)
    assert days(table, "fiscal week")[0] == date(2023, 10, 2)


def test_a_missing_fiscal_week_is_named() -> None:
    with pytest.raises(DataError, match="line 7: after the fiscal week 2023-W5 comes 2023-W7"):
        read_text(fiscal([*YEARS[:5], *YEARS[6:]]), first_week=str(FIRST))


def test_dates_and_amounts_in_japanese() -> None:
    amounts = [f'"{round(100 * number):,}円"' for number in SALES]
    rows = lines(("週", "売上"), amounts, day=lambda d: f"{d.year}年{d.month}月{d.day}日")
    table = read_text(rows)
    assert days(table, "週") == list(WEEKS)
    assert cells(table, "売上") == [round(100 * number) for number in SALES]
    assert table.recipe.signs == ("¥",)


def test_subtotals_between_the_weeks_are_left_out_and_said() -> None:
    rows = lines(("week", "sales", "tv"), SALES, TV)
    rows.insert(14, "Q1 Total,1,2")
    rows.insert(28, "Zwischensumme Q2,1,2")
    table = read_text(rows)
    assert days(table) == list(WEEKS)
    assert table.recipe.left_out == (
        "line 15 has 'Q1 Total' in place of a date",
        "line 29 has 'Zwischensumme Q2' in place of a date",
    )


def test_a_minus_behind_a_number_is_one() -> None:
    signed = [number - 90_000 for number in SALES]
    texts = [german(abs(number)) + ("-" if number < 0 else "") for number in signed]
    table = read_text(lines(("Woche", "Korrektur"), texts, mark=";"))
    assert cells(table, "Korrektur") == pytest.approx(signed, abs=0.01)


@pytest.mark.parametrize("space", ["\u2009", "\u202f", "\u00a0"])
def test_thin_spaces_group_digits(space: str) -> None:
    texts = [f"{number:,.2f}".replace(",", space).replace(".", ",") + " €" for number in SALES]
    table = read_text(lines(("Semaine", "Ventes"), texts, mark="\t"))
    assert cells(table, "Ventes") == list(SALES)
