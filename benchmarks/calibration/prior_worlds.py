"""Simulation-based calibration: worlds drawn from the prior, fitted, and where the truth ranks.

The inputs are those of a world ``small`` (104 weeks, four channels, price, a rival, demand), whose
table also sets the scales. Parameters are drawn from the prior, sales from the model at them; the
model is fitted to those sales with the same scales. If sampler, likelihood and answers are right,
the rank of the truth among L nearly independent draws is uniform, for any function of parameters
and data:

    roi           of each channel, carryover counted
    elasticity    own price
    lift          of switching the first channel off for four weeks, carryover counted
    next quarter  total sales of the 13 weeks to come, noise included, spend as in the last 13
    gain          over today's plan, of the plan that is best for the fit within 0.3 to 2 times it

Talts et al. 2018, arXiv:1804.06788; quantities that depend on the data: Modrak et al., Bayesian
Analysis 2023.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.many_worlds import Record, each_world, how_it_went
from benchmarks.ours import spec_of
from benchmarks.score import HIGHEST, LOWEST, WEEKS
from benchmarks.worlds import Array, make
from mmm.attribution.returns import return_draws
from mmm.checks.prior import prior_model
from mmm.counterfactual.reference import ReferenceChoice
from mmm.data.design import Design, design_of
from mmm.data.panel import Panel, build_panel
from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.inference.compiled import compile_model
from mmm.inference.fit import fit_compiled
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.response import PlanResponse, plan_response
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from mmm.spec.sampling import SamplingSpec
from optimizer import allocate, read_problem

DRAWS = 100
"""To rank the truth among: every tenth of 2 x 500, which are then nearly independent."""
OFF_WEEKS = 4
INPUTS_SEED = 700


def run(worlds: int, out: Path) -> Iterator[Record]:
    """A record for each prior world, with ``ranks`` by quantity, 0 to ``DRAWS``."""
    world = make("small", INPUTS_SEED)
    spec = spec_of(world, "all")
    design = design_of(spec, build_panel(world.frame, spec))
    prior = prior_model(design, 1000, seed=1)
    yield from _ranks(design, prior, range(worlds), out)


def _ranks(
    design: Design, prior: FittedModel, worlds: Iterable[int], out: Path
) -> Iterator[Record]:
    sampling = SamplingSpec(draws=500, tune=500, chains=2, seed=1)
    compiled = compile_model(design)

    def measure(k: int) -> Record:
        one = replace(prior, posterior=prior.posterior.subset(np.array([k])))
        mean = mean_by_geo(one, design.observed, None)
        panel = _with_kpi(design.panel, with_noise(one, mean, 10_000 + k)[0])
        truth = replace(one, design=design.on_panel(panel))
        model = fit_compiled(compiled, truth.design, sampling, evidence=False)
        thinned = model.thinned(DRAWS)
        spend = _best_plan(thinned)
        ranks = {
            name: int(np.sum(found < true[0]))
            for (name, found), (_, true) in zip(
                quantities(thinned, spend, k), quantities(truth, spend, 20_000 + k), strict=True
            )
        }
        return {"ranks": ranks, "draws": thinned.posterior.n_draws, **how_it_went(model)}

    return each_world(out, {"table": "prior"}, worlds, measure)


def quantities(model: FittedModel, spend: Array, seed: int) -> Iterator[tuple[str, Array]]:
    """Name and (draw,) values of each quantity; ``spend (cell,)``: the plan whose gain is asked."""
    roi, _ = return_draws(model)
    for channel, name in enumerate(model.structure.channels):
        yield f"roi of {name}", roi[:, channel]
    yield "elasticity", model.posterior.draws["elasticity"]
    first = model.structure.channels[0]
    off = PlannedTest(first, SpendPath(scale=0.0), OFF_WEEKS, cooldown=0)
    yield "lift", predicted_effect(model, off).lift
    response = _response(model)
    yield "next quarter", response.predictive(response.current, seed)
    yield "gain of the plan", response.draws(spend) - response.draws(response.current)


def _with_kpi(panel: Panel, kpi: Array) -> Panel:
    data = panel.data.copy()
    data["kpi"] = data["kpi"].copy(data=kpi)
    return Panel(data)


def _response(model: FittedModel) -> PlanResponse:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    assumed = Assumptions(reference=ReferenceChoice("last_weeks"))
    return plan_response(model, Horizon(start=start, weeks=WEEKS), assumed=assumed)


def _best_plan(model: FittedModel) -> Array:
    response = _response(model)
    today = response.current
    limits = {
        name: {"min": LOWEST * usual, "max": HIGHEST * usual}
        for name, usual in zip(response.names, today.tolist(), strict=True)
    }
    problem = read_problem(
        {"budget": {"total": float(today.sum())}, "channels": limits, "stay": False,
         "objective": {"kind": "expected"}}
    )  # fmt: skip
    return np.asarray(allocate(problem, response, today).spend)
