"""Effects that may be negative: what a plan, its proof and an answer make of them."""

from datetime import timedelta

import numpy as np
import pytest
from scipy import stats

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.response import plan_response
from mmm.priors.table import Prior, signed
from optimizer import allocate, read_problem
from tests.mmm.fakes import fake_model
from tests.mmm.model.test_graph_and_arrays import PLAIN

DOCUMENT = {
    **PLAIN,
    "channels": [
        {"name": "tv", "column": "tv_spend", "saturation": {"kind": "logistic"}},
        {"name": "search", "column": "search_spend", "saturation": {"kind": "logistic"}},
        {"name": "mail", "column": "mail_spend", "saturation": {"kind": "logistic"},
         "effect": "any"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    found = fake_model(DOCUMENT, draws=200)
    assert 0.2 < (found.posterior.draws["beta"][:, 2, 0] < 0.0).mean() < 0.5
    return found


def response_of(model, **more):
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return plan_response(model, Horizon(start=start, weeks=6), **more)


def test_the_prior_keeps_median_and_upper_quantile():
    before = Prior("lognormal", (np.log(0.05), 1.0), "", "", "")
    after = signed(before)
    center, sd = after.parameters
    assert after.family == "normal"
    for probability in (0.5, 0.95):
        wanted = stats.lognorm.ppf(probability, 1.0, scale=0.05)
        assert stats.norm.ppf(probability, center, sd) == pytest.approx(wanted, rel=1e-12)


def test_a_falling_response_is_not_called_concave(model):
    """Minus a concave curve is convex: only draws that all rise are concave together."""
    assert not response_of(model).concave
    assert not response_of(model, granularity=Granularity(weeks="optimised")).concave
    draws = model.posterior.draws["beta"][:, 2, 0]
    assert draws.min() < 0.0 < draws.max()


@pytest.mark.parametrize("risk_aversion", [0.0, 0.7])
def test_the_bound_of_a_certificate_holds_for_plans_with_a_falling_channel(model, risk_aversion):
    response = response_of(model)
    objective = {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": 0.1}
    total = float(response.current.sum())
    problem = read_problem({"budget": {"max": total}, "objective": objective})
    plan = allocate(problem, response, response.current)
    assert plan.certificate.kind == "global"
    rng = np.random.default_rng(3)
    measured = [_measure(response, plan.spend, risk_aversion)]
    for _ in range(60):
        other = rng.dirichlet(np.ones(3)) * total * rng.uniform(0.0, 1.0)
        measured.append(_measure(response, other, risk_aversion))
    assert plan.certificate.upper_bound is not None
    assert max(measured) <= plan.certificate.upper_bound * (1.0 + 1e-9)
    assert measured[0] >= max(measured) - 0.01 * abs(max(measured))


def _measure(response, spend, aversion):
    """Mean and mean of the worst tenth of the gain over no own spend, cost subtracted."""
    gain = np.sort(response.draws(spend) - spend.sum())
    worst = gain[: gain.size // 10].mean()
    return (1.0 - aversion) * gain.mean() + aversion * worst


def test_the_sign_of_an_answer_is_assumed_only_where_it_is(model):
    window = {"start": model.panel.weeks[10], "end": model.panel.weeks[20]}

    def without(name):
        do = [{"variable": name, "scale": 0.0}]
        return answer(model, Counterfactual.model_validate({"window": window, "do": do})).effect

    assert without("tv").probability_positive is None
    assert 0.1 < without("mail").probability_positive < 0.6
