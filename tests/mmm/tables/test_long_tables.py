"""Long tables are told as long and reshaped by one word."""

import pytest

from mmm.errors import DataError
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, cells, days, read_text


def metrics(*geos: str) -> list[str]:
    rows = ["week,region,metric,value" if geos else "week,metric,value"]
    for week, sold, spent in zip(WEEKS, SALES, TV, strict=True):
        for geo in geos or ("",):
            for name, value in (("sales", sold), ("tv", spent)):
                rows.append(f"{week},{geo + ',' if geo else ''}{name},{value}")
    return rows


def channels() -> list[str]:
    rows = ["week,channel,spend,impressions,sales"]
    for week, sold, spent in zip(WEEKS, SALES, TV, strict=True):
        rows += [f"{week},tv,{spent},{int(spent * 9)},{sold}", f"{week},radio,5.5,9,{sold}"]
    return rows


def test_a_long_table_is_told_as_long() -> None:
    with pytest.raises(DataError) as refused:
        read_text(metrics())
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == ("/read/shape", "long")
    assert issue.detail == (
        "the table is long: 'sales', 'tv' stand in rows, in column 'metric', and the model needs a "
        'column for each; reshape it with "read": {"shape": "long"} (--read shape=long)'
    )


def test_one_word_reshapes_it() -> None:
    table = read_text(metrics(), shape="long")
    assert days(table) == list(WEEKS)
    assert cells(table, "sales") == list(SALES)
    assert cells(table, "tv") == list(TV)
    assert (table.recipe.variable, table.recipe.values) == ("metric", ("value",))
    assert list(table.frame.index[:2]) == [2, 4]


def test_geos_of_a_long_table_stay_rows() -> None:
    frame = read_text(metrics("north", "south"), shape="long").frame
    assert list(frame.columns) == ["week", "region", "sales", "tv"]
    assert frame["region"].tolist() == ["north", "south"] * len(WEEKS)


def test_channels_in_rows_become_columns_and_what_they_share_stays_one() -> None:
    table = read_text(channels(), shape="long")
    assert list(table.frame.columns) == [
        *("week", "sales", "tv_spend", "radio_spend", "tv_impressions", "radio_impressions")
    ]
    assert cells(table, "sales") == list(SALES)
    assert cells(table, "tv_spend") == list(TV)


def test_a_cell_given_twice_is_refused_with_both_lines() -> None:
    rows = metrics()
    with pytest.raises(DataError, match=r"line 82.*\(2022-01-03, tv\) is given in line 3 already"):
        read_text([*rows, rows[2]], shape="long")


def test_a_combination_that_is_absent_is_an_empty_cell() -> None:
    table = read_text(metrics()[:-1], shape="long")
    assert table.frame["tv"].iloc[-1] is None


def test_labels_that_are_neither_geos_nor_variables_are_asked_for() -> None:
    rows = [
        "week,bucket,amount",
        *(f"{w},{b},{s}" for w, s in zip(WEEKS, SALES, strict=True) for b in "xy"),
    ]
    with pytest.raises(DataError, match=r"differ in 'bucket' \('x', 'y'\): these are variables"):
        read_text(rows)
    assert read_text(rows, shape="wide").recipe.shape == "wide"
    assert list(read_text(rows, shape="long").frame.columns) == ["week", "x", "y"]


def test_a_column_of_variables_that_is_missing_is_named() -> None:
    recipe = read_text(metrics(), shape="long").recipe
    rows = ["week,name,value", *metrics()[1:]]
    with pytest.raises(DataError, match="variable 'metric', but there is no such column; the"):
        read_text(rows, **recipe.model_dump(mode="json"))


def test_a_panel_of_geos_is_wide() -> None:
    rows = [
        "week,region,sales",
        *(f"{w},{g},{s}" for w, s in zip(WEEKS, SALES, strict=True) for g in "ns"),
    ]
    assert read_text(rows).recipe.shape == "wide"
    with pytest.raises(DataError, match="shape 'long', but no column names variables"):
        read_text(
            ["week,sales", *(f"{w},{s}" for w, s in zip(WEEKS, SALES, strict=True))], shape="long"
        )
