"""Simplex weights meet the conditions of an optimum, and no random weights are better."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mmm.experiments.estimators.simplex import simplex_weights


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(3, 40), st.floats(0.0, 5.0))
def test_no_weights_are_better(seed: int, donors: int, periods: int, common: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(periods, donors)) + common * rng.normal(size=(periods, 1))
    y = x @ rng.dirichlet(np.ones(donors)) + rng.normal(0.0, 0.5, periods)
    weights = simplex_weights(x.T @ x, x.T @ y)
    assert weights.min() >= 0.0
    assert abs(weights.sum() - 1.0) < 1e-9
    slope = x.T @ (x @ weights - y)
    size = np.abs(x.T @ x).max()
    level = slope[weights > 0.0].mean()
    assert np.abs(slope[weights > 0.0] - level).max() <= 1e-6 * size  # what is free is level
    assert (slope[weights == 0.0] - level).min(initial=0.0) >= -1e-6 * size
    best = np.sum((y - x @ weights) ** 2)
    for other in rng.dirichlet(np.full(donors, 0.3), 50):
        assert best <= np.sum((y - x @ other) ** 2) + 1e-6 * size
