"""The total of a plan: the outcome of the horizon's weeks alone, with one response that explains
its rise."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.plan.horizon import Horizon
from mmm.plan.mixture import mix_scenarios
from mmm.plan.phasing import Granularity
from mmm.plan.response import plan_response
from optimizer import allocate, read_problem
from tests.mmm.fakes import fake_model
from tests.mmm.plan.test_full_model import CASES

BY_WEEK = Granularity(weeks="optimised")


def response_of(model, on="value", granularity=None):
    coming = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=5)
    return plan_response(model, coming, granularity=granularity or Granularity(), on=on)


@pytest.mark.parametrize("on", ["value", "kpi"])
@pytest.mark.parametrize(("document", "geos"), CASES)
@pytest.mark.parametrize("granularity", [Granularity(), BY_WEEK], ids=["channels", "weeks"])
def test_the_total_rises_by_the_response_within_the_horizon(document, geos, granularity, on):
    response = response_of(fake_model(document, geos=geos, draws=6), on, granularity)
    within = response.within_horizon
    plan = response.current * np.linspace(0.5, 1.5, response.current.size)
    silent = np.zeros_like(plan)
    rise = response.total(plan) - response.total(silent)
    scale = np.abs(response.total(plan)).max()
    np.testing.assert_allclose(within.draws(plan) - within.draws(silent), rise, atol=1e-9 * scale)
    assert response.draws(plan).sum() > within.draws(plan).sum()
    step = 1e-4 * plan.max() * np.eye(plan.size)[0]
    change = (within.draws(plan + step) - within.draws(plan - step)) / (2 * step[0])
    np.testing.assert_allclose(within.jacobian(plan)[:, 0], change, rtol=1e-4, atol=1e-7)


def test_scenarios_have_a_total_of_their_own():
    model = fake_model(draws=8)
    mixed = mix_scenarios(model, [0.5, 0.5], lambda part, _: response_of(part))
    plan = mixed.current
    rise = mixed.total(plan) - mixed.total(np.zeros_like(plan))
    np.testing.assert_allclose(mixed.within_horizon.draws(plan), rise, rtol=1e-6)


@pytest.mark.parametrize("document", [case.values[0] for case in CASES if case.id != "counts"])
@pytest.mark.parametrize("risk_on", ["total", "gain"])
def test_a_certificate_bounds_the_quantity_that_is_maximised(document, risk_on):
    """No random plan is better, in the total as it is reported, than the bound."""
    response = response_of(fake_model(document, draws=40))
    total = float(response.current.sum())
    problem = {
        "budget": {"total": total},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.2, "risk_on": risk_on},
        "stay": False,
    }
    answer = allocate(read_problem(problem), response, response.current)

    def measured(plan):
        draws = response.total(plan) if risk_on == "total" else response.draws(plan)
        worst = np.sort(draws)[:8].mean()
        return 0.5 * draws.mean() + 0.5 * worst - plan.sum()

    assert answer.risk.value == pytest.approx(measured(answer.spend), rel=1e-6)
    random = total * np.random.default_rng(1).dirichlet(np.ones(response.current.size), 2000)
    random = random[(random <= response.region.cells).all(1)][:60]
    assert len(random) > 20
    best = max(measured(plan) for plan in random)
    slack = 1e-6 * abs(best)
    assert best <= answer.risk.value + (answer.certificate.gap or 0.01) * abs(best) + slack
    if answer.certificate.upper_bound is not None:
        assert best <= answer.certificate.upper_bound + slack


@pytest.mark.parametrize(("document", "geos"), CASES)
def test_a_target_as_objective_and_as_limit_is_the_same_probability(document, geos):
    response = response_of(fake_model(document, geos=geos, draws=60))
    current = response.current
    kpi = float(np.quantile(response.kpi.predictive(current), 0.4))
    fixed = {name: {"fixed": float(x)} for name, x in zip(response.names, current, strict=True)}
    common = {"budget": {"total": float(current.sum())}, "channels": fixed}
    objective = {"kind": "target_probability", "target": kpi}
    limit = {"kind": "target", "kpi": kpi, "probability": 0.9}
    maximised = allocate(read_problem({**common, "objective": objective}), response.kpi, current)
    limited = allocate(read_problem({**common, "conditions": [limit]}), response, current)
    exact = float((response.kpi.predictive(current) >= kpi).mean())
    assert maximised.risk.value == pytest.approx(exact, abs=1e-12)
    assert limited.conditions[0].reached == pytest.approx(exact, abs=1e-12)
    assert maximised.risk.quantity == "KPI, noise included, within the horizon"
