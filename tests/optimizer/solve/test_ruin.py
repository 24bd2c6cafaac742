"""Log and CRRA utility: no plan that loses all the wealth in a draw, and no proof beside one."""

import numpy as np
import pytest

from optimizer import InvalidProblem, Status, allocate, read_problem, score
from tests.optimizer.worlds import sums

UTILITIES = (
    {"utility": "log"},
    {"utility": "crra", "risk_aversion": 0.5},
    {"utility": "crra", "risk_aversion": 2.0},
)
CURRENT = np.array([300.0, 400.0, 300.0])


def gains(seed: int, plans: np.ndarray) -> np.ndarray:
    """(plan, draw): the gain of each plan over today's."""
    response = sums(seed, 3)
    now = response.draws(CURRENT) - CURRENT.sum()
    return np.array([response.draws(plan) - plan.sum() - now for plan in plans])


@pytest.mark.parametrize("utility", UTILITIES)
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_is_free_of_ruin_where_one_is_and_refused_elsewhere(seed: int, utility: dict):
    plans = 4000 * np.random.default_rng(seed).dirichlet(np.ones(3), 4000)
    gain = gains(seed, plans)
    needed = -gain.min(axis=1).max()  # the least wealth that leaves one of these plans
    objective = {"kind": "utility", "risk_on": "gain_over_current", **utility}
    for wealth in (1.02 * needed, 3.0 * needed):
        problem = read_problem(
            {"budget": {"total": 4000}, "objective": {**objective, "wealth": wealth}}
        )
        answer = allocate(problem, sums(seed, 3), CURRENT)
        lost = gains(seed, answer.spend[None])[0]
        assert (wealth + lost > 0).all()
        power = 1.0 - utility.get("risk_aversion", 1.0)
        left = np.maximum(wealth + gain, 0.0)[(wealth + gain > 0).all(axis=1)]
        worth = left**power if power else np.log(left)
        mean = worth.mean(axis=1)
        certain = mean ** (1 / power) if power else np.exp(mean)
        assert answer.risk.value >= certain.max() - wealth - 1e-6 * wealth
        if answer.status is Status.OPTIMAL:
            assert answer.certificate.upper_bound >= certain.max() - wealth
    problem = read_problem(
        {"budget": {"total": 4000}, "objective": {**objective, "wealth": 0.8 * needed}}
    )
    with pytest.raises(InvalidProblem, match="does not cover a loss of") as refused:
        allocate(problem, sums(seed, 3), CURRENT)
    assert refused.value.issues[0].pointer == "/objective/wealth"


def test_a_given_plan_with_ruined_draws_has_no_value():
    objective = {"kind": "utility", "utility": "log", "wealth": 50, "risk_on": "gain_over_current"}
    problem = read_problem({"budget": {"total": 4000}, "objective": objective})
    with pytest.raises(InvalidProblem, match="wealth of 50 does not cover"):
        score(problem, sums(0, 3), CURRENT, np.array([4000.0, 0.0, 0.0]))
