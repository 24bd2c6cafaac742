"""The forecast with errors that remember, against the covariance written out."""

import numpy as np
import pytest
from scipy import stats

from mmm.experiments.estimators.forecast import (
    INDEPENDENT,
    MEMORY,
    Memory,
    Regression,
    forecast,
)

N, H, TERMS = 25, 6, 2


def case(seed: int = 0) -> tuple[Regression, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.stack([np.ones(N + H), rng.normal(size=N + H)], axis=1)[None]
    y = x[:, :N] @ [2.0, -1.0] + np.cumsum(rng.normal(0.0, 0.2, (1, N)), axis=1)
    weights = rng.uniform(0.5, 1.5, (1, H))
    return Regression(y, x[:, :N], x[:, N:], np.zeros(1)), weights


@pytest.mark.parametrize(("rho", "share"), [(0.0, 1.0), (0.6, 1.0), (0.9, 0.3)])
def test_it_is_generalised_least_squares(rho: float, share: float) -> None:
    regression, weights = case()
    memory = Memory(np.array([rho]), np.array([share]), np.ones(1))
    found = forecast(regression, memory).contrast(weights)
    step = np.abs(np.subtract.outer(np.arange(N + H), np.arange(N + H)))
    whole = share * rho**step + (1.0 - share) * np.eye(N + H) if rho else np.eye(N + H)
    v, cross, ahead = whole[:N, :N], whole[N:, :N], whole[N:, N:]
    x, y, x1 = regression.x[0], regression.y[0], regression.ahead[0]
    inverse = np.linalg.inv(v)
    of_beta = np.linalg.inv(x.T @ inverse @ x)
    beta = of_beta @ x.T @ inverse @ y
    rest = y - x @ beta
    mean = x1 @ beta + cross @ inverse @ rest
    lever = x1 - cross @ inverse @ x
    covariance = ahead - cross @ inverse @ cross.T + lever @ of_beta @ lever.T
    variance = rest @ inverse @ rest / (N - TERMS)
    assert found.location[0, 0] == pytest.approx(weights[0] @ mean, rel=1e-10)
    spread = weights[0] @ covariance @ weights[0] * variance
    assert found.scale[0, 0] ** 2 == pytest.approx(spread, rel=1e-10)
    assert found.df[0, 0] == N - TERMS


def test_weights_of_the_memory_are_marginal_likelihoods() -> None:
    """Ratios of the weights, against the density of y integrated over beta and sigma by hand."""
    regression, _ = case()
    found = forecast(regression)
    step = np.abs(np.subtract.outer(np.arange(N), np.arange(N)))
    x, y = regression.x[0], regression.y[0]

    def log_marginal(rho: float, share: float) -> float:
        v = share * rho**step + (1.0 - share) * np.eye(N) if rho else np.eye(N)
        inverse = np.linalg.inv(v)
        gram = x.T @ inverse @ x
        rest = y - x @ np.linalg.solve(gram, x.T @ inverse @ y)
        logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(gram)[1]
        return float(-0.5 * logs - 0.5 * (N - TERMS) * np.log(rest @ inverse @ rest))

    known = np.array([log_marginal(*point) for point in zip(MEMORY.rho, MEMORY.share, strict=True)])
    known = np.exp(known - known.max())
    assert found.weight[0] == pytest.approx(known / known.sum(), rel=1e-8)


def test_an_independent_memory_is_ordinary_least_squares() -> None:
    regression, weights = case(1)
    found = forecast(regression, INDEPENDENT).contrast(weights)
    x, y = regression.x[0], regression.y[0]
    beta, rest = np.linalg.lstsq(x, y, rcond=None)[:2]
    assert found.location[0, 0] == pytest.approx(weights[0] @ regression.ahead[0] @ beta)
    quantile = found.quantile(0.9)[0]
    z = (quantile - found.location[0, 0]) / found.scale[0, 0]
    assert z == pytest.approx(stats.t(N - TERMS).ppf(0.9), rel=1e-9)
    assert rest.size == 1


def test_series_that_last_have_a_memory_and_others_none() -> None:
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(40, 60))
    slow = np.zeros_like(noise)
    for t in range(1, 60):
        slow[:, t] = 0.8 * slow[:, t - 1] + noise[:, t]
    ones = np.ones((40, 61, 1))
    means = []
    for y in (noise, slow):
        found = forecast(Regression(y, ones[:, :60], ones[:, 60:], np.zeros(40)))
        means.append(float((found.weight * MEMORY.rho * MEMORY.share).sum(axis=1).mean()))
    assert means[0] < 0.15
    assert means[1] > 0.45
