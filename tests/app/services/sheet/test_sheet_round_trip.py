"""The planner's sheet in every shape goes out and in again; months keep their sums."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contract.plan_requests import EvaluatePlanBody
from app.intake.plan_sheet import read_plan_sheet
from app.services.planning.sheet.request import plan_of_sheet
from app.services.projects.scenario_plans import with_commitments
from app.tables.plan_sheet import plan_sheet
from app.tables.sheet import clean
from app.tables.write import csv_text, workbook
from mmm.errors import DataError, QueryError
from mmm.tables.formats import CSV, XLSX
from tests.mmm.fakes import RICH, fake_model

MODEL = fake_model(RICH, draws=2)
CHANNELS = MODEL.structure.paid_channels
FIRST = MODEL.panel.weeks[-1] + timedelta(weeks=1)
AMOUNTS = (st.just(0.0) | st.floats(1e-3, 1e9)).map(clean)


@st.composite
def plans(draw) -> EvaluatePlanBody:
    """Any plan by week, some of it committed, in any stated world."""
    weeks = draw(st.integers(1, 8))
    by_week = st.lists(AMOUNTS, min_size=weeks, max_size=weeks)
    plan = {name: draw(by_week) for name in CHANNELS}
    committed: dict[str, list[float]] = {}
    for name, amounts in plan.items():
        parts = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=weeks, max_size=weeks))
        bought = [amount * part for amount, part in zip(amounts, parts, strict=True)]
        committed |= {name: bought} if any(bought) else {}
    future = {
        name: draw(by_week) for name in ("price", "rival.price", "demand") if draw(st.booleans())
    }
    return EvaluatePlanBody.model_validate(
        {
            "horizon": {"start": FIRST, "weeks": weeks},
            "plan": plan,
            "committed": committed,
            "future": future,
        }
    )


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from([CSV, XLSX]))
def test_a_plan_goes_out_and_in_again(body, form) -> None:
    sheet = plan_sheet(body.model_dump(mode="json", exclude_unset=True), {})
    content = csv_text(sheet).encode() if form == CSV else workbook([sheet])
    again, said = plan_of_sheet(MODEL, read_plan_sheet(content, form))
    assert again == body
    assert said == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=len(CHANNELS), max_size=len(CHANNELS)),
    st.permutations(CHANNELS),
    st.booleans(),
    st.sampled_from([str.upper, str.title, lambda name: f" {name} "]),
)
def test_months_keep_their_sums_whatever_their_shape(amounts, names, on_its_side, spelled) -> None:
    """March begins with the first week after the data, so that nothing falls before it."""
    rows = [[spelled(name), *pair] for name, pair in zip(names, amounts, strict=True)]
    table = [["item", "2023-03", "2023-04"], *rows]
    cells = [*map(list, zip(*table, strict=True))] if on_its_side else table
    out = io.StringIO()
    csv.writer(out).writerows(cells)
    body, said = plan_of_sheet(MODEL, read_plan_sheet(out.getvalue().encode(), CSV))
    for name, pair in zip(names, amounts, strict=True):
        assert np.sum(body.plan[name]) == pytest.approx(sum(pair), rel=1e-9, abs=1e-9)
    assert body.horizon.weeks == 9
    assert "months were spread to weeks" in said[-1]


def test_months_have_the_shape_of_last_year() -> None:
    table = "item,2023-03\n" + "".join(f"{name},100\n" for name in CHANNELS)
    body, _ = plan_of_sheet(MODEL, read_plan_sheet(table.encode(), CSV))
    weeks = [FIRST + number * timedelta(weeks=1) for number in range(body.horizon.weeks)]
    days = [5, 7, 7, 7, 5]  # of March 2023, from the week of 27 February on
    known = [MODEL.panel.weeks.index(week - timedelta(weeks=52)) for week in weeks]
    spend = MODEL.panel.array("spend")[known, 0, 0]
    expected = 100.0 * spend * days / (spend * days).sum()
    np.testing.assert_allclose(body.plan[CHANNELS[0]], expected, rtol=1e-9)


def test_dates_that_follow_one_another_in_one_reading_alone_need_no_word() -> None:
    """01.03. and 01.04. are months, since 3 and 4 January are no weeks."""
    table = "item;01.03.2023;01.04.2023\n" + "".join(f"{name};1;2\n" for name in CHANNELS)
    sheet = read_plan_sheet(table.encode(), CSV)
    assert (sheet.step, sheet.periods) == ("month", (date(2023, 3, 1), date(2023, 4, 1)))
    weeks = read_plan_sheet(b"item,02/27/2023,03/06/2023\ntv,1,2\n", CSV)
    assert (weeks.step, weeks.periods[0]) == ("week", date(2023, 2, 27))
    with pytest.raises(DataError, match="means 2023-03-06 or 2023-06-03"):
        read_plan_sheet(b"item,03/06/2023\ntv,1\n", CSV)


def test_a_name_that_fits_two_variables_is_refused_with_both() -> None:
    channels = [{"name": name, "column": "tv_spend"} for name in ("paid-search", "Paid Search")]
    channels[1]["column"] = "search_spend"
    model = fake_model({**RICH, "channels": channels}, draws=2)
    sheet = read_plan_sheet(f"item,{FIRST}\npaid_search,1\n".encode(), CSV)
    with pytest.raises(QueryError, match="may be 'paid-search' or 'Paid Search'"):
        plan_of_sheet(model, sheet)


def test_an_allocation_may_not_fall_below_a_committed_week() -> None:
    """A quarter of the second week is bought: with the phasing kept, a quarter of the total."""
    plan = {name: [10.0, 40.0] for name in CHANNELS}
    committed = {"tv": [0.0, 10.0], "radio": [10.0, 40.0]}
    body = EvaluatePlanBody.model_validate(
        {"horizon": {"start": FIRST, "weeks": 2}, "plan": plan, "committed": committed}
    )
    kept = with_commitments(body, {"channels": {"tv": {"max": 80.0}}})
    assert kept["channels"] == {
        "tv": {"committed": 12.5, "max": 80.0},
        "radio": {"fixed": 50.0},
    }
    assert kept["budget"] == {"total": 200.0}
    free = with_commitments(body, {"phasing": {"kind": "optimised"}})
    week = (FIRST + timedelta(weeks=1)).isoformat()
    assert free["cells"][0] == {"channel": "tv", "week": week, "min": 10.0}
    assert len(free["cells"]) == 3
