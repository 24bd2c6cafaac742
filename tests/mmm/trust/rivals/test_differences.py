"""Rivals told apart or not: known answers, the size under overlap, weights against ArviZ."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.interval import Interval
from mmm.posterior.trust.backtest import Origin, WindowScore
from mmm.trust.backtest.scores import effective_windows
from mmm.trust.rivals.differences import compared, difference
from mmm.trust.rivals.stacking import mixture_weights, stacked

START = date(2022, 1, 3)
NOTHING = Interval(mean=0.0, p5=0.0, p50=0.0, p95=0.0)


def origin(k: int, scores: dict[int, float]) -> Origin:
    windows = [
        WindowScore(
            weeks=weeks,
            outcome=1.0,
            forecast=NOTHING,
            pit=0.5,
            crps=0.0,
            covered=True,
            log_score=score,
            se=0.0,
            effective_draws=100.0,
            naive_crps={},
            naive_log_score={},
        )
        for weeks, score in scores.items()
    ]
    return Origin(
        start=START + timedelta(weeks=4 * k),
        known_weeks=80 + 4 * k,
        verdict="trusted",
        compiled=False,
        windows=tuple(windows),
        weeks_ahead=(),
    )


def origins(scores: np.ndarray, weeks: int = 4) -> tuple[Origin, ...]:
    return tuple(origin(k, {weeks: float(score)}) for k, score in enumerate(scores))


def noise(n: int = 12, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-20.0, 4.0, n)


def test_two_rivals_that_can_be_told_apart():
    base, apart = noise(), np.random.default_rng(1).normal(1.5, 0.6, 12)
    found = compared({"a": origins(base), "b": origins(base + apart)}, (4, 13), 4)
    assert (found.best, found.told_apart, found.alike) == ("b", True, ())
    (told,) = found.differences
    assert told.mean == pytest.approx(apart.mean())
    # Windows of four weeks every four weeks do not overlap: the usual standard error.
    assert told.se == pytest.approx(apart.std(ddof=1) / np.sqrt(12))
    assert told.limit == pytest.approx(2.201, abs=1e-3)  # t with 11 degrees of freedom
    assert "b forecasts better than every other, beyond chance" in found.sentence
    weights = {each.name: each.weight for each in found.weights}
    assert weights["b"] > 0.75
    assert sum(weights.values()) == pytest.approx(1.0)


def test_two_rivals_that_cannot():
    base = noise()
    luck = np.tile([0.8, -0.7], 6)
    found = compared({"a": origins(base), "b": origins(base + luck)}, (4,), 4)
    assert (found.told_apart, found.alike) == (False, ("a",))
    assert found.sentence.startswith("These data cannot tell b from a")
    weights = [each.weight for each in found.weights]
    assert max(weights) < 0.6


def test_windows_that_overlap_too_much_tell_nothing():
    base = noise()
    found = compared(
        {"a": origins(base, 13), "b": origins(base + 5.0 + 0.1 * noise(seed=3), 13)}, (13,), 4
    )
    assert not found.judged
    assert not found.told_apart
    assert found.effective < 8.0
    assert "too few to judge by" in found.sentence


def test_only_windows_that_every_model_has_are_compared():
    base = noise()
    late = origins(base + 1.0)[4:]
    found = compared({"a": origins(base), "b": late}, (4,), 4)
    assert found.windows == 8
    nothing = compared({"a": origins(base)[:2], "b": late}, (4,), 4)
    assert (nothing.best, nothing.windows, nothing.told_apart) == (None, 0, False)


@pytest.mark.parametrize("weeks", [4, 13])
def test_equal_models_are_told_apart_at_most_once_in_twenty(weeks):
    """Differences of windows are sums of weekly ones, so that overlap makes them dependent."""
    rng, every, n, runs = np.random.default_rng(7), 4, 30, 2000
    effective = effective_windows(n, weeks, every)
    starts = every * np.arange(n)
    apart = 0
    for _ in range(runs):
        weekly = np.concatenate([[0.0], rng.standard_normal(starts[-1] + weeks).cumsum()])
        values = weekly[starts + weeks] - weekly[starts]
        apart += difference("a", "b", values, effective).told_apart
    # 5 % of 2000 runs, and 2.6 binomial standard errors.
    assert apart <= 0.063 * runs


def test_weights_go_to_those_of_stacking_as_windows_grow():
    rng = np.random.default_rng(5)
    truth = np.array([0.55, 0.35, 0.10])
    kinds = rng.choice(3, size=1500, p=truth)
    # Each window is forecast well by one of the models alone.
    scores = np.where(kinds[:, None] == np.arange(3), 0.0, -3.0)
    pure = stacked(scores)
    np.testing.assert_allclose(mixture_weights(scores, 1500.0), pure, atol=0.02)
    # Densities of long windows are too small for a number; weights are those of the differences.
    np.testing.assert_allclose(stacked(scores - 2000.0), pure, atol=1e-6)
    assert np.abs(pure - truth).max() < 0.06


def test_without_information_weights_are_equal():
    scores = np.tile(noise(9)[:, None], (1, 3))
    np.testing.assert_allclose(mixture_weights(scores, 9.0), 1 / 3, atol=0.01)


@given(st.integers(2, 5), st.integers(1, 20), st.floats(1.0, 20.0), st.integers(0, 2**31))
def test_weights_are_a_mixture_and_better_models_weigh_more(models, windows, effective, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(-30.0, 3.0, (windows, models))
    scores[:, 0] = scores.max(axis=1) + 0.5
    weights = mixture_weights(scores, effective)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0.0
    assert weights.argmax() == 0
