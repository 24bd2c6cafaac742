"""Bad tables and specifications: each is refused with its place and numbers, nothing repaired."""

import io
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.data.panel import build_panel
from mmm.data.profile import profile_table
from mmm.errors import MAX_ISSUES, DataError, SpecError
from mmm.spec.model import parse_spec
from mmm.tables.formats import CSV, JSON, PARQUET
from mmm.tables.read import read_table
from tests.mmm.fakes import RICH, panel_spec, table


def refusal(frame, document=None, geos=1):
    with pytest.raises(DataError) as caught:
        build_panel(frame, panel_spec(document or RICH, geos))
    return caught.value.issues


def with_cell(row, column, value, geos=1):
    frame = table(geos=geos).astype(object)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("12,5", "not_a_number", "'12,5' is not a number"),
        ("n/a", "not_a_number", "'n/a' is not a number"),
        ("", "missing", "the cell is empty"),
        (None, "missing", "the cell is empty"),
        (float("nan"), "not_finite", "nan is not a finite number"),
        (float("inf"), "not_finite", "inf is not a finite number"),
        (-5.0, "negative", "-5 is spend and cannot be negative"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(cell, code, words):
    issue = refusal(with_cell(16, "tv_spend", cell))[0]
    assert (issue.pointer, issue.code) == ("/data/rows/16/tv_spend", code)
    assert "row 17, column 'tv_spend'" in issue.detail
    assert words in issue.detail


def test_price_of_zero_is_refused():
    issue = refusal(with_cell(3, "price", 0.0))[0]
    assert "row 4, column 'price': 0 must be above zero" in issue.detail


@pytest.mark.parametrize("cell", ["03/01/2022", "yesterday", "2022-13-01", ""])
def test_an_unparsable_date_is_named(cell):
    issue = refusal(with_cell(2, "week", cell))[0]
    assert issue.code == "date"
    assert f"row 3, column 'week': {cell!r} is not a date; write YYYY-MM-DD" in issue.detail


def test_a_gap_names_the_missing_weeks():
    issue = refusal(table().drop(index=[10, 11]))[0]
    assert issue.code == "gap"
    between = "2 weeks are missing between 2022-03-07 and 2022-03-28: 2022-03-14 to 2022-03-21; "
    assert issue.detail.startswith(between)


def test_a_duplicate_names_both_rows():
    frame = table()
    issue = refusal(pd.concat([frame, frame.iloc[[5]]], ignore_index=True))[0]
    assert issue.code == "duplicate_date"
    assert "row 61: week 2022-02-07 is in row 6 already" in issue.detail


def test_a_geo_without_a_week_is_named():
    issue = refusal(table(geos=2).drop(index=[70]), geos=2)[0]
    assert issue.detail.startswith("geo 'r1' has no row for week 2022-03-14; add the rows, or")
    assert "missing_weeks=zero" in issue.detail


@pytest.mark.parametrize(("step", "word"), [("D", "daily"), ("30D", "monthly"), ("14D", "14 days")])
def test_data_that_are_not_weekly_are_refused_with_advice(step, word):
    frame = table()
    frame["week"] = pd.date_range("2022-01-03", periods=len(frame), freq=step).date
    issue = refusal(frame)[0]
    assert issue.code == "not_weekly"
    assert word in issue.detail
    assert "sum them to weeks" in issue.detail


def test_a_week_off_the_calendar_is_named():
    issue = refusal(with_cell(59, "week", "2023-02-21"))[0]
    assert "2023-02-21 is 8 days after 2023-02-13" in issue.detail


def test_constant_and_identical_columns_are_refused():
    frame = table()
    frame["demand"] = 3.0
    frame["mail_spend"] = frame["tv_spend"]
    first, second = refusal(frame)
    assert (first.pointer, first.code) == ("/controls/0/column", "constant")
    assert "column 'demand' is 3 in every row" in first.detail
    assert (second.pointer, second.code) == ("/channels/3/column", "identical")
    assert "'tv_spend' and 'mail_spend' are identical" in second.detail


def test_a_missing_column_is_named_with_those_that_exist():
    issue = refusal(table().drop(columns="price"))[0]
    assert (issue.pointer, issue.code) == ("/price/column", "column_missing")
    assert "rival_price" in issue.detail


def test_too_few_weeks_are_counted():
    issue = refusal(table(weeks=20))[0]
    assert issue.code == "too_few_weeks"
    assert "20 weeks are too few for the 25 parameters" in issue.detail


def test_population_that_varies_is_refused():
    issue = refusal(with_cell(3, "people", 7.0, geos=2), geos=2)[0]
    assert issue.code == "population_varies"


def test_many_issues_are_cut_with_their_number():
    channels = [f"c{k}" for k in range(30)]
    frame = table().assign(**dict.fromkeys(channels, "x")).astype(object)
    issues = refusal(frame, {**RICH, "channels": channels})
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1].detail == "and 10 more"


def test_the_panel_does_not_depend_on_the_order_of_rows():
    frame = table(geos=3)
    spec = panel_spec(RICH, 3)
    shuffled = frame.sample(frac=1.0, random_state=1)
    assert build_panel(frame, spec).data.identical(build_panel(shuffled, spec).data)


def test_csv_parquet_and_json_give_the_same_panel():
    frame, spec = table(), panel_spec(RICH, 1)
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    rows = b'{"rows": ' + frame.to_json(orient="records", double_precision=15).encode() + b"}"
    sources = {CSV: frame.to_csv(index=False).encode(), PARQUET: buffer.getvalue(), JSON: rows}
    tables = [read_table(body, kind).frame for kind, body in sources.items()]
    panels = [build_panel(read, spec).data for read in tables]
    # JSON carries 15 decimals
    assert all(np.allclose(panels[0][name], p[name], rtol=1e-12) for p in panels for name in p)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", CSV, "the file is empty"),
        (b"a,b\n1\n", CSV, "line 2 has 1 cells, the header has 2"),
        (b"a,a\n1,2\n", CSV, "the column 'a' appears more than once"),
        (b"a,\n1,2\n", CSV, "column 2 has no name"),
        (b"a\n\x81\n", CSV, "byte 2 is not UTF-8, nor is the file Windows-1252"),
        (b"a\n", CSV, "the table has no rows"),
        (b"PAR1", PARQUET, "not valid Parquet"),
        (b"[1]", JSON, 'in JSON is {"rows": [...]}'),
        (b'{"rows": [1]}', JSON, "is not an object"),
        (b'{"rows": [{"a": [1]}]}', JSON, "holds a list"),
        (b"{", JSON, "not valid JSON"),
        (b"x", "text/html", "is not one of text/csv"),
    ],
)
def test_unreadable_files_say_why(body, kind, words):
    with pytest.raises(DataError) as caught:
        read_table(body, kind)
    assert words in str(caught.value)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_readers(body):
    for kind in (CSV, JSON, PARQUET):
        with suppress(DataError):
            assert len(read_table(body, kind).frame) > 0


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"chanels": []}, "/chanels", "Extra inputs are not permitted"),
        ({"channels": []}, "/channels", "at least 1"),
        ({"channels": ["a", "a"]}, "", "the name 'a' is used more than once"),
        ({"channels": ["sales"]}, "", "the column 'sales' is used more than once"),
        ({"channels": ["price"]}, "", "the name 'price' is reserved"),
        ({"population": "people"}, "", "population needs geo"),
        ({"competitors": [{"name": "r"}]}, "/competitors/0", "needs a price column"),
        (
            {"channels": [{"column": "a", "prior": {"roi": {"median": 2, "p95": 1}}}]},
            "/channels/0/prior/roi",
            "p95 (1) must lie above the median (2)",
        ),
        ({"seasonality": {"yearly": float("nan")}}, "/seasonality/yearly", "finite number"),
        (
            {"kpi": {"column": "s", "kind": "units", "value_per_unit": -1}},
            "/kpi",
            "greater than or equal to 0.000",
        ),
    ],
)
def test_a_bad_spec_names_the_field(change, pointer, words):
    document = {"kpi": {"column": "sales", "kind": "revenue"}, "date": "week", "channels": ["tv"]}
    with pytest.raises(SpecError) as caught:
        parse_spec({**document, **change})
    issue = caught.value.issues[0]
    assert issue.pointer.startswith(pointer)
    assert words in issue.detail


def test_profile_tells_what_looks_odd():
    frame = table()
    frame["flat"] = 1.0
    frame["twin"] = 2.0 * frame["price"]
    frame.loc[7, "sales"] = 9000.0
    found = {(w.code, w.column) for w in profile_table(frame).warnings}
    assert {("constant", "flat"), ("collinear", "twin"), ("outlier", "sales")} <= found
