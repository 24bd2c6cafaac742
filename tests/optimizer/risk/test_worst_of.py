"""The worst of several models: the least of their measures, its cuts, and plans that are best."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from optimizer import allocate, read_problem
from optimizer.problem import objective as of
from optimizer.response import FloatArray, IndexArray
from optimizer.risk.measures import measure_of
from optimizer.risk.worst_of import worst_of
from tests.optimizer.fakes import Log, names

FIRST, SECOND = np.arange(14), np.arange(14, 24)
CAUTIOUS = of.MeanCvar(risk_aversion=0.6, tail=0.2)
gains = hnp.arrays(np.float64, 24, elements=st.floats(-900, 900, allow_subnormal=False))


def worst(objective=CAUTIOUS):
    return worst_of([FIRST, SECOND], [measure_of(objective)] * 2)


@given(gain=gains)
def test_it_is_the_least_of_the_models_whatever_their_numbers_of_draws(gain):
    own = measure_of(CAUTIOUS)
    assert worst().value(gain) == min(own.value(gain[FIRST]), own.value(gain[SECOND]))


@given(one=gains, other=gains, width=st.sampled_from([0.0, 1.0, 300.0]))
def test_every_evaluation_is_a_cut_with_weights_of_one(one, other, width):
    at = worst().evaluate(one, width)
    assert at.weights.min() >= 0.0
    assert at.weights.sum() == pytest.approx(1.0)
    assert worst().value(other) <= at.weights @ other + at.offset + 1e-9 * 900
    if width == 0.0:
        assert at.value == pytest.approx(at.weights @ one + at.offset, abs=1e-9)


@given(gain=gains, width=st.sampled_from([5.0, 300.0]))
def test_rounded_its_weights_are_its_gradient(gain, width):
    """Of the means, which are smooth: what is left is the rounding of the least itself."""
    step = np.linspace(-1.0, 1.0, 24)
    smooth = worst(of.Expected())
    at = smooth.evaluate(gain, width)
    change = (
        smooth.evaluate(gain + 1e-3 * step, width).value
        - smooth.evaluate(gain - 1e-3 * step, width).value
    )
    assert change / 2e-3 == pytest.approx(at.weights @ step, abs=1e-5)
    exact = smooth.value(gain)
    assert exact - width * np.log(2.0) - 1e-9 <= at.value <= exact + 1e-9


def test_one_model_is_itself_and_open_measures_stay_open():
    own = measure_of(CAUTIOUS)
    assert worst_of([np.arange(24)], [own]) is own
    assert not worst(of.Quantile(level=0.3)).certified


@dataclass(frozen=True, eq=False)
class TwoModels(Log):
    """Draws of two models, which disagree on what pays."""

    models: IndexArray | None = None


def two_models(first: FloatArray, second: FloatArray) -> TwoModels:
    rng = np.random.default_rng(3)
    height = np.concatenate([first * np.ones((300, 2)), second * np.ones((100, 2))])
    height = height * np.exp(rng.normal(0.0, 0.05, height.shape))
    return TwoModels(
        names(2), height, np.array([100.0, 100.0]), models=np.repeat([0, 1], [300, 100])
    )


def split(response, **objective) -> FloatArray:
    problem = read_problem({"budget": {"total": 200}, "stay": False, "objective": objective})
    found = allocate(problem, response, np.array([100.0, 100.0]))
    assert found.certificate.kind.value == "global"
    assert found.certificate.gap is not None
    assert found.certificate.gap < 1e-3
    return found.spend


def test_a_plan_is_best_where_the_less_favourable_model_is():
    """Models that mirror each other leave the money where it is; one alone moves it all."""
    strong, weak = np.array([400.0, 100.0]), np.array([100.0, 400.0])
    response = two_models(strong, weak)
    expected = {"kind": "mean_cvar", "risk_aversion": 0.0, "risk_on": "gain_over_current"}
    np.testing.assert_allclose(split(response, **expected), [100.0, 100.0], atol=2.0)
    alone = two_models(strong, strong)
    assert split(alone, **expected)[0] > 170.0
