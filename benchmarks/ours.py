"""This project on one world, through its Python API.

    python -m benchmarks.ours small 101 1000 1000 4

The spec is what an analyst would write who knows the columns and not the simulator: the defaults
(geometric adstock, Hill saturation), prices and the rival's spend as such, demand as a control.
"""

from datetime import timedelta
from functools import partial
from time import perf_counter

import numpy as np

from benchmarks.measure import Job, report_again, report_failure, report_fit, report_plan, timed
from benchmarks.score import HIGHEST, LOWEST, WEEKS, score_plan
from benchmarks.worlds import PriceOn, World, make
from mmm.fitted import FittedModel, save_model
from mmm.panel import build_panel
from mmm.plan_response import Horizon, PlanResponse, plan_response
from mmm.progress import Progress
from mmm.returns import channel_contributions
from mmm.sampling import fit
from mmm.spec import ModelSpec, SamplingSpec, parse_spec
from optimizer import Allocation, allocate, read_problem

TOOL = "prudent"
OBJECTIVES: dict[str, dict[str, object]] = {
    "expected": {"kind": "expected"},
    "half": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
    "cvar": {"kind": "mean_cvar", "risk_aversion": 1.0, "tail": 0.1},
}


def main() -> None:
    job = Job.from_arguments()
    world = make(job.size, job.seed)
    clock = SamplingClock()
    model, seconds = timed(lambda: _fit(world, job, clock))
    if job.store:
        save_model(model, job.store)
    noise = model.posterior.dataset["sigma"].to_numpy()
    contribution = channel_contributions(model).reshape(*noise.shape, -1)
    report_fit(TOOL, job, world, contribution, noise, seconds, sampling=clock.seconds)
    if job.store:
        return
    for name, objective in OBJECTIVES.items():
        try:
            (response, found), seconds = timed(partial(_plan, model, world, objective))
        except Exception as error:  # noqa: BLE001  (a failure is a result, as for the peers)
            report_failure(TOOL, job, name, error)
        else:
            score = score_plan(world, np.asarray(found.spend))
            report_plan(TOOL, job, name, score, seconds, found.status.value)
            next_one = partial(_allocate, world, objective, response, 1.05)
            again, seconds = timed(next_one)
            report_again(TOOL, job, name, seconds, again.certificate.gap)


def spec_of(world: World, acts_on: PriceOn = "baseline") -> ModelSpec:
    """The spec of a world's table, its price on the baseline or on all; a kpi unit is worth 1."""
    document = {
        "kpi": {"column": "kpi", "kind": "units", "value_per_unit": 1.0},
        "date": "date",
        "channels": world.channels,
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


def _fit(world: World, job: Job, clock: SamplingClock) -> FittedModel:
    spec = spec_of(world)
    sampling = SamplingSpec(draws=job.draws, tune=job.tune, chains=job.chains, seed=1)
    return fit(spec, build_panel(world.frame, spec), sampling, clock)


def _plan(
    model: FittedModel, world: World, objective: dict[str, object]
) -> tuple[PlanResponse, Allocation]:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    response = plan_response(model, Horizon(start=start, weeks=WEEKS), phasing="even")
    return response, _allocate(world, objective, response)


def _allocate(
    world: World, objective: dict[str, object], response: PlanResponse, share: float = 1.0
) -> Allocation:
    """``share``: of the usual budget."""
    usual = world.weekly_spend * WEEKS
    bounds = zip(world.channels, usual, strict=True)
    problem = read_problem(
        {
            "budget": {"total": share * float(usual.sum())},
            "objective": objective,
            "channels": {
                name: {"min": LOWEST * float(spend), "max": HIGHEST * float(spend)}
                for name, spend in bounds
            },
        }
    )
    return allocate(problem, response, usual)


if __name__ == "__main__":
    main()
