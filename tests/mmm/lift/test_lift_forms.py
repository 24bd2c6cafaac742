"""Every form of a result gives back the lift it was made from; other tools' tables are read."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.errors import SpecError
from mmm.lift.importers import (
    PLATFORM_TRANSPORT,
    from_causalpy,
    from_geolift,
    from_platform,
    from_pymc_marketing,
)
from mmm.lift.units import MeasuredLift, lift_in_kpi_units, standard_error
from mmm.spec.lift_test import LiftResult, LiftTest

lifts = st.floats(1e-3, 1e6) | st.floats(-1e6, -1e-3)
spreads = st.floats(1e-3, 1e5)
spends = st.floats(1.0, 1e7) | st.floats(-1e7, -1.0)
values = st.floats(0.01, 1e3)
Z90 = 1.6448536269514722  # 95 % quantile of the standard normal


def agrees(found: MeasuredLift, lift: float, se: float) -> bool:
    """To rounding: the conversions multiply and divide a handful of times."""
    return math.isclose(found.value, lift, rel_tol=1e-9) and math.isclose(
        found.se, se, rel_tol=1e-9
    )


@given(lift=lifts, se=spreads)
def test_a_lift_is_itself(lift, se):
    assert agrees(lift_in_kpi_units(LiftResult(lift=lift, se=se), 0.0, None), lift, se)


@given(lift=lifts, se=spreads, total=st.floats(1.0, 1e7))
def test_percent_round_trip(lift, se, total):
    form = LiftResult(percent=100 * lift / total, se=100 * se / total, control_total=total)
    assert agrees(lift_in_kpi_units(form, 0.0, None), lift, se)


@given(lift=lifts, se=spreads, spend=spends, value=values)
def test_roas_round_trip(lift, se, spend, value):
    form = LiftResult(roas=lift * value / spend, se=se * value / abs(spend))
    assert agrees(lift_in_kpi_units(form, spend, value), lift, se)


@given(lift=lifts, se=spreads, spend=spends)
def test_cost_per_unit_round_trip_by_the_delta_method(lift, se, spend):
    form = LiftResult(cost_per_unit=spend / lift, se=se * abs(spend) / lift**2)
    assert agrees(lift_in_kpi_units(form, spend, None), lift, se)


@given(lift=st.floats(1.0, 1e6), share=st.floats(0.01, 0.55), spend=st.floats(1.0, 1e7))
def test_the_interval_of_a_cost_is_turned_exactly(lift, share, spend):
    """A symmetric interval of the lift, told as one of its cost, gives the lift's s.e. again."""
    se = share * lift
    low, high = lift - Z90 * se, lift + Z90 * se
    form = LiftResult(cost_per_unit=spend / lift, low=spend / high, high=spend / low, level=0.9)
    found = lift_in_kpi_units(form, spend, None)
    assert math.isclose(found.value, lift, rel_tol=1e-9)
    # Near share = 1 / z the interval's far end is huge and 1 / x loses digits.
    assert math.isclose(found.se, se, rel_tol=1e-6)


@given(lift=lifts, se=st.floats(0.01, 1e4), level=st.floats(0.5, 0.99))
def test_an_interval_gives_the_standard_error_that_made_it(lift, se, level):
    half = standard_error(0.0, 2.0, level) ** -1 * se
    assert math.isclose(standard_error(lift - half, lift + half, level), se, rel_tol=1e-6)


def test_an_interval_of_known_level():
    assert standard_error(-Z90, Z90, 0.9) == pytest.approx(1.0, rel=1e-12)


def test_the_delta_method_agrees_with_simulation():
    cost = np.random.default_rng(0).normal(10.0, 0.2, 200_000)
    found = lift_in_kpi_units(LiftResult(cost_per_unit=10.0, se=0.2), 5000.0, None)
    # Monte Carlo error of a standard deviation: 0.16 %; curvature of 1 / x: (se / x)^2 = 0.04 %.
    assert found.se == pytest.approx((5000.0 / cost).std(), rel=0.01)


@pytest.mark.parametrize(
    ("form", "spend", "value", "words"),
    [
        ({"roas": 2.0, "se": 1.0}, 100.0, None, "value of a unit"),
        ({"roas": 2.0, "se": 1.0}, 0.0, 1.0, "differs"),
        ({"cost_per_unit": 2.0, "se": 1.0}, 0.0, None, "differs"),
    ],
)
def test_a_form_without_what_it_needs_is_refused(form, spend, value, words):
    with pytest.raises(ValueError, match=words):
        lift_in_kpi_units(LiftResult(**form), spend, value)


def test_pymc_marketing_rows_become_steady_tests():
    row = {"channel": "tv", "x": 100.0, "delta_x": 50.0, "delta_y": 30.0, "sigma": 6.0}
    national, local = from_pymc_marketing([row, row | {"geo": "north", "date": "2024-01-01"}])
    assert (national.start, national.geos, local.geos) == (None, None, ("north",))
    assert national.control is not None
    assert national.treatment is not None
    assert (national.control.weekly, national.treatment.weekly) == ((100.0,), (150.0,))
    assert (national.result.lift, national.result.se) == (30.0, 6.0)


SUMMARY = {
    "channel": "tv",
    "start": "2024-01-01",
    "end": "2024-01-22",
    "control": {"scale": 0},
    "level": 0.9,
}


def test_causalpy_total_and_average_tell_the_same_lift():
    total = {"row": "cumulative", "mean": 400.0, "hdi_lower": 300.0, "hdi_upper": 500.0}
    average = {"row": "average", "mean": 100.0, "ci_lower": 75.0, "ci_upper": 125.0}
    first, second = from_causalpy([SUMMARY | total, SUMMARY | average])
    assert first.result == second.result
    assert lift_in_kpi_units(first.result, 0.0, None).se == pytest.approx(100.0 / Z90)


def test_geolift_interval_is_scaled_from_the_average_to_the_total():
    row = {
        **{key: SUMMARY[key] for key in ("channel", "start", "end", "level")},
        "geos": "chicago; portland",
        "ATT": 20.0,
        "Lower.Conf.Int": 10.0,
        "Upper.Conf.Int": 30.0,
        "incremental": 160.0,
        "investment": 800.0,
    }
    (test,) = from_geolift([row])
    assert test.geos == ("chicago", "portland")
    assert test.control is not None
    assert test.control.add == -200.0  # 800 over four weeks, less than observed
    assert (test.result.lift, test.result.low, test.result.high) == (160.0, 80.0, 240.0)
    loss = {"ATT": -20.0, "Lower.Conf.Int": -30.0, "Upper.Conf.Int": -10.0, "incremental": -160.0}
    (dark,) = from_geolift([row | loss])
    assert (dark.result.low, dark.result.high) == (-240.0, -80.0)


STUDY = {key: SUMMARY[key] for key in ("channel", "start", "end")} | {"spend": 800.0}


def test_a_platform_study_is_less_than_a_test_of_markets_and_says_so():
    counted, returned = from_platform(
        [
            STUDY | {"lift": 160.0, "se": 30.0},
            STUDY | {"roas": 2.0, "low": 1.0, "high": 3.0, "level": 0.9, "transport_sd": 0.5},
        ]
    )
    assert (
        counted.transport_sd == PLATFORM_TRANSPORT > LiftTest.model_fields["transport_sd"].default
    )
    assert counted.name == f"platform study of {STUDY['channel']}, {STUDY['start']}"
    assert counted.control is not None
    assert counted.control.add == -200.0  # 800 over four weeks, less than observed
    assert (counted.result.lift, counted.result.se) == (160.0, 30.0)
    assert (returned.result.roas, returned.result.level, returned.transport_sd) == (2.0, 0.9, 0.5)


@pytest.mark.parametrize(
    ("read", "row", "where", "code"),
    [
        (from_platform, STUDY | {"lift": 1.0}, "/low", "missing"),
        (from_platform, STUDY | {"lift": 1.0, "roas": 2.0, "se": 1.0}, "/lift", "one_form"),
        (
            from_platform,
            {**STUDY, "spend": "", "lift": 1.0, "se": 1.0},
            "/spend",
            "missing",
        ),
        (from_pymc_marketing, {"channel": "tv", "x": 1, "delta_x": 1}, "/delta_y", "missing"),
        (from_pymc_marketing, {"channel": "tv", "x": "a"}, "/x", "not_a_number"),
        (from_pymc_marketing, {"channel": "tv", "x": 1, "delta_x": -2}, "/delta_x", "negative"),
        (
            from_pymc_marketing,
            {"channel": "tv", "x": 1, "delta_x": 1, "delta_y": 1, "sigma": -1},
            "/result/se",
            "greater_than_equal",
        ),
        (from_causalpy, SUMMARY | {"mean": 1.0}, "/row", "missing"),
        (from_causalpy, SUMMARY | {"row": "average", "mean": 1.0}, "/hdi_lower", "missing"),
        (
            from_causalpy,
            {"row": "average", "mean": 1.0, "hdi_lower": 0.0, "hdi_upper": 2.0},
            "/start",
            "missing",
        ),
        (
            from_causalpy,
            SUMMARY | {"row": "cumulative", "mean": 1, "hdi_lower": 0, "hdi_upper": 2, "level": ""},
            "/level",
            "missing",
        ),
        (from_geolift, SUMMARY | {"ATT": 1.0}, "/incremental", "missing"),
        (
            from_geolift,
            SUMMARY | {"ATT": 1.0, "incremental": 9.0, "LowerCI": math.nan, "UpperCI": 2.0},
            "/Lower.Conf.Int",
            "missing",
        ),
        (from_geolift, SUMMARY | {"ATT": 0.0, "incremental": 9.0}, "/incremental", "no_scale"),
        (
            from_geolift,
            SUMMARY | {"control": "", "ATT": 1, "incremental": 9, "LowerCI": 0, "UpperCI": 2},
            "/investment",
            "missing",
        ),
    ],
)
def test_what_a_table_lacks_is_named(read, row, where, code):
    with pytest.raises(SpecError) as caught:
        read([row])
    assert [(i.pointer, i.code) for i in caught.value.issues] == [("/rows/0" + where, code)]
