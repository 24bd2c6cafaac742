"""Weeks: their ends, daily rows by a rule for each column, part weeks, what is refused."""

from datetime import date, timedelta

import numpy as np
import pytest

from mmm.errors import DataError
from tests.mmm.tables.files_of_people import SALES, WEEKS, cells, days, lines, read_text, usual

DAYS = [date(2022, 1, 5) + timedelta(step) for step in range(60)]
FIRST_MONDAY = date(2022, 1, 10)
_RANDOM = np.random.default_rng(3)
SOLD = _RANDOM.uniform(50, 150, len(DAYS)).round(2)
PRICE = _RANDOM.uniform(9, 11, len(DAYS)).round(2)
HEADER = "day,sold,tv_spend,price,followers,promo"


def daily(kept=DAYS, geos: tuple[str, ...] = ()) -> list[str]:
    header = HEADER.replace("day,", "day,region,") if geos else HEADER
    rows = [header]
    for step, day in enumerate(DAYS):
        for geo in geos or ("",):
            if day in kept:
                cells_ = [SOLD[step], step % 7, PRICE[step], 1000 + step, int(step % 7 == 0)]
                label = f",{geo}" if geo else ""
                rows.append(f"{day}{label}," + ",".join(map(str, cells_)))
    return rows


def by_week(values) -> list[np.ndarray]:
    """The daily values of each whole week, by hand."""
    start = DAYS.index(FIRST_MONDAY)
    whole = (len(DAYS) - start) // 7
    return [np.asarray(values[start + 7 * n : start + 7 * n + 7]) for n in range(whole)]


def test_daily_rows_become_weeks_by_a_rule_for_each_column() -> None:
    table = read_text(daily())
    assert days(table, "day")[0] == FIRST_MONDAY
    assert cells(table, "sold") == pytest.approx([week.sum() for week in by_week(SOLD)])
    assert cells(table, "tv_spend") == [21.0] * len(by_week(SOLD))
    assert cells(table, "price") == pytest.approx([week.mean() for week in by_week(PRICE)])
    assert cells(table, "followers")[0] == 1000 + DAYS.index(FIRST_MONDAY) + 6
    assert cells(table, "promo") == pytest.approx([1 / 7] * len(by_week(SOLD)))
    assert table.recipe.weekly == {
        "sold": "sum",
        "tv_spend": "sum",
        "price": "mean",
        "followers": "last",
        "promo": "mean",
    }
    assert "sum of sold, tv_spend (amounts add up)" in table.recipe.evidence["weekly"]
    assert table.frame.index[0] == 2 + DAYS.index(FIRST_MONDAY)


def test_part_weeks_at_the_ends_are_named_and_left_out() -> None:
    assert read_text(daily()).recipe.left_out == (
        "the week from 2022-01-03 has 5 of its days only, 2022-01-05 to 2022-01-09",
        "the week from 2022-02-28 has 6 of its days only, 2022-02-28 to 2022-03-05",
    )


def test_rules_and_the_first_weekday_can_be_told() -> None:
    weekly, weights = {"sold": "max"}, {"price": "sold"}
    table = read_text(daily(), weekly=weekly, weights=weights, starts_on="wednesday")
    assert days(table, "day")[0] == date(2022, 1, 5)
    assert cells(table, "sold")[0] == max(SOLD[:7])
    assert cells(table, "price")[0] == pytest.approx((SOLD * PRICE)[:7].sum() / SOLD[:7].sum())
    with pytest.raises(DataError, match="weekly 'soled', but there is no such column of numbers"):
        read_text(daily(), weekly={"soled": "sum"})


def test_daily_rows_of_geos_become_weeks_of_each() -> None:
    table = read_text(daily(geos=("north", "south")))
    assert table.recipe.keys == ("region",)
    north = table.frame[table.frame["region"] == "north"]
    assert [float(c) for c in north["sold"]] == pytest.approx([w.sum() for w in by_week(SOLD)])
    assert len(table.frame) == 2 * len(by_week(SOLD))


def test_days_of_business_make_whole_weeks() -> None:
    weekdays = [day for day in DAYS if day.weekday() < 5]
    table = read_text(daily(weekdays))
    *before, last = cells(table, "sold")
    assert before == pytest.approx([week[:5].sum() for week in by_week(SOLD)])
    assert last == pytest.approx(SOLD[DAYS.index(date(2022, 2, 28)) :][:5].sum())


def test_a_missing_day_is_refused() -> None:
    with pytest.raises(DataError, match="no row for the day 2022-02-01; a week needs all"):
        read_text(daily([day for day in DAYS if day != date(2022, 2, 1)]))


def test_a_repeated_day_is_refused_with_both_lines() -> None:
    rows = daily()
    with pytest.raises(DataError, match="line 62: 2022-01-07 is in line 4 already"):
        read_text([*rows, rows[3]])


def test_a_cell_of_a_day_that_is_no_number_is_named() -> None:
    rows = daily()
    rows[10] = rows[10].replace(f"{SOLD[9]}", "n/a")
    with pytest.raises(DataError, match="line 11, column 'sold': 'n/a' is not a number"):
        read_text(rows)


def test_text_in_daily_rows_is_dropped_and_said() -> None:
    rows = [f"{HEADER},note", *(f"{row},x" for row in daily()[1:])]
    recipe = read_text(rows).recipe
    assert recipe.drop == ("note",)
    assert "no rule brings it to weeks" in recipe.evidence["drop"]


@pytest.mark.parametrize(
    "name", ["week_ending", "Week Ending", "W/E", "week_end_date", "weekending"]
)
def test_the_last_day_of_a_week_is_known_by_its_name(name: str) -> None:
    rows = usual(lambda week: str(week + timedelta(6)))
    table = read_text([rows[0].replace("week", name), *rows[1:]])
    assert days(table, name) == list(WEEKS)
    assert (table.recipe.week, table.recipe.starts_on) == ("ends", "monday")
    assert "2022-01-09 becomes the week from 2022-01-03" in table.recipe.evidence["week"]


@pytest.mark.parametrize("name", ["week", "week_start", "date", "Woche ab"])
def test_other_names_are_of_the_first_day(name: str) -> None:
    rows = usual()
    assert read_text([rows[0].replace("week", name), *rows[1:]]).recipe.week == "starts"


def test_a_weekday_that_may_end_the_week_is_said_and_can_be_told() -> None:
    rows = usual(lambda week: str(week + timedelta(5)))
    table = read_text(rows)
    assert days(table)[0] == date(2022, 1, 8)
    assert 'read with "week": "ends"' in table.recipe.evidence["week"]
    assert days(read_text(rows, week="ends"))[0] == date(2022, 1, 2)


def test_weeks_of_another_weekday_than_told_are_refused() -> None:
    with pytest.raises(DataError, match="starts_on 'sunday', but the week of 2022-01-03 starts on"):
        read_text(usual(), starts_on="sunday")


def test_gaps_of_weekly_rows_are_left_to_the_panel() -> None:
    rows = usual()
    table = read_text(rows[:5] + rows[7:])
    assert table.recipe.frequency == "weekly"
    assert len(table.frame) == len(WEEKS) - 2


def test_weekly_rows_told_to_be_daily_are_refused() -> None:
    with pytest.raises(DataError, match="frequency 'daily', but its rows are weekly"):
        read_text(lines(("week", "sales"), SALES), frequency="daily")


@pytest.mark.parametrize(("yes", "no"), [("Yes", "No"), ("TRUE", "false"), ("ja", "nein")])
def test_a_column_of_yes_and_no_is_read_as_one_and_zero(yes: str, no: str) -> None:
    said = [line.removesuffix(",1").removesuffix(",0") for line in daily()]
    flags = [yes if step % 7 == 0 else no for step in range(len(DAYS))]
    rows = [said[0], *(f"{line},{flag}" for line, flag in zip(said[1:], flags, strict=True))]
    table = read_text(rows)
    assert cells(table, "promo") == pytest.approx([1 / 7] * len(by_week(SOLD)))
    assert table.recipe.yes_no == ("promo",)
    assert table.recipe.drop is None


def test_no_alone_is_no_answer_unless_the_recipe_knows_the_question() -> None:
    rows = ["week,sales,country", *(f"{day},1,NO" for day in ("2024-01-01", "2024-01-08"))]
    assert set(read_text(rows).frame["country"]) == {"NO"}
    known = read_text(rows, yes_no=["country"])
    assert cells(known, "country") == [0.0, 0.0]
    with pytest.raises(DataError, match="yes_no 'country', but line 2 has 'SE' there"):
        read_text([line.replace("NO", "SE") for line in rows], yes_no=["country"])
