"""A geo test is read by one distribution: interval, p-value and power agree."""

from datetime import date, timedelta

import numpy as np
import pytest

from mmm.experiments import GeoTest, Reading, read_test
from mmm.experiments.at_zero import at_zero


def market(lift: float = 0.0, seed: int = 1, geos: int = 8, days: int = 75) -> GeoTest:
    """Days of a market whose first geo is treated in the last 15, with noise of 5 % a geo and
    day.
    """
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0.0, 0.01, days))
    level = np.linspace(500.0, 3000.0, geos)
    kpi = level * np.exp(common[:, None] + rng.normal(0.0, 0.05, (days, geos)))
    kpi[-15:, 0] *= 1.0 + lift
    dates = tuple(date(2024, 1, 1) + timedelta(days=day) for day in range(days))
    names = tuple(f"geo{geo}" for geo in range(geos))
    return GeoTest(dates, names, kpi, ("geo0",), dates[-15], dates[-1])


@pytest.mark.parametrize("lift", [-0.2, 0.2])
def test_a_cut_is_read_as_an_increase_is(lift: float) -> None:
    reading = read_test(market(lift), placebos=False)
    assert reading.p_value < 0.001
    assert reading.lift(0.025) < lift < reading.lift(0.975)
    assert np.sign(reading.incremental(0.5)) == np.sign(lift)


@pytest.mark.parametrize("seed", range(4))
def test_interval_and_p_value_agree_at_the_edge(seed: int) -> None:
    """The p-value of sales that lie on an end of the 95 % interval is .05."""
    undisturbed = read_test(market(seed=seed), placebos=False).undisturbed
    for probability in (0.025, 0.975):
        assert undisturbed.p_value(undisturbed.sold(probability)) == pytest.approx(0.05, abs=1e-9)


def test_power_at_no_lift_is_the_level_and_grows_from_there() -> None:
    undisturbed = read_test(market(), placebos=False).undisturbed
    assert undisturbed.power(0.0) == pytest.approx(0.05, abs=1e-9)
    assert undisturbed.power(0.02) < undisturbed.power(0.1) < undisturbed.power(0.3)
    assert undisturbed.power(undisturbed.detectable()) == pytest.approx(0.8, abs=1e-6)
    assert undisturbed.power(undisturbed.detectable(cut=True)) == pytest.approx(0.8, abs=1e-6)


def test_placebos_leave_the_reading_as_it_is() -> None:
    alone, beside = read_test(market(0.1), placebos=False), read_test(market(0.1))
    assert _figures(beside) == pytest.approx(_figures(alone), rel=1e-9)
    assert len(beside.stacked.sample.treated) == 8


def test_a_candidate_reads_the_same_whoever_is_asked_with_it() -> None:
    kpi, geos = market().kpi, np.eye(8, dtype=np.bool_)
    many, one = at_zero(kpi, geos, 15, daily=True), at_zero(kpi, geos[:1], 15, daily=True)
    assert one.sd[0] == pytest.approx(many.sd[0], rel=0.25)  # the memory is of other donors
    assert many.lifts.shape == many.p_values.shape
    assert 0.0 <= float(many.size(0.1).mean()) <= 0.4


def _figures(reading: Reading) -> list[float]:
    return [reading.p_value, *(reading.incremental(p) for p in (0.025, 0.5, 0.975))]
