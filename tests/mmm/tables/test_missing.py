"""Days and weeks without a row: refused by the word that decides, or zero where it says so."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.data.panel import build_panel
from mmm.errors import DataError
from mmm.spec.model import parse_spec
from mmm.tables.read import Table
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, cells, days, lines, read_text

MONDAY = date(2022, 1, 3)
DAYS = [MONDAY + timedelta(step) for step in range(28)]


def shops(sold: dict[tuple[date, str], float], price: float = 9.0) -> list[str]:
    """Daily rows of shops that sold something."""
    rows = [f"{day},{shop},{number},{price}" for (day, shop), number in sorted(sold.items())]
    return ["day,shop,sold,price", *rows]


def both_shops(without: set[tuple[int, str]]) -> dict[tuple[date, str], float]:
    everything = {(day, shop): 2.5 for day in DAYS for shop in ("north", "south")}
    return {k: v for k, v in everything.items() if (DAYS.index(k[0]), k[1]) not in without}


def test_days_without_a_row_are_refused_by_the_word_that_decides() -> None:
    lacking = both_shops({(3, "south"), (4, "south"), (5, "north")})
    with pytest.raises(DataError) as refused:
        read_text(shops(lacking))
    (issue,) = refused.value.issues
    assert issue.pointer == "/read/missing_days"
    assert issue.detail == (
        "there are 3 days without a row, in 2 of 2 'shop', most of shop 'south', the first "
        "2022-01-06; a week needs all its days: if nothing happened there, read the table with "
        '"read": {"missing_days": "zero"} (--read missing_days=zero)'
    )


def test_one_day_of_one_shop_is_named() -> None:
    with pytest.raises(DataError, match="no row of shop 'south' for the day 2022-01-06;"):
        read_text(shops(both_shops({(3, "south")})))


def test_nothing_happened_on_days_without_a_row() -> None:
    lacking = both_shops({(3, "south"), (4, "south")})
    table = read_text(shops(lacking), missing_days="zero")
    south = table.frame[table.frame["shop"] == "south"]
    assert south["sold"].tolist() == [5 * 2.5, 7 * 2.5, 7 * 2.5, 7 * 2.5]
    assert south["price"].tolist() == [9.0] * 4
    assert table.recipe.evidence["missing_days"].startswith("as told: there are 2 days without")
    complete = read_text(shops(both_shops(set())), missing_days="zero")
    assert complete.recipe.evidence["missing_days"] == "none is missing"


def test_a_week_without_any_day_is_a_row_of_zeros_without_a_price() -> None:
    week = {(day, "south") for day in range(7, 14)}
    table = read_text(shops(both_shops(week)), missing_days="zero")
    assert len(table.frame) == 8
    row = table.frame[(table.frame["shop"] == "south") & (table.frame["day"] == "2022-01-10")]
    assert row["sold"].tolist() == [0.0]
    assert row["price"].tolist() == [None]


def weekly_shops(kept: set[tuple[int, str]]) -> list[str]:
    rows = [f"{WEEKS[at]},{shop},{at + 1}.5,9.5" for at, shop in sorted(kept)]
    return ["week,shop,sold,price", *rows]


def test_weeks_without_a_row_are_zero_where_told() -> None:
    kept = {(at, shop) for at in range(30) for shop in ("north", "south")}
    rows = weekly_shops(kept - {(4, "south"), (5, "south")})
    table = read_text(rows, missing_weeks="zero")
    south = table.frame[table.frame["shop"] == "south"]
    assert days(Table(south, table.recipe)) == list(WEEKS[:30])
    assert [float(cell) for cell in south["sold"][3:7]] == [4.5, 0.0, 0.0, 7.5]
    assert south["price"].tolist()[4:6] == [None, None]
    assert "zero is read there for sold" in table.recipe.evidence["missing_weeks"]


def test_a_panel_with_gaps_names_the_word() -> None:
    rows = lines(("week", "sales", "tv"), SALES, TV)
    spec = parse_spec({"date": "week", "kpi": {"column": "sales"}, "channels": ["tv"]})
    del rows[5:8]
    with pytest.raises(DataError, match=r"3 weeks are missing between .*--read missing_weeks=zero"):
        build_panel(read_text(rows).frame, spec)
    table = read_text(rows, missing_weeks="zero")
    assert build_panel(table.frame, spec).array("kpi")[4:7].tolist() == [[0.0]] * 3


def test_a_table_with_hardly_any_row_is_not_filled() -> None:
    rows = [f"{day},shop {at},1.5" for at, week in enumerate(WEEKS) for day in {WEEKS[0], week}]
    with pytest.raises(DataError, match="40 rows for each of 40 weeks would be 1600, and the tab"):
        read_text(["week,shop,sold", *rows], missing_weeks="zero")


@given(st.sets(st.tuples(st.integers(1, 27), st.sampled_from(["north", "south"])), max_size=50))
@settings(max_examples=40, deadline=None)
def test_rows_of_zeros_and_no_rows_are_the_same_table(idle: set[tuple[int, str]]) -> None:
    sold = {
        (day, shop): 0.0 if (at, shop) in idle else 1.5 + at
        for at, day in enumerate(DAYS)
        for shop in ("north", "south")
    }
    every = {(day, shop) for day, shop in sold}
    missing = {key: number for key, number in sold.items() if number}
    last = DAYS[-1]
    if not any(day == last for day, _ in missing):
        missing[last, "north"] = 0.0  # so that the last week is whole
    whole = read_text(shops({key: sold[key] for key in every}))
    short = read_text(shops(missing), missing_days="zero")
    assert cells(short, "sold") == cells(whole, "sold")
    assert short.frame["shop"].tolist() == whole.frame["shop"].tolist()
