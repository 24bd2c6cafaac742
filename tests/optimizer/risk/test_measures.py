"""Every objective's measure: its cuts, its gradient, and what each kind promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from optimizer.problem import objective as of
from optimizer.risk.measure import MeasureContext
from optimizer.risk.measures import measure_of

SCALE = 100.0
CERTIFIED = {
    "expected": of.Expected(),
    "mean_cvar": of.MeanCvar(risk_aversion=0.6, tail=0.2),
    "cvar": of.Cvar(tail=0.1),
    "entropic": of.Entropic(risk_aversion=2.0),
    "semideviation": of.Semideviation(risk_aversion=1.0),
    "crra": of.Utility(utility="crra", risk_aversion=3.0, wealth=2000.0),
    "square root": of.Utility(utility="crra", risk_aversion=0.5, wealth=2000.0),
    "log": of.Utility(utility="log", wealth=2000.0),
    "cara": of.Utility(utility="cara", risk_aversion=1.0),
    "kl_robust": of.KlRobust(radius=0.3),
    "regret": of.Regret(),
    "regret tail": of.Regret(tail=0.3),
    "loss": of.PiecewiseLoss(points=(-50.0, 40.0), slopes=(3.0, 1.0, 0.5), risk_on="gain"),
}
OPEN = {
    "quantile": of.Quantile(level=0.3),
    "mean_variance": of.MeanVariance(risk_aversion=1.0),
    "target_probability": of.TargetProbability(target=10.0, risk_on="gain"),
    "gamble": of.PiecewiseLoss(points=(0.0,), slopes=(0.5, 2.0), risk_on="gain"),
}
EVERY = CERTIFIED | OPEN
# A certain amount adds itself to these; utilities with wealth and losses depend on the level.
TRANSLATED = set(EVERY) - {"crra", "square root", "log", "loss", "gamble", "target_probability"}

DRAWS = 24
gains = hnp.arrays(np.float64, DRAWS, elements=st.floats(-900, 900, allow_subnormal=False))
# Gains of size 1e3 through logarithms and 80 halvings: relative rounding of 1e-9 at the most.
EXACT = 1e-5

certified = pytest.mark.parametrize("objective", CERTIFIED.values(), ids=CERTIFIED)
every = pytest.mark.parametrize("objective", EVERY.values(), ids=EVERY)


def uneven(seed):
    p = np.random.default_rng(seed).dirichlet(np.full(DRAWS, 0.5))
    p[:3] = 0.0
    return p / p.sum()


def measure(objective, probabilities=None, reference=None):
    return measure_of(objective, MeasureContext(SCALE, probabilities, reference))


@certified
@pytest.mark.parametrize("p", [None, uneven(1)], ids=["alike", "uneven"])
@given(one=gains, other=gains, width=st.sampled_from([0.0, 1.0, 300.0]))
def test_every_weighing_is_a_cut(objective, p, one, other, width):
    rho = measure(objective, p)
    assert rho.certified
    cut = rho.evaluate(one, width)
    assert cut.weights.min() >= 0
    slack = EXACT * max(1.0, float(cut.weights.sum()))
    for gain in (one, other, 0.5 * (one + other)):
        assert rho.value(gain) <= cut.weights @ gain + cut.offset + slack


@certified
@given(gain=gains)
def test_the_exact_cut_touches_at_its_own_gain(objective, gain):
    cut = measure(objective).evaluate(gain, 0.0)
    assert cut.weights @ gain + cut.offset == pytest.approx(cut.value, abs=EXACT)


@certified
@given(gain=gains, width=st.floats(0.1, 500))
def test_rounding_never_raises_a_certified_value(objective, gain, width):
    rho = measure(objective)
    assert rho.evaluate(gain, width).value <= rho.value(gain) + EXACT


@certified
@given(gain=gains, more=gains)
def test_more_in_every_draw_is_never_worse(objective, gain, more):
    rho = measure(objective)
    assert rho.value(np.maximum(gain, more)) >= rho.value(gain) - EXACT


@pytest.mark.parametrize("name", sorted(TRANSLATED))
@given(gain=gains, amount=st.floats(-500, 500))
def test_a_certain_amount_adds_itself(name, gain, amount):
    rho = measure(EVERY[name])
    # Rounding moves 1e-13 at a tie of ranks.
    assert rho.value(gain + amount) == pytest.approx(rho.value(gain) + amount, abs=EXACT)


@every
@pytest.mark.parametrize("p", [None, uneven(2)], ids=["alike", "uneven"])
def test_the_weights_are_the_gradient_of_the_value(objective, p):
    gain = np.random.default_rng(3).normal(20.0, 150.0, DRAWS)
    rho, step = measure(objective, p), 1e-3
    width = 0.0 if rho.smooth else 120.0
    weights = rho.evaluate(gain, width).weights
    for draw in range(DRAWS):
        nudge = np.zeros(DRAWS)
        nudge[draw] = step
        up, down = (rho.evaluate(gain + sign * nudge, width).value for sign in (1, -1))
        assert (up - down) / (2 * step) == pytest.approx(weights[draw], abs=2e-6)


@every
def test_a_draw_of_double_probability_is_two_draws(objective):
    gain = np.random.default_rng(4).normal(20.0, 150.0, DRAWS)
    twice = np.concatenate([gain, gain[:5]])
    p = np.ones(DRAWS)
    p[:5] = 2.0
    weighed = measure(objective, p / p.sum()).value(gain)
    assert weighed == pytest.approx(measure(objective).value(twice), abs=EXACT)


@every
def test_what_cannot_happen_does_not_count(objective):
    gain = np.random.default_rng(5).normal(20.0, 150.0, DRAWS)
    p = uneven(6)
    other = gain.copy()
    other[:3] = [-900.0, 0.0, 900.0]
    for width in (0.0, 30.0):
        one = measure(objective, p).evaluate(gain, width)
        assert one.weights[:3] == pytest.approx(0.0)
        assert measure(objective, p).evaluate(other, width).value == pytest.approx(one.value)


@every
def test_a_reference_is_taken_off_first(objective):
    rng = np.random.default_rng(7)
    gain, reference = rng.normal(0, 100, DRAWS), rng.normal(0, 100, DRAWS)
    plain, moved = measure(objective), measure(objective, reference=reference)
    assert moved.value(gain) == pytest.approx(plain.value(gain - reference))
    cut = moved.evaluate(gain, 0.0)
    if moved.certified:
        assert cut.weights @ gain + cut.offset == pytest.approx(cut.value)


@pytest.mark.parametrize("objective", OPEN.values(), ids=OPEN)
def test_what_is_no_worst_case_says_so(objective):
    assert not measure(objective).certified


@certified
@given(gain=gains)
def test_aversion_never_asks_for_more_than_the_mean(objective, gain):
    if not isinstance(objective, of.PiecewiseLoss):
        assert measure(objective).value(gain) <= gain.mean() + EXACT
