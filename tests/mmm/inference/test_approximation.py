"""Approximations: exact on normal densities, corrected on skewed ones, said where they fail."""

import numpy as np
import pytest

from mmm.errors import SamplingError
from mmm.inference.find_mode import search_path
from mmm.inference.importance import Candidates, resample
from mmm.inference.laplace import laplace
from mmm.inference.pathfinder import normals_on_path, pathfinder

CENTER = np.array([1.0, -2.0, 0.5, 3.0])
ROOT = np.array([[2.0, 0, 0, 0], [1.0, 0.5, 0, 0], [-0.3, 0.2, 1.0, 0], [0.0, 0.1, 0.4, 0.2]])
COVARIANCE = ROOT @ ROOT.T
PRECISION = np.linalg.inv(COVARIANCE)
STARTS = [np.zeros(4), np.array([3.0, 3.0, -3.0, 1.0])]


def normal(point):
    gap = point - CENTER
    log_det = np.linalg.slogdet(2.0 * np.pi * COVARIANCE)[1]
    return -0.5 * (gap @ PRECISION @ gap + log_det), -PRECISION @ gap


def gumbel(point):
    """Independent Gumbel: skewed, mean 0.5772, standard deviation pi / sqrt(6)."""
    return -np.sum(point + np.exp(-point)), np.exp(-point) - 1.0


def nowhere(point):
    return -np.inf, np.zeros_like(point)


def candidates_of_paths(density, starts):
    return pathfinder(density, starts, 10, np.random.default_rng(0))


def drawn_of(density, candidates: Candidates, count: int, seed: int = 0):
    log_p = np.array([density(point)[0] for point in candidates.points])
    return resample(candidates, log_p, count, np.random.default_rng(seed))


def test_laplace_reproduces_a_normal_density_exactly():
    found = laplace(normal, STARTS)
    np.testing.assert_allclose(found.center, CENTER, atol=1e-6)
    np.testing.assert_allclose(found.root @ found.root.T, COVARIANCE, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.stretch, 1.0, rtol=1e-6)
    candidates = found.draw(50, np.random.default_rng(1))
    exact = [normal(point)[0] for point in candidates.points]
    np.testing.assert_allclose(candidates.log_q, exact, rtol=1e-6)


def test_split_normal_integrates_to_one():
    """Its density, told beside the draws, is that of the draws: E_q[N / q] = 1."""
    wide = laplace(gumbel, [np.zeros(3)])
    candidates = wide.draw(200_000, np.random.default_rng(2))
    points = candidates.points - wide.center
    target = -0.5 * (points**2).sum(-1) - 1.5 * np.log(2.0 * np.pi)
    # s.d. of the ratio is below 3 here, so that of the mean below 0.007
    assert np.exp(target - candidates.log_q).mean() == pytest.approx(1.0, abs=0.03)


def test_pathfinder_tells_the_density_of_its_draws():
    """Whatever the path was, the weights of a normal target average its integral, one."""
    candidates = pathfinder(normal, STARTS, 20_000, np.random.default_rng(3))
    log_p = np.array([normal(point)[0] for point in candidates.points])
    assert np.exp(log_p - candidates.log_q).mean() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("method", ["laplace", "pathfinder"])
def test_resampled_draws_of_a_normal_density_have_its_moments(method):
    rng = np.random.default_rng(4)
    found = (
        laplace(normal, STARTS).draw(8000, rng)
        if method == "laplace"
        else pathfinder(normal, STARTS, 8000, rng)
    )
    drawn = drawn_of(normal, found, 8000)
    assert drawn.pareto_k < 0.7
    # 8,000 draws: a mean's error is 0.011 s.d., a standard deviation's 0.8 %
    sd = np.sqrt(np.diag(COVARIANCE))
    assert np.all(np.abs(drawn.points.mean(0) - CENTER) < 0.06 * sd)
    np.testing.assert_allclose(drawn.points.std(0), sd, rtol=0.05)


def test_weights_take_the_skewness_in():
    candidates = laplace(gumbel, [np.zeros(3)]).draw(20_000, np.random.default_rng(5))
    drawn = drawn_of(gumbel, candidates, 20_000)
    assert drawn.pareto_k < 0.7
    assert drawn.effective > 2_000
    np.testing.assert_allclose(drawn.points.mean(0), 0.5772, atol=0.06)
    np.testing.assert_allclose(drawn.points.std(0), np.pi / np.sqrt(6.0), rtol=0.06)


def test_equal_weights_are_no_tail():
    candidates = laplace(normal, STARTS).draw(400, np.random.default_rng(6))
    drawn = drawn_of(normal, candidates, 400)
    assert drawn.pareto_k == 0.0
    assert drawn.effective == 400.0
    assert len(np.unique(drawn.points, axis=0)) == 400


def test_weights_without_a_mean_are_not_used():
    """Normal candidates for a Cauchy-like density far out: the tail's shape says so."""
    rng = np.random.default_rng(7)
    points = rng.standard_normal((2000, 1))
    log_q = -0.5 * points[:, 0] ** 2
    drawn = resample(Candidates(points, log_q), -3.0 * log_q, 2000, rng)
    assert drawn.pareto_k > 1.0
    assert np.isnan(drawn.effective)
    assert len(np.unique(drawn.points)) == 2000


def test_candidates_without_density_are_never_drawn():
    points = np.arange(100.0)[:, None]
    log_p = np.where(points[:, 0] < 50, -np.inf, 0.0)
    rng = np.random.default_rng(8)
    drawn = resample(Candidates(points, np.zeros(100)), log_p, 200, rng)
    assert drawn.points.min() >= 50


def test_a_search_that_its_last_steps_mislead_goes_on_to_the_mode():
    """A curved valley that narrows a hundredfold: one search alone stops on its floor."""

    def valley(point):
        x, gap = point[0], point[1:] - point[0] ** 2
        slope = np.concatenate([[-(x - 9.0) + 4e6 * x * gap.sum()], -2e6 * gap])
        return -0.5 * (x - 9.0) ** 2 - 1e6 * (gap**2).sum(), slope

    end = search_path(valley, np.array([-3.0, 9.0, 9.0, 9.0]))[-1]
    np.testing.assert_allclose(end, [9.0, 81.0, 81.0, 81.0], rtol=1e-3)


@pytest.mark.parametrize("method", [laplace, candidates_of_paths])
def test_a_density_without_a_mode_is_refused_with_a_remedy(method):
    with pytest.raises(SamplingError, match="use method 'nuts'"):
        method(nowhere, [np.zeros(2)])


def test_the_estimate_of_a_path_meets_the_last_step():
    """Quasi-Newton: Sigma times the last change of the gradient is the last step."""
    before, after = STARTS
    s, z = after - before, PRECISION @ (after - before)
    found = list(normals_on_path([(point, -normal(point)[1]) for point in STARTS]))
    assert len(found) == 1
    root = found[0].scale[:, None] * (
        np.eye(4) + found[0].q @ (found[0].low - np.eye(len(found[0].low))) @ found[0].q.T
    )
    np.testing.assert_allclose(root @ root.T @ z, s, rtol=1e-9)
    np.testing.assert_allclose(found[0].mean, after + root @ root.T @ normal(after)[1])
