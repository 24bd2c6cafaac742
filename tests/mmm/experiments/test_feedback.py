"""A reading becomes a lift test: weeks, worlds, spread, and whether a model agrees with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from mmm.data.design import design_of
from mmm.errors import QueryError
from mmm.experiments.feedback import lift_test_of, placebo_scatter, surprise
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.read import read_test
from mmm.experiments.transport import transport
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import fake_model

GEOS = 8
TREATED = ("r2", "r5")
LENGTH = 6


def geo_test(
    model: FittedModel, times: float = 0.0, *, national: bool = False, **changes
) -> GeoTest:
    """tv switched off in two regions for the last six weeks; sales are ``times`` as the model
    expects them to fall."""
    weeks = model.panel.weeks
    rng = np.random.default_rng(4)
    level = 100.0 * (1.0 + np.arange(GEOS))
    season = 1.0 + 0.1 * np.sin(np.arange(len(weeks)) / 8.0)
    kpi = level * season[:, None] * np.exp(0.01 * rng.standard_normal((len(weeks), GEOS)))
    spend = np.full(kpi.shape, 20.0)
    usual = spend.copy()
    if not national:
        usual = model.panel.array("spend")[..., 0].copy()
        spend = usual.copy()
    treated = [int(name[1:]) for name in TREATED]
    spend[-LENGTH:, treated] = 0.0
    given: dict[str, Any] = {
        "dates": weeks, "geos": tuple(f"r{k}" for k in range(GEOS)), "kpi": kpi,
        "treated": TREATED, "start": weeks[-LENGTH], "end": weeks[-1],
        "spend": spend, "usual_spend": usual,
    }  # fmt: skip
    return GeoTest(**(given | changes))


@pytest.fixture(scope="module")
def regional() -> FittedModel:
    return fake_model(weeks=90, geos=GEOS, draws=60)


def test_it_enters_a_regional_model_with_the_spend_of_both_worlds(regional):
    test = geo_test(regional)
    found = lift_test_of(read_test(test), regional, "tv", "spring").test
    assert (found.start, found.end, found.cooldown) == (test.start, test.end, 0)
    assert found.geos == TREATED
    assert found.treatment is None
    # The data of the model still have the usual spend: a control is what they are told apart by.
    other = found.model_copy(update={"control": SpendPath(scale=0.0)})
    spec = regional.spec.model_copy(update={"lift_tests": (other,)})
    (resolved,) = resolve_lift_tests(design_of(spec, regional.panel, regional.scales))
    extra = (resolved.treatment.spend - resolved.control.spend)[..., resolved.channel].sum()
    assert extra == pytest.approx(-float(test.extra_spend or 0.0))


def test_its_lift_and_spread_are_those_of_the_reading(regional):
    reading = read_test(geo_test(regional))
    found = lift_test_of(reading, regional, "tv", "spring")
    assert found.test.result.lift == pytest.approx(reading.incremental(0.5))
    half = (reading.incremental(0.841345) - reading.incremental(0.158655)) / 2.0
    assert found.test.result.se == pytest.approx(half * found.inflated)
    assert found.inflated == max(placebo_scatter(reading), 1.0)
    # Noise that the reading knows: its placebos scatter as much as they say, of six geos.
    assert 0.4 < placebo_scatter(reading) < 1.8


def test_a_part_of_a_nation_has_both_worlds_of_its_part():
    model = fake_model(weeks=90, draws=60)
    test = geo_test(model, national=True)
    found = lift_test_of(read_test(test), model, "tv", "spring").test
    before = test.kpi[: test.history].sum(axis=0)
    assert found.treated_share == pytest.approx(before[[2, 5]].sum() / before.sum())
    assert found.geos is None
    spec = model.spec.model_copy(update={"lift_tests": (found,)})
    (resolved,) = resolve_lift_tests(design_of(spec, model.panel, model.scales))
    extra = (resolved.treatment.spend - resolved.control.spend)[..., resolved.channel]
    assert (extra * resolved.share).sum() == pytest.approx(test.extra_spend)


@pytest.mark.parametrize("national", [True, False])
def test_after_the_data_of_a_model_it_fits_those_of_the_next(national, regional):
    """The model ends before the test; the next fit has its weeks, and what was spent in them."""
    geos = 1 if national else GEOS
    whole = fake_model(weeks=90, draws=20) if national else regional
    early = fake_model(weeks=90 - LENGTH, geos=geos, draws=20)
    reading = read_test(geo_test(whole, national=national))
    made = lift_test_of(reading, early, "tv", "spring")
    now, later = made.test, made.for_next_fit
    assert now.control is not None
    assert now.control.before is not None
    resolve_lift_tests(design_with(early, now))
    assert later.control is not None
    assert later.control.before is None
    assert (later.treatment is None) == (not national)
    if national:
        resolve_lift_tests(design_with(whole, later))
    assert later.result == now.result


def design_with(model: FittedModel, test):
    spec = model.spec.model_copy(update={"lift_tests": (test,)})
    return design_of(spec, model.panel, model.scales)


def test_days_that_are_no_whole_weeks_take_the_weeks_that_hold_them():
    model = fake_model(weeks=90, draws=60)
    days = 7 * 30
    first = model.panel.weeks[-30]
    dates = tuple(first + timedelta(days=k) for k in range(days))
    rng = np.random.default_rng(6)
    kpi = 50.0 * np.exp(0.05 * rng.standard_normal((days, GEOS)))
    spend = np.full(kpi.shape, 3.0)
    usual = spend.copy()
    spend[180:195, [2, 5]] = 0.0  # 15 days from the sixth day of a week on
    test = geo_test(
        model, national=True, dates=dates, kpi=kpi, spend=spend, usual_spend=usual,
        start=dates[180], end=dates[194], cooldown=3,
    )  # fmt: skip
    found = lift_test_of(read_test(test), model, "tv", "spring").test
    assert found.start == model.panel.weeks[-30 + 180 // 7]
    assert found.end is not None
    assert found.end <= test.end < found.end + timedelta(weeks=1)
    weeks = (test.end + timedelta(days=3) - found.start).days // 7 + 1
    assert (found.end - found.start).days // 7 + 1 + found.cooldown == weeks
    assert found.control is not None
    assert found.treatment is not None
    paid = np.sum(found.treatment.weekly or ()) - np.sum(found.control.weekly or ())
    assert paid == pytest.approx(-15 * 2 * 3.0)


def test_a_test_that_contradicts_the_model_is_far_from_what_it_expects():
    model = fake_model(weeks=90, draws=60)
    test = geo_test(model, national=True)
    reading = read_test(test)
    usual = surprise(model, lift_test_of(reading, model, "tv", "spring"))
    fallen = test.kpi.copy()
    fallen[-LENGTH:, [2, 5]] *= 0.3
    far = lift_test_of(read_test(replace(test, kpi=fallen)), model, "tv", "spring")
    assert abs(usual) < 3.0
    assert surprise(model, far) < -4.0  # the transport s.d. is relative to what was measured


def test_transport_names_its_parts():
    near = transport(8, 0.5, model_has_geos=True)
    assert near.sd == pytest.approx(0.1)
    far = transport(2, 0.1, model_has_geos=False, years=2.0)
    assert far.sd == pytest.approx(np.sqrt(0.1**2 + 0.2**2 * 0.9 / 2 + 0.1**2))
    assert far.source == (
        "10 % for another season, creative and rivals; 13 % for regions that were not in the test; "
        "10 % for its age"
    )


def test_what_cannot_be_fed_back_is_refused(regional):
    reading = read_test(geo_test(regional, spend=None, usual_spend=None))
    with pytest.raises(QueryError, match="needs what was spent in both worlds"):
        lift_test_of(reading, regional, "tv", "spring")
    with pytest.raises(QueryError, match="'vt' is not a channel"):
        lift_test_of(read_test(geo_test(regional)), regional, "vt", "spring")
