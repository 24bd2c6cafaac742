"""Response and noise of a sensor in polar coordinates have the priors that they are given."""

import numpy as np
import pytest
from scipy import stats

from mmm.priors.demand_sensors import sensor_parameters
from mmm.priors.sample import ArraySource
from mmm.priors.table import PRIORS

PAIRS = [("demand_effect", "sigma"), ("budget_loading", "budget_sd")]


@pytest.mark.parametrize(("response", "noise"), PAIRS)
def test_both_are_half_normal_and_independent(response, noise):
    source = ArraySource(np.random.default_rng(0), 20_000, {}, {})
    found = sensor_parameters(response, noise, source)
    ranks = []
    for name in (response, noise):
        assert PRIORS[name].family == "half_normal"
        rank = stats.halfnorm.cdf(found[name], scale=PRIORS[name].parameters[0])
        # a sound sampler fails once in a thousand seeds
        assert stats.kstest(rank, "uniform").pvalue > 1e-3
        ranks.append(np.floor(4.0 * rank).astype(int))
    # dependence would show between quarters of the one and of the other
    table = np.zeros((4, 4))
    np.add.at(table, tuple(ranks), 1)
    assert stats.chi2_contingency(table).pvalue > 1e-3
