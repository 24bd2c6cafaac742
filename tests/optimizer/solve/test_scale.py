"""The scale of dimensionless risk is today's spend or given: no slack limit changes a plan."""

import numpy as np
import pytest

from optimizer import InvalidProblem, allocate, read_problem
from tests.optimizer.worlds import sums

CURRENT = np.array([150.0, 100.0, 50.0])
OBJECTIVES = (
    {"kind": "entropic", "risk_aversion": 4},
    {"kind": "utility", "utility": "cara", "risk_aversion": 4},
    {"kind": "mean_variance", "risk_aversion": 2},
)


def plan(objective: dict, budget: dict, current: np.ndarray = CURRENT, **rest: object):
    document = {"budget": budget, "objective": objective, "stay": False, **rest}
    return allocate(read_problem(document), sums(4, 3), current)


@pytest.mark.parametrize("on", ["value", "kpi"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_limit_that_does_not_bind_changes_nothing(objective: dict, on: str):
    caps = {"tv": {"max": 150.0}, "radio": {"max": 140.0}, "search": {"max": 130.0}}
    first, *others = [
        plan({**objective, "on": on}, {"max": most}, channels=caps) for most in (900, 5_000, 40_000)
    ]
    for other in others:
        np.testing.assert_allclose(other.spend, first.spend, atol=0.02)
        assert other.risk.value == pytest.approx(first.risk.value, rel=1e-6)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_given_scale_is_the_default_where_it_is_todays_spend(objective: dict):
    usual = plan(objective, {"total": 600})
    same = plan({**objective, "scale": 300.0}, {"total": 600})
    np.testing.assert_array_equal(usual.spend, same.spend)
    calmer = plan({**objective, "scale": 3e6}, {"total": 600})
    neutral = plan({"kind": "expected"}, {"total": 600})
    np.testing.assert_allclose(calmer.spend, neutral.spend, atol=1.0)
    with pytest.raises(InvalidProblem, match="nothing is spent today") as refused:
        plan(objective, {"total": 600}, np.zeros(3))
    assert refused.value.issues[0].pointer == "/objective/scale"
    plan({**objective, "scale": 300.0}, {"total": 600}, np.zeros(3))


def test_a_scale_that_nothing_is_per_is_refused():
    with pytest.raises(InvalidProblem, match="goes with"):
        plan({"kind": "utility", "utility": "log", "wealth": 9e3, "scale": 1}, {"total": 600})
