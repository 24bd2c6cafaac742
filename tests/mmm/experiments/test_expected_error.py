"""The standard error of a test to come, against closed forms and simulated comparisons."""

import numpy as np
import pytest

from mmm.errors import QueryError
from mmm.experiments.expected_error import WeeklyNoise, weekly_noise
from mmm.experiments.predicted_effect import PlannedTest
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import fake_model

OFF = SpendPath(scale=0.0)


def independent(sizes: list[float], weeks: int = 104, draws: int = 400) -> WeeklyNoise:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((draws, weeks, len(sizes))) * np.sqrt(sizes)
    return WeeklyNoise(noise, np.array(sizes), tuple(f"g{k}" for k in range(len(sizes))))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_part_of_a_nation_has_the_closed_form(share):
    noise = independent([100.0])
    test = PlannedTest("tv", OFF, 8, 4, treated_share=share)
    expected = np.sqrt(12 * 100.0 * share / (1.0 - share) * (1.0 + 12 / 52))
    # 400 draws x 8 sums: an s.d. known to 1.3 %.
    assert noise.standard_error(test) == pytest.approx(expected, rel=0.04)


def test_geos_of_noise_by_size_are_worth_their_share():
    """A geo with a fifth of the sales and of the variance is a fifth of the nation."""
    split, whole = independent([20.0] * 5), independent([100.0])
    by_geo = split.standard_error(PlannedTest("tv", OFF, 4, geos=("g1", "g3")))
    by_share = whole.standard_error(PlannedTest("tv", OFF, 4, treated_share=0.4))
    assert by_geo == pytest.approx(by_share, rel=0.04)


def test_it_is_the_spread_of_comparisons_of_simulated_geos():
    sizes, weeks = [50.0, 20.0, 30.0, 80.0], 60
    noise = independent(sizes, weeks, draws=2000)
    sales = 1000.0 + noise.draws  # a level that all geos share, with noise of their own
    level = WeeklyNoise(noise.draws, np.full(4, 1000.0), noise.geos)
    before, during = sales[:, :52].sum(axis=1), sales[:, 52:].sum(axis=1)
    treated, others = [0, 2], [1, 3]
    scale = before[:, treated].sum(axis=1) / before[:, others].sum(axis=1)
    lift = during[:, treated].sum(axis=1) - scale * during[:, others].sum(axis=1)
    told = level.standard_error(PlannedTest("tv", OFF, 8, geos=("g0", "g2")))
    # An s.d. of 2,000 differences is known to 1.6 %.
    assert told == pytest.approx(lift.std(), rel=0.06)


def test_the_noise_of_a_model_is_its_own():
    model = fake_model(weeks=60, geos=3)
    noise = weekly_noise(model)
    p = model.posterior.draws
    sd = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    expected = np.sqrt(np.square(sd).mean(axis=0)) * model.scales.kpi_unit
    np.testing.assert_allclose(noise.draws.std(axis=(0, 1)), expected, rtol=0.06)


def test_without_an_untreated_geo_there_is_no_error_to_tell():
    with pytest.raises(QueryError, match="none is left to compare with"):
        independent([1.0, 2.0]).standard_error(PlannedTest("tv", OFF, 4))
