"""Tridiagonal matrices against dense ones."""

import numpy as np
import pytest

from mmm.posterior import tridiagonal


def case(n: int, draws: int = 3):
    """A dominant matrix, its diagonals, and four right-hand sides."""
    rng = np.random.default_rng(n)
    diagonal, off = rng.uniform(2.5, 4.0, (draws, n)), rng.uniform(-1.0, 1.0, (draws, n - 1))
    dense = np.zeros((draws, n, n))
    place = np.arange(n)
    dense[:, place, place] = diagonal
    dense[:, place[1:], place[:-1]] = dense[:, place[:-1], place[1:]] = off
    return dense, diagonal, off, rng.standard_normal((draws, n, 4))


@pytest.mark.parametrize("n", [2, 3, 7, 8, 29, 131])
def test_elimination_equals_the_dense_solution(n):
    dense, diagonal, off, sides = case(n)
    log_det, half = tridiagonal.half_solve(diagonal, off, sides, n, np)
    np.testing.assert_allclose(log_det, np.linalg.slogdet(dense)[1], rtol=1e-12)
    expected = sides.mT @ np.linalg.solve(dense, sides)
    np.testing.assert_allclose(half.mT @ half, expected, rtol=1e-10, atol=1e-12)


def test_draws_have_the_mean_and_covariance_of_the_matrix():
    n, draws = 5, 40_000
    dense, diagonal, off, sides = case(n, draws=1)
    information = sides[:, :, 0]
    many = [np.repeat(values, draws, axis=0) for values in (diagonal, off, information)]
    found = tridiagonal.draw(many[0], many[1], many[2], np.random.default_rng(0))
    covariance = np.linalg.inv(dense[0])
    spread = np.sqrt(np.diag(covariance))
    # 4.5 standard errors of a mean, and of a covariance in units of both s.d.
    error = np.abs(found.mean(0) - covariance @ information[0]) / spread
    assert error.max() < 4.5 / np.sqrt(draws)
    apart = np.abs(np.cov(found.T) - covariance) / np.outer(spread, spread)
    assert apart.max() < 4.5 * np.sqrt(2.0 / draws)
