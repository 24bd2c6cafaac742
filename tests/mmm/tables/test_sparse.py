"""Columns that come by month in a table by week or by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.errors import DataError
from mmm.tables.sparse import steps_of
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, lines, read_text

FIRST_OF_MONTH = [week.day <= 7 for week in WEEKS]
AWARENESS = [str(30 + at) if first else "" for at, first in enumerate(FIRST_OF_MONTH)]


def test_a_monthly_column_of_a_weekly_table_is_told() -> None:
    rows = lines(("week", "sales", "tv", "awareness"), SALES, TV, AWARENESS)
    table = read_text(rows)
    assert table.recipe.sparse == ("awareness",)
    count = sum(FIRST_OF_MONTH)
    said = f"'awareness' has a number on {count} of {len(WEEKS)} dates, usually 28 days apart"
    assert said in table.recipe.evidence["sparse"]
    assert [cell or "" for cell in table.frame["awareness"]] == AWARENESS


def test_a_monthly_table_stays_refused() -> None:
    rows = ["month,sales", *(f"2022-{month:02}-01,{month}5.5" for month in range(1, 13))]
    with pytest.raises(DataError, match="a control or mediator known by month may stand in a"):
        read_text(rows)


def test_a_monthly_column_of_daily_rows_has_its_number_in_one_week() -> None:
    days = [date(2022, 1, 3) + timedelta(step) for step in range(7 * 20)]
    rows = ["day,sold,awareness"]
    rows += [f"{day},1.5,{day.month if day.day == 3 else ''}" for day in days]
    table = read_text(rows)
    assert table.recipe.sparse == ("awareness",)
    assert table.recipe.weekly is not None
    assert table.recipe.weekly["awareness"] == "last"
    known = table.frame["awareness"].dropna()
    assert known.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_word_is_kept_for_the_next_file_and_names_columns() -> None:
    rows = lines(("week", "sales", "awareness"), SALES, AWARENESS)
    again = read_text(rows[:3], **read_text(rows).recipe.words)
    assert again.recipe.sparse == ("awareness",)
    with pytest.raises(DataError, match="sparse 'notoriety', but there is no such column"):
        read_text(rows, sparse=["notoriety"])


@given(st.integers(3, 30), st.integers(3, 13), st.integers(0, 12))
def test_even_steps_of_months_and_quarters_are_seen_whatever_the_first_week(count, step, first):
    weeks = [7 * at for at in range(first + count * step + 1)]
    known = [7 * (first + step * at) for at in range(count)]
    assert steps_of(known, weeks) == (count, len(weeks), 7 * step)
    assert steps_of(weeks, weeks) is None
    assert steps_of(weeks[first:], weeks) is None
