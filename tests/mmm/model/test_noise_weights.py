"""Student-t noise as normal noise of random precision: exact, and with weights free of nu."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from mmm.model.noise_weights import WEIGHTS, noise_weights
from mmm.types import Array

QUICK = Mode(linker="py", optimizer="fast_compile")
GRID = np.linspace(-40.0, 8.0, 9601)


@pytest.fixture(scope="module", params=[2.2, 5.0, 60.0], ids=lambda nu: f"nu {nu}")
def weights(request) -> tuple[float, Array, Array]:
    """nu, and on ``GRID`` of the sampler's z the weight and the density of z."""
    nu = request.param
    with pm.Model(coords={"date": range(GRID.size), "geo": ["all"]}) as model:
        variable = noise_weights(pt.constant(np.float64(nu)))
        value = model.rvs_to_values[variable]
        natural = model.rvs_to_transforms[variable].backward(value, *variable.owner.inputs)
        density = model.logp(sum=False)[0]
    found = pytensor.function([value], [natural, density], mode=QUICK)(GRID[:, None])
    assert variable.name == WEIGHTS
    return nu, found[0].ravel(), np.exp(found[1].ravel())


def test_the_weights_are_gamma(weights):
    nu, weight, density = weights
    assert np.trapezoid(density, GRID) == pytest.approx(1.0, abs=1e-8)
    below = np.interp(0.7, weight, np.cumsum(density) * (GRID[1] - GRID[0]))
    # the sum of steps of .005 stands for an integral
    assert below == pytest.approx(stats.gamma.cdf(0.7, nu / 2.0, scale=2.0 / nu), abs=2e-3)


@pytest.mark.parametrize("error", [0.0, 0.8, -3.0, 9.0])
def test_normal_noise_of_random_precision_is_student_t(weights, error):
    nu, weight, density = weights
    given = stats.norm.pdf(error, 0.0, 1.0 / np.sqrt(weight))
    assert np.trapezoid(given * density, GRID) == pytest.approx(stats.t.pdf(error, nu), rel=1e-6)


def test_what_is_sampled_has_unit_width_whatever_nu(weights):
    _, _, density = weights
    mean = np.trapezoid(GRID * density, GRID)
    spread = np.sqrt(np.trapezoid((GRID - mean) ** 2 * density, GRID))
    assert abs(mean) < 0.2
    assert 0.95 < spread < 1.2
