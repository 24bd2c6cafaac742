"""The reference worlds are what their recipes say, before anything is fitted to them."""

import numpy as np
import pytest

from benchmarks.mediated import SALES, mediated_world
from tests.reference.confounded import ALPHA, UNIT, confounded_world, effect
from tests.reference.geo_world import geo_world


def test_return_on_spend_of_the_geo_simulation():
    """1.38 +- .07 over replications, the published figure."""
    found = np.array([geo_world(seed).iroas for seed in range(200)])
    # the mean of 200 replications has a standard error of .005, its s.d. one of 5 %
    assert found.mean() == pytest.approx(1.38, abs=0.015)
    assert found.std() == pytest.approx(0.07, abs=0.01)


def test_geo_table_keeps_week_and_geo_together():
    world = geo_world(1, geos=3)
    row = world.frame.iloc[3 * 5 + 2]
    assert (row["geo"], row["week"].isoformat()) == ("g002", "2022-02-07T00:00:00")
    assert (row["y"], row["x"], row["z"]) == (world.y[5, 2], world.x[5, 2], world.z[5, 2])


def test_hidden_demand_drives_one_budget_alone():
    frame = confounded_world().frame
    correlation = frame[["x1", "x2"]].corrwith(frame["z"])
    # a correlation of 131 independent weeks has a standard error of .04 at .71, of .09 at nothing
    assert correlation["x1"] == pytest.approx(0.71, abs=0.08)
    assert abs(correlation["x2"]) < 0.18
    assert frame["z"].min() >= 0.0


def test_a_regression_without_demand_credits_it_to_x1():
    """The bias that a fit must show: cov(z, x1) / var(x1) on top of the truth."""
    world = confounded_world()
    x1, z = world.spend["x1"], world.frame["z"]
    bias = UNIT * np.cov(z, x1)[0, 1] / x1.var(ddof=1)
    assert (world.roi["x1"] + bias) / world.roi["x1"] > 2.3


def test_lift_and_return_of_the_confounded_world():
    """ROI by hand: one week of spend spreads over four weeks; nothing is lost at the end."""
    world = confounded_world()
    spend = np.zeros(10)
    spend[9] = 0.4
    weights = np.array([ALPHA["x1"] ** lag for lag in range(4)])
    carried = 0.4 * weights / weights.sum()
    by_hand = UNIT * 2.0 * (1 - np.exp(-carried)) / (1 + np.exp(-carried))
    np.testing.assert_allclose(effect("x1", spend)[9:], by_hand)
    everything = world.lift("x2", -world.spend["x2"])
    assert everything == pytest.approx(-world.roi["x2"] * world.spend["x2"].sum())


def carried(exposure, alpha):
    """Adstock over lags 0..8 week by week, and eight weeks beyond."""
    weights = [alpha**lag for lag in range(9)]
    total = sum(weights)
    weeks = range(len(exposure) + 8)
    return np.array(
        [
            sum(
                weights[t - u] / total * exposure[u] for u in range(len(exposure)) if 0 <= t - u < 9
            )
            for t in weeks
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_total_effect_of_brand_media_adds_both_paths(seed):
    world = mediated_world(seed)
    exposure = world.tv / world.tv[world.tv > 0].mean()
    power = carried(exposure, world.direct.alpha) ** world.direct.slope
    direct = world.direct.height * power / (world.direct.half**world.direct.slope + power)
    assert world.path.rate is not None
    decay = np.exp(-world.path.rate * carried(exposure, world.path.alpha))
    searches = world.path.height * (1 - decay) / (1 + decay)
    by_hand = SALES * (direct + world.worth * searches).sum()
    assert world.total == pytest.approx(by_hand)
    assert 0.4 < world.mediated / world.total < 0.75
    assert 0.05 < world.total / world.frame["sales"].sum() < 0.15


def test_a_tracker_sees_every_fourth_week_of_the_same_world():
    weekly, monthly = (mediated_world(3, observed=kind) for kind in ("weekly", "monthly"))
    seen = monthly.frame["brand_queries"].notna().to_numpy()
    np.testing.assert_array_equal(np.flatnonzero(seen), np.arange(0, 156, 4))
    assert monthly.frame[seen].equals(weekly.frame[seen])
    assert monthly.frame["sales"].equals(weekly.frame["sales"])
