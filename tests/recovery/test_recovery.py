"""A fit finds the truth that the data were made from, with honest intervals."""

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import binom

from mmm.attribution.contributions import contribution_draws
from mmm.attribution.returns import channel_contributions, return_draws
from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.counterfactual.reference import ReferenceChoice
from mmm.data.design import design_of
from mmm.inference.fit import fit
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo
from mmm.simulate.worlds import make_world
from mmm.spec.sampling import SamplingSpec
from optimizer import allocate, read_problem
from optimizer.solve.allocate import case_of
from tests.recovery.conftest import fit_world

pytestmark = pytest.mark.slow


def inside(draws, truth) -> bool:
    low, high = np.quantile(draws, (0.05, 0.95))
    return bool(low <= truth <= high)


def covered(world, model) -> list[bool]:
    """Whether each 90 % interval holds its truth: elasticities, contributions, ROI."""
    p, truth = model.posterior.draws, world.truth
    found = [inside(p["elasticity"], truth.elasticity)]
    found.append(inside(p["cross_elasticity"][:, 0], truth.cross_elasticity))
    contribution, (roi, _) = channel_contributions(model), return_draws(model)
    for i, name in enumerate(model.structure.channels):
        found.append(inside(contribution[:, i], truth.contribution[name]))
        found.append(inside(roi[:, i], truth.roi[name]))
    return found


def test_the_sampler_converges(fitted):
    assert fitted.diagnostics["r_hat"] < 1.05
    assert fitted.diagnostics["divergences"] < 0.02
    assert fitted.verdict.status in ("trusted", "caution")


def test_intervals_hold_the_truth(world, fitted):
    found = covered(world, fitted)
    # 14 dependent intervals of 90 %: as few as 10 hits happen by chance in one world of a hundred
    assert sum(found) >= 10, found


def test_price_and_rival_what_ifs_are_near_the_truth(world, fitted):
    weeks = fitted.panel.weeks
    window = {"start": weeks[0], "end": weeks[-1]}
    asked = {"price": world.truth.do_price(1.1), "rival.spend": world.truth.do_rival_spend(2.0)}
    for variable, truth in asked.items():
        scale = 1.1 if variable == "price" else 2.0
        do = [{"variable": variable, "scale": scale}]
        question = {"window": window, "after": "continue", "do": do}
        found = answer(fitted, Counterfactual.model_validate(question)).effect_in_window
        # the 98 % interval, by symmetry around the median: one miss in fifty by chance
        reach = 1.42 * (found.p95 - found.p5) / 2.0
        assert abs(found.p50 - truth) <= reach, (variable, found, truth)


def test_rows_of_a_real_fit_add_up(fitted):
    rows = contribution_draws(fitted, "week").sum(1)
    mean = mean_by_geo(fitted, fitted.design.observed).sum(2)
    np.testing.assert_allclose(rows, mean, rtol=1e-9)


def test_a_plan_from_a_real_fit_beats_today_in_its_own_measure(fitted):
    start = fitted.panel.weeks[-1] + timedelta(weeks=1)
    repeated = Assumptions(reference=ReferenceChoice("last_weeks"))
    response = plan_response(fitted, Horizon(start=start, weeks=13), assumed=repeated)
    total = float(response.current.sum())
    limits = {name: {"max_change": 0.5} for name in response.names}
    objective = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}
    problem = read_problem({"budget": {"total": total}, "objective": objective, "channels": limits})
    found = allocate(problem, response, response.current)
    assert found.spend.sum() == pytest.approx(total, rel=1e-6)
    assert found.risk.value >= found.versus_current.value
    assert np.all(np.abs(found.spend / response.current - 1.0) <= 0.5 + 1e-6)


@pytest.mark.parametrize("aversion", [0.0, 1.0])
def test_no_random_plan_beats_the_proved_one_on_a_real_posterior(fitted, aversion):
    start = fitted.panel.weeks[-1] + timedelta(weeks=1)
    response = plan_response(fitted, Horizon(start=start, weeks=13))
    total = float(response.current.sum())
    objective = {"kind": "mean_cvar", "risk_aversion": aversion, "tail": 0.1}
    problem = read_problem({"budget": {"total": total}, "objective": objective, "stay": False})
    found = allocate(problem, response, response.current)
    assert found.certificate.gap is not None
    assert found.certificate.gap <= 1e-3
    bound = found.certificate.upper_bound
    assert bound is not None
    search = case_of(problem, response, response.current).search
    rng = np.random.default_rng(0)
    for share in rng.dirichlet(np.full(len(response.names), 0.5), 300):
        assert search.evaluate(total * share).value <= bound
        near = 0.9 * found.spend + 0.1 * total * share
        assert search.evaluate(near).value <= found.risk.value * (1 + 1e-3)


# Two worlds notice where fewer than 60 % of the intervals hold their truth, six worlds where fewer
# than 73 % do.
@pytest.mark.parametrize("count", [2, pytest.param(6, marks=pytest.mark.proof)])
def test_coverage_over_worlds(count):
    """The share of truths in their 90 % intervals is one that calibration explains."""
    worlds = [make_world(weeks=104, seed=seed) for seed in range(10, 10 + count)]
    hits = [hit for world in worlds for hit in covered(world, fit_world(world))]
    # intervals of one world depend on each other: count each world's 14 as 5 independent ones
    effective = 5 * len(worlds)
    low, high = (float(binom.ppf(q, effective, 0.9)) / effective for q in (0.005, 0.995))
    assert low <= np.mean(hits) <= high, np.mean(hits)


def test_a_panel_of_geos_recovers_its_truth():
    """Four geos that differ in size and effect, with common weekly shocks."""
    world = make_world(weeks=104, seed=4, geos=4)
    model = fit_world(world, draws=300)
    assert model.method.path == "collapsed"
    assert model.diagnostics["r_hat"] < 1.05
    found = covered(world, model)
    # as for the national world: fewer than 10 of 14 happens by chance once in a hundred
    assert sum(found) >= 10, found


def test_plain_and_collapsed_posteriors_agree(world, fitted):
    """The same world sampled with and without its linear coefficients: equal up to Monte Carlo."""
    spec = fitted.spec
    sampling = SamplingSpec(draws=1000, tune=1000, seed=5)
    plain = fit(design_of(spec, fitted.panel), sampling, collapse=False)
    assert (fitted.method.path, plain.method.path) == ("collapsed", "plain")
    for name in ("level", "trend", "season", "control_effect", "elasticity", "beta", "sigma"):
        one, two = fitted.posterior.draws[name], plain.posterior.draws[name]
        error = np.sqrt(one.var(0) / 100 + two.var(0) / 100)
        # at least 100 effective draws each; 4.5 standard errors over some 30 parameters
        assert np.all(np.abs(one.mean(0) - two.mean(0)) < 4.5 * error), name
