"""Power-scaling against closed forms of normal models, and against arviz-stats on a data tree."""

import numpy as np
import pytest
import xarray as xr
from arviz_stats import psense
from hypothesis import given
from hypothesis import strategies as st

from mmm.trust.power_scaling import THRESHOLD, Scaling, mean_at_power
from mmm.trust.prior_sensitivity import discrepancy, leaning_of


class Normal:
    """Independent posterior draws of a normal mean: prior N(0, 1), data N(y, 1 / precision)."""

    def __init__(self, y: float, precision: float, draws: int = 20_000, seed: int = 0) -> None:
        self.mean, self.sd = y * precision / (1.0 + precision), (1.0 + precision) ** -0.5
        grid = np.random.default_rng(seed).permutation((np.arange(draws) + 0.5) / draws)
        from scipy import stats

        self.x = stats.norm.ppf(grid) * self.sd + self.mean
        self.prior, self.likelihood = -0.5 * self.x**2, -0.5 * precision * (self.x - y) ** 2

    def leaning(self) -> str:
        prior, data = Scaling.of(self.prior), Scaling.of(self.likelihood)
        return leaning_of(prior.sensitivity(self.x), data.sensitivity(self.x), z=self.z())

    def z(self) -> float:
        by_prior, by_data = (Scaling.of(e).shift(self.x) for e in (self.prior, self.likelihood))
        return discrepancy(by_prior, by_data, self.sd**2)


@pytest.mark.parametrize(("y", "precision"), [(3.0, 1.0), (0.5, 4.0), (-2.0, 0.25)])
def test_shifts_are_the_derivatives_of_the_conjugate_mean(y: float, precision: float) -> None:
    """d/da of (precision y) / (a + precision) at one is -precision y / (1 + precision)^2."""
    world = Normal(y, precision)
    by_prior = -np.log(2.0) * precision * y / (1.0 + precision) ** 2 / world.sd
    assert Scaling.of(world.prior).shift(world.x) == pytest.approx(by_prior, abs=0.003)
    assert Scaling.of(world.likelihood).shift(world.x) == pytest.approx(-by_prior, abs=0.003)


@pytest.mark.parametrize("power", [2.0**-0.5, 2.0**0.5])
def test_the_mean_at_a_power_is_the_conjugate_one(power: float) -> None:
    world = Normal(2.0, 1.0)
    found = mean_at_power(world.prior, world.x, power, 20_000)
    assert found.usable
    assert found.mean == pytest.approx(2.0 / (power + 1.0), abs=4.0 * found.error)


def test_the_sensitivity_is_that_of_arviz() -> None:
    world = Normal(1.0, 2.0, draws=1000)
    shaped = {name: getattr(world, name).reshape(2, 500) for name in ("x", "prior", "likelihood")}
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({"x": (("chain", "draw"), shaped["x"])}),
            "log_prior": xr.Dataset({"x": (("chain", "draw"), shaped["prior"])}),
            "log_likelihood": xr.Dataset({"y": (("chain", "draw"), shaped["likelihood"])}),
        }
    )
    for group in ("prior", "likelihood"):
        theirs = float(psense(tree, group=group)["x"])
        ours = Scaling.of(getattr(world, group)).sensitivity(world.x)
        assert ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(
    ("y", "precision", "leaning"),
    [
        (0.0, 400.0, "fine"),  # the data decide
        (0.0, 1.0, "fine"),  # they agree, each with half of the precision
        (0.5, 0.01, "prior_driven"),  # the data say nothing
        (6.0, 1.0, "conflict"),  # both are sure of something else
    ],
)
def test_what_two_normal_sources_do_to_each_other(y: float, precision: float, leaning: str) -> None:
    assert Normal(y, precision).leaning() == leaning


@pytest.mark.parametrize("precision", [0.3, 1.0, 5.0])
def test_prior_and_data_that_are_right_lie_one_sd_apart(precision: float) -> None:
    """The distance of y from 0 has the variance 1 + 1 / precision where both are right."""
    y = 2.4 * (1.0 + 1.0 / precision) ** 0.5
    assert abs(Normal(y, precision).z()) == pytest.approx(2.4, rel=0.02)


def test_a_quarter_of_an_sd_is_the_threshold() -> None:
    """A mean that moves by 0.25 s.d. where the power is doubled has a sensitivity of 0.05."""
    world = Normal(0.0, 0.0)
    moving = Scaling.of(0.25 / np.log(2.0) * world.x)
    assert moving.shift(world.x) == pytest.approx(0.25, abs=1e-3)
    assert moving.sensitivity(world.x) == pytest.approx(THRESHOLD, abs=1e-3)


@given(st.integers(0, 2**31), st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_units_do_not_matter(seed: int, size: float, origin: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(200)
    scaling = Scaling.of(0.5 * x + rng.standard_normal(200))
    moved = size * x + origin
    assert scaling.sensitivity(moved) == pytest.approx(scaling.sensitivity(x), rel=1e-6)
    assert scaling.shift(moved) == pytest.approx(scaling.shift(x), rel=1e-6)


def test_what_is_constant_is_not_sensitive() -> None:
    x = np.random.default_rng(0).standard_normal(100)
    assert Scaling.of(np.zeros(100)).sensitivity(x) == 0.0
    assert Scaling.of(x).sensitivity(np.ones(100)) == 0.0
    assert Scaling.of(x).shift(np.ones(100)) == 0.0
