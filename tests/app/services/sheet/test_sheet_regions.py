"""A planner's sheet with a row for each channel and region; words about how it is written."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contract.plan_requests import EvaluatePlanBody
from app.intake.plan_sheet import read_plan_sheet
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.sheet.request import plan_of_sheet
from app.tables.plan_sheet import plan_sheet
from app.tables.sheet import clean
from app.tables.write import csv_text, workbook
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.errors import DataError, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.tables.formats import CSV, XLSX
from mmm.tables.read import parse_recipe
from tests.mmm.fakes import RICH, fake_model, panel_spec, table

NATIONAL = {**RICH, "channels": [*RICH["channels"][:3], {**RICH["channels"][3], "national": True}]}


def national_mail() -> FittedModel:
    """Two regions, in which mail is one amount for both."""
    frame, spec = table(geos=2), panel_spec(NATIONAL, 2)
    frame["mail_spend"] = np.tile(frame["mail_spend"].to_numpy(float)[: len(frame) // 2], 2)
    model = fake_model(RICH, geos=2, draws=2)
    return replace(model, design=design_of(spec, build_panel(frame, spec)))


MODEL = national_mail()
GEOS = MODEL.panel.geos
*REGIONAL, MAIL = MODEL.structure.paid_channels
FIRST = MODEL.panel.weeks[-1] + timedelta(weeks=1)
WEEKS = ",".join((FIRST + timedelta(weeks=number)).isoformat() for number in range(2))
AMOUNTS = (st.just(0.0) | st.floats(1e-3, 1e9)).map(clean)


def sheet(*rows: str, head: str = "item,region,committed") -> bytes:
    return "\n".join([f"{head},{WEEKS}", *rows]).encode()


def plan_of(content: bytes) -> EvaluatePlanBody:
    return plan_of_sheet(MODEL, read_plan_sheet(content, CSV))[0]


OTHERS = ("search,,,1,2", "radio,,,3,4", "mail,,,5,6")


@st.composite
def plans(draw) -> EvaluatePlanBody:
    """Any plan by week and region, some of it committed."""
    weeks = draw(st.integers(1, 5))
    by_week = st.lists(AMOUNTS, min_size=weeks, max_size=weeks)
    plan, places, committed = {MAIL: draw(by_week)}, {}, {}
    for name in REGIONAL:
        amounts = {geo: draw(by_week) for geo in GEOS}
        plan[name] = [float(x) for x in np.sum([*amounts.values()], axis=0)]
        if draw(st.booleans()) and sum(plan[name]) > 0.0:
            places[name] = amounts
        if draw(st.booleans()) and plan[name][0] > 0.0:
            committed[name] = [plan[name][0], *[0.0] * (weeks - 1)]
    return EvaluatePlanBody.model_validate(
        {
            "horizon": {"start": FIRST, "weeks": weeks},
            "plan": plan,
            "committed": committed,
            "phasing": {"weeks_by_geo": places},
        }
    )


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from([CSV, XLSX]))
def test_a_plan_by_region_goes_out_and_in_again(body: EvaluatePlanBody, form: str) -> None:
    made = plan_sheet(body.model_dump(mode="json", exclude_unset=True), {})
    content = csv_text(made).encode() if form == CSV else workbook([made])
    again, said = plan_of_sheet(MODEL, read_plan_sheet(content, form))
    assert said == ()
    assert again.horizon == body.horizon
    for one, two in ((again.plan, body.plan), (again.committed, body.committed)):
        assert one.keys() == two.keys()
        for name, amounts in one.items():
            np.testing.assert_allclose(amounts, two[name], rtol=1e-9)
    assert again.phasing.weeks_by_geo.keys() == body.phasing.weeks_by_geo.keys()
    for name, places in again.phasing.weeks_by_geo.items():
        for geo, amounts in places.items():
            np.testing.assert_allclose(amounts, body.phasing.weeks_by_geo[name][geo], rtol=1e-9)


def test_each_region_gets_what_its_row_says_week_by_week() -> None:
    body = plan_of(sheet("tv,R0,,10,20", "TV,r1,yes,30,0", *OTHERS))
    assert body.plan["tv"] == (40.0, 20.0)
    assert body.committed == {"tv": (30.0, 0.0)}
    places = evaluation(MODEL, body).plan.by_week_and_geo
    tv = {(place.week, place.geo): place.spend["tv"] for place in places}
    week = [FIRST, FIRST + timedelta(weeks=1)]
    expected = {(week[0], "r0"): 10.0, (week[0], "r1"): 30.0, (week[1], "r0"): 20.0}
    for place, amount in expected.items():
        assert tv[place] == pytest.approx(amount)


def test_a_region_without_a_row_gets_nothing_and_months_are_spread_in_each() -> None:
    body = plan_of(sheet("tv,r1,,10,20", *OTHERS))
    assert body.phasing.weeks_by_geo["tv"]["r0"] == (0.0, 0.0)
    months = "item,market,2023-03\ntv,r0,100\ntv,r1,50\nsearch,,1\nradio,,1\nmail,,1\n"
    by_month = plan_of(months.encode()).phasing.weeks_by_geo["tv"]
    assert sum(by_month["r0"]) == pytest.approx(100.0)
    assert sum(by_month["r1"]) == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("tv,r9,,1,2", *OTHERS), "line 2: there is no region 'r9'; there is r0, r1"),
        (("tv,r0,,1,2", "tv,,,1,2", *OTHERS), "line 3: 'tv' has no region here and one in line 2"),
        (("tv,,,1,2", *OTHERS[:2], "mail,r0,,5,6"), "line 5: 'mail' is national"),
        (("tv,,,1,2", *OTHERS, "price,r0,,9,9"), "line 6: 'price' holds for all regions"),
    ],
)
def test_a_wrong_region_is_refused_by_its_row(rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        plan_of(sheet(*rows))


def test_a_second_column_that_names_no_regions_is_refused() -> None:
    with pytest.raises(DataError, match="one column of names, periods, and 'region' and 'commit"):
        read_plan_sheet(sheet("tv,x,,1,2", head="item,agency,committed"), CSV)


def test_weeks_of_geos_that_contradict_the_plan_are_refused() -> None:
    body = plan_of(sheet("tv,r0,,10,20", "tv,r1,,30,0", *OTHERS))
    other = body.model_copy(update={"plan": {**body.plan, "tv": (20.0, 40.0)}})
    with pytest.raises(QueryError, match=r"in week 1 the plan has 0.333 of 'tv' and its geos 0.66"):
        evaluation(MODEL, other)
    profile = body.phasing.model_copy(update={"split": {"tv": {"r0": 1.0, "r1": 1.0}}})
    with pytest.raises(QueryError, match="has its weeks or geos in profile or split too"):
        evaluation(MODEL, body.model_copy(update={"phasing": profile}))


def test_words_say_how_a_sheet_is_written() -> None:
    content = b"item;2023-03\ntv;1,234\nsearch;2,500\nradio;0\nmail;0\n"
    with pytest.raises(DataError, match=r'say which with "read": \{"decimal": "comma"\}'):
        read_plan_sheet(content, CSV)
    for decimal, amount in (("comma", 1.234), ("point", 1234.0)):
        found = read_plan_sheet(content, CSV, parse_recipe({"decimal": decimal}))
        assert found.rows[0].amounts == (amount,)
    dates = b"item,03/06/2023\ntv,1\n"
    with pytest.raises(DataError, match="month_first"):
        read_plan_sheet(dates, CSV)
    found = read_plan_sheet(dates, CSV, parse_recipe({"dates": "month_first"}))
    assert str(found.periods[0]) == "2023-03-06"
    with pytest.raises(DataError, match="'week' says nothing of a sheet; the words are format"):
        read_plan_sheet(dates, CSV, parse_recipe({"week": "ends"}))
