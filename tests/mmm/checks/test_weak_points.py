"""What will make a fit weak is told before it, and nothing where a fit is strong."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from mmm.checks.prior import precheck
from mmm.checks.weak_points import weak_points
from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.spec.model import parse_spec
from tests.mmm.fakes import START, table

WEEKS = 120
CHANNELS = ["tv_spend", "search_spend"]


def design(frame: pd.DataFrame | None = None, **more: object) -> Design:
    document = {"kpi": {"column": "sales"}, "date": "week", "channels": CHANNELS, **more}
    spec = parse_spec(document)
    return design_of(spec, build_panel(table(WEEKS) if frame is None else frame, spec))


def undated(lift: float, spend: float) -> dict[str, object]:
    return {
        "channel": "tv_spend",
        "result": {"lift": lift, "se": lift / 10.0},
        "control": {"weekly": 0.0},
        "treatment": {"weekly": spend},
    }


def test_a_plain_model_on_many_weeks_has_none() -> None:
    assert weak_points(design()) == ()


def test_few_weeks_for_many_parameters() -> None:
    (sentence,) = weak_points(design(table(30)))
    assert sentence.startswith("30 weeks for 13 parameters, 2.3 each")


def test_an_idle_channel() -> None:
    frame = table(WEEKS)
    frame.loc[:99, "tv_spend"] = 0.0
    frame.loc[100:, "tv_spend"] = np.linspace(1.0, 5.0, 20)
    sentences = weak_points(design(frame))
    assert "tv_spend is idle in 100 of 120 weeks: what is known of it comes from the other 20" in (
        sentences
    )


@pytest.mark.parametrize("other", ["search_spend", "demand"])
def test_columns_that_move_together_with_their_correlation(other: str) -> None:
    frame = table(WEEKS)
    noise = np.random.default_rng(0).normal(0.0, 1.0, WEEKS)
    frame[other] = np.maximum(2.0 * frame["tv_spend"] + noise, 0.0)
    (sentence,) = weak_points(design(frame, controls=["demand"]))
    assert sentence.startswith(f"tv_spend and {other} move together (correlation 1.00)")


def test_undated_tests_that_no_week_could_hold() -> None:
    frame = table(WEEKS)
    best, most = frame["sales"].max(), frame["tv_spend"].max()
    fine = undated(0.1 * best, most)
    assert weak_points(design(frame, lift_tests=[fine])) == ()
    (lift,) = weak_points(design(frame, lift_tests=[undated(5.0 * best, most)]))
    assert "more than the" in lift
    assert f"{best:,.6g}" in lift
    (spend,) = weak_points(design(frame, lift_tests=[undated(0.1 * best, 10.0 * most)]))
    assert "10 times the most that tv_spend had" in spend


def test_an_event_given_twice() -> None:
    frame = table(WEEKS)
    weeks = [day for day, mark in zip(frame["week"], frame["promo"], strict=True) if mark]
    events = [{"name": "promo", "column": "promo"}, {"name": "sale", "weeks": weeks}]
    (sentence,) = weak_points(design(frame, events=events))
    assert sentence == "the events 'promo' and 'sale' mark the same weeks: keep one of them"


def test_an_event_that_is_a_holiday() -> None:
    days = [START + timedelta(weeks=k) for k in range(WEEKS)]
    feasts = [date(year, 12, 25) for year in (2022, 2023)]
    christmas = [d.isoformat() for d in days if any(0 <= (f - d).days < 7 for f in feasts)]
    holidays = {"country": "US", "names": ["Christmas Day"]}
    (sentence,) = weak_points(
        design(holidays=holidays, events=[{"name": "xmas", "weeks": christmas}])
    )
    assert "'xmas' marks the weeks of the holiday 'Christmas Day'" in sentence


def test_the_check_before_a_fit_has_them() -> None:
    found = design(table(30))
    assert weak_points(found)[0] in precheck(found.spec, found.panel).warnings
