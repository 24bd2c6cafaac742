"""Risk measures: closed cases, properties of coherence, and two independent computations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog

from optimizer.problem.objective import Expected, MeanCvar
from optimizer.risk.cvar import cvar, mean_cvar
from optimizer.risk.measures import measure_of

gains = hnp.arrays(
    np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6, allow_subnormal=False)
)
tails = st.floats(0.01, 0.99)
# Sums of up to 60 numbers of size 1e6 in float64 are exact to about 1e-8.
EXACT = 1e-6


def cvar_by_sorting(gain, tail):
    """The mean of the worst share: walk up the sorted draws until the share is used up."""
    left, total = tail * len(gain), 0.0
    for value in sorted(gain):
        part = min(1.0, left)
        total, left = total + part * value, left - part
        if left <= 0:
            break
    return total / (tail * len(gain))


def cvar_by_linear_program(gain, tail):
    """Rockafellar and Uryasev: max t - sum u / (tail S), u >= t - gain, u >= 0."""
    size = len(gain)
    cost = np.concatenate([[-1.0], np.full(size, 1 / (tail * size))])
    rows = np.hstack([np.ones((size, 1)), -np.eye(size)])
    bounds = [(None, None)] + [(0, None)] * size
    return -float(linprog(cost, A_ub=rows, b_ub=gain, bounds=bounds)["fun"])


def test_the_boundary_draw_counts_by_its_fraction():
    # 25 % of 6 draws are 1.5 draws: all of the worst, half of the next.
    evaluation = cvar(np.array([5.0, 1.0, 4.0, 2.0, 9.0, 7.0]), 0.25)
    assert evaluation.value == pytest.approx((1.0 + 0.5 * 2.0) / 1.5)
    np.testing.assert_allclose(evaluation.weights, [0, 1 / 1.5, 0, 0.5 / 1.5, 0, 0])


def test_a_tail_below_one_draw_is_the_worst_draw():
    assert cvar(np.array([3.0, -2.0, 8.0]), 0.01).value == -2.0


def test_mean_cvar_joins_the_two_by_risk_aversion():
    gain = np.array([0.0, 10.0, 20.0, 30.0])
    assert mean_cvar(gain, 0.0, 0.25).value == 15.0
    assert mean_cvar(gain, 1.0, 0.25).value == 0.0
    assert mean_cvar(gain, 0.4, 0.25).value == pytest.approx(0.6 * 15.0)


def test_each_objective_has_its_measure():
    gain = np.array([1.0, 2.0, 6.0])
    assert measure_of(Expected()).value(gain) == pytest.approx(3.0)
    assert measure_of(MeanCvar(risk_aversion=1.0, tail=0.3)).value(gain) == 1.0
    assert measure_of(Expected()).smooth
    assert measure_of(MeanCvar(risk_aversion=0.0)).smooth
    assert not measure_of(MeanCvar(risk_aversion=0.1)).smooth


def test_an_objective_without_a_measure_is_a_type_error():
    with pytest.raises(TypeError, match="no risk measure is registered for str"):
        measure_of("mean_cvar")


@given(gains, tails)
def test_cvar_is_at_most_the_mean(gain, tail):
    assert cvar(gain, tail).value <= gain.mean() + EXACT


@given(gains, tails, tails)
def test_cvar_rises_with_the_tail(gain, one, other):
    small, large = sorted((one, other))
    assert cvar(gain, small).value <= cvar(gain, large).value + EXACT


@given(gains, tails, st.floats(0, 1), st.floats(-1e5, 1e5))
def test_a_certain_amount_adds_itself(gain, tail, aversion, amount):
    moved = mean_cvar(gain + amount, aversion, tail).value
    assert moved == pytest.approx(mean_cvar(gain, aversion, tail).value + amount, abs=EXACT)


@given(gains, tails, st.floats(0, 1), st.floats(0.01, 10))
def test_scale_passes_through(gain, tail, aversion, factor):
    scaled = mean_cvar(factor * gain, aversion, tail).value
    assert scaled == pytest.approx(factor * mean_cvar(gain, aversion, tail).value, abs=10 * EXACT)


@given(gains, tails)
def test_cvar_agrees_with_sorting(gain, tail):
    assert cvar(gain, tail).value == pytest.approx(cvar_by_sorting(gain, tail), abs=EXACT)


@given(gains, tails)
def test_cvar_agrees_with_the_best_threshold_of_rockafellar_and_uryasev(gain, tail):
    values = [t - np.maximum(t - gain, 0).mean() / tail for t in gain]
    # Amplified by 1 / tail <= 100.
    assert cvar(gain, tail).value == pytest.approx(max(values), abs=100 * EXACT)


@pytest.mark.parametrize("tail", [0.013, 0.1, 0.5, 0.97])
def test_cvar_agrees_with_the_linear_program(tail):
    gain = np.random.default_rng(5).normal(3.0, 2.0, 73)
    assert cvar(gain, tail).value == pytest.approx(cvar_by_linear_program(gain, tail), rel=1e-9)


@given(gains, tails, st.floats(1e-2, 1e5))
def test_rounding_stays_within_its_bound_and_its_weights_are_allowed(gain, tail, width):
    exact, rounded = cvar(gain, tail), cvar(gain, tail, width)
    slack = 100 * EXACT
    assert exact.value - width / (8 * tail) - slack <= rounded.value <= exact.value + slack
    assert rounded.weights.sum() == pytest.approx(1.0)
    assert rounded.weights.min() >= 0
    assert rounded.weights.max() <= 1 / (tail * gain.size) * (1 + 1e-6)


@pytest.mark.parametrize("width", [0.05, 0.5, 3.0])
def test_the_weights_are_the_gradient_of_the_rounded_value(width):
    gain = np.random.default_rng(2).normal(0.0, 1.0, 40)
    weights, step = mean_cvar(gain, 0.7, 0.2, width).weights, 1e-6
    for draw in range(0, 40, 7):
        nudge = np.zeros(40)
        nudge[draw] = step
        up = mean_cvar(gain + nudge, 0.7, 0.2, width).value
        down = mean_cvar(gain - nudge, 0.7, 0.2, width).value
        assert (up - down) / (2 * step) == pytest.approx(weights[draw], abs=1e-6)
