"""This project on one world, through its Python API.

    python -m benchmarks.ours small 101 1000 1000 4

The spec is what an analyst would write who knows the columns and not the simulator: the defaults
(geometric adstock, Hill saturation), prices and the rival's spend as such, demand as a control.
"""

from datetime import timedelta
from functools import partial
from time import perf_counter

import numpy as np

from benchmarks.first_table import OWN
from benchmarks.measure import Job, report_again, report_failure, report_fit, report_plan, timed
from benchmarks.score import HIGHEST, LOWEST, WEEKS, score_plan
from benchmarks.worlds import Array, PriceOn, World, make
from mmm.attribution.returns import channel_contributions
from mmm.counterfactual.reference import ReferenceChoice
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.response import PlanResponse, plan_response
from mmm.posterior.fitted import FittedModel, save_model
from mmm.progress import Progress
from mmm.spec.model import ModelSpec, parse_spec
from mmm.spec.sampling import SamplingSpec
from optimizer import Allocation, allocate, read_problem

OBJECTIVES: dict[str, dict[str, object]] = {
    "expected": {"kind": "expected"},
    "half": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
    "cvar": {"kind": "mean_cvar", "risk_aversion": 1.0, "tail": 0.1},
}


def main(tool: str = OWN, saturation: str = "hill") -> None:
    job = Job.from_arguments()
    world = make(job.size, job.seed)
    clock = SamplingClock()
    model, seconds = timed(lambda: _fit(world, job, clock, saturation))
    if job.store:
        save_model(model, job.store)
    noise = model.posterior.dataset["sigma"].to_numpy()
    contribution = channel_contributions(model).reshape(*noise.shape, -1)
    report_fit(tool, job, world, contribution, noise, seconds, sampling=clock.seconds)
    if job.store:
        return
    for name, objective in OBJECTIVES.items():
        try:
            (response, found), seconds = timed(partial(_plan, model, world, objective))
        except Exception as error:  # noqa: BLE001  (a failure is a result, as for the peers)
            report_failure(tool, job, name, error)
        else:
            score = score_plan(world, _by_channel(world, response, np.asarray(found.spend)))
            report_plan(tool, job, name, score, seconds, found.status.value)
            next_one = partial(_allocate, world, objective, response, 1.05)
            again, seconds = timed(next_one)
            report_again(tool, job, name, seconds, again.certificate.gap)


def spec_of(world: World, acts_on: PriceOn = "baseline", saturation: str = "hill") -> ModelSpec:
    """The spec of a world's table, its price on the baseline or on all; a kpi unit is worth 1."""
    curve = {"saturation": {"kind": saturation}}
    document = {
        "kpi": {"column": "kpi", "kind": "units", "value_per_unit": 1.0},
        "date": "date",
        "channels": [{"name": name, "column": name, **curve} for name in world.channels],
        "price": {"column": "price", "acts_on": acts_on},
        "competitors": [
            {"name": "rival", "price": "competitor_price", "spend": "competitor_spend"}
        ],
        "controls": ["demand_index"],
    }
    return parse_spec(document | ({"geo": "geo"} if world.truth.population.size > 1 else {}))


class SamplingClock:
    """Times the sampler by the progress of a fit."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}

    def __call__(self, progress: Progress) -> None:
        self._times.setdefault(progress.stage, perf_counter())

    @property
    def seconds(self) -> float:
        """From the end of compiling to the last draw."""
        return self._times["postprocessing"] - self._times["warmup"]


def _fit(world: World, job: Job, clock: SamplingClock, saturation: str) -> FittedModel:
    spec = spec_of(world, saturation=saturation)
    sampling = SamplingSpec(draws=job.draws, tune=job.tune, chains=job.chains, seed=1)
    return fit(design_of(spec, build_panel(world.frame, spec)), sampling, clock)


def _plan(
    model: FittedModel, world: World, objective: dict[str, object]
) -> tuple[PlanResponse, Allocation]:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    horizon = Horizon(start=start, weeks=WEEKS)
    assumed = Assumptions(reference=ReferenceChoice("last_weeks"))
    granularity = Granularity("even", "optimised")
    response = plan_response(model, horizon, assumed=assumed, granularity=granularity)
    return response, _allocate(world, objective, response)


def _allocate(
    world: World, objective: dict[str, object], response: PlanResponse, share: float = 1.0
) -> Allocation:
    """``share``: of the usual budget."""
    usual = _usual(world, response)
    limits = [
        {"channel": cell.channel, "geo": cell.geo, "min": LOWEST * spend, "max": HIGHEST * spend}
        for cell, spend in zip(response.cells, usual.tolist(), strict=True)
    ]
    where: dict[str, object]
    if any(cell.geo for cell in response.cells):
        where = {"cells": limits}
    else:
        amounts = [{"min": each["min"], "max": each["max"]} for each in limits]
        where = {"channels": dict(zip(world.channels, amounts, strict=True))}
    budget = {"total": share * float(usual.sum())}
    problem = read_problem({"budget": budget, "objective": objective} | where)
    return allocate(problem, response, usual)


def _by_channel(world: World, response: PlanResponse, spend: Array) -> Array:
    """(channel,) sums of ``spend (cell,)``."""
    index = [world.channels.index(cell.channel) for cell in response.cells]
    return np.bincount(index, spend, len(world.channels)).astype(np.float64)


def _usual(world: World, response: PlanResponse) -> Array:
    """(cell,) the past's mean over the horizon, by population where geos are decided."""
    people = world.truth.population
    share = dict(zip(response.model.panel.geos, people / people.sum(), strict=True))
    spend = dict(zip(world.channels, world.weekly_spend * WEEKS, strict=True))
    return np.array(
        [spend[cell.channel] * (share[cell.geo] if cell.geo else 1.0) for cell in response.cells]
    )


if __name__ == "__main__":
    main()
