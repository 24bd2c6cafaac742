"""PyMC-Marketing 1.3 on one world; runs in that tool's own environment.

    python -m benchmarks.peers.pymc_marketing small 101 1000 1000 4

Its documented model: geometric adstock, logistic saturation, two yearly harmonics, a linear trend,
and prices, the rival and demand as standardised linear controls; panels by its ``dims``. Sampler
nutpie. Plans by its own optimizer on the posterior mean and on its CVaR utility, for each geo of a
panel; a plan is scored by its channels' sums.
"""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation
from pymc_marketing.mmm.mmm import MMM, BudgetOptimizerWrapper
from pymc_marketing.mmm.utility import average_response, conditional_value_at_risk

from benchmarks.measure import Job, report_failure, report_fit, report_plan, timed
from benchmarks.score import HIGHEST, LOWEST, WEEKS, score_plan
from benchmarks.worlds import World, make

TOOL = "pymc-marketing"
CORES = 2
OBJECTIVES = {"expected": average_response, "cvar": conditional_value_at_risk(0.9)}


def main() -> None:
    warnings.filterwarnings("ignore")
    job = Job.from_arguments()
    world = make(job.size, job.seed)
    model, seconds = timed(lambda: fit(world, job))
    posterior = model.idata.posterior
    posterior = posterior.ds if hasattr(posterior, "ds") else posterior
    contribution = posterior["channel_contribution_original_scale"]
    contribution = contribution.sum([name for name in ("date", "geo") if name in contribution.dims])
    contribution = contribution.transpose("chain", "draw", "channel").to_numpy()
    if job.store:
        model.save(str(job.store))
    noise, sampling = posterior["y_sigma"].to_numpy(), posterior.attrs.get("sampling_time")
    noise = noise.reshape(*noise.shape[:2], -1)[..., 0]
    report_fit(TOOL, job, world, contribution, noise, seconds, sampling=sampling)
    if job.store:
        return
    for name, utility in OBJECTIVES.items():
        try:
            weekly, seconds = timed(partial(plan, model, world, utility))
        except Exception as error:  # noqa: BLE001  (a peer's failure is a result)
            report_failure(TOOL, job, name, error)
        else:
            report_plan(TOOL, job, name, score_plan(world, weekly), seconds)


def fit(world: World, job: Job) -> MMM:
    panel = world.truth.population.size > 1
    x = world.frame.drop(columns=["kpi"] if panel else ["kpi", "geo"])
    x["t"] = (x["date"] - x["date"].min()).dt.days / 365.25
    for name in world.controls:
        x[name] = (x[name] - x[name].mean()) / x[name].std()
    y = world.frame["kpi"].rename("y")
    model = MMM(
        date_column="date",
        channel_columns=world.channels,
        control_columns=[*world.controls, "t"],
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
        **({"dims": ("geo",)} if panel else {}),
    )
    model.build_model(x, y)
    model.add_original_scale_contribution_variable(var=["channel_contribution"])
    model.fit(
        x,
        y,
        draws=job.draws,
        tune=job.tune,
        chains=job.chains,
        cores=CORES,
        target_accept=0.9,
        random_seed=1,
        progressbar=False,
        nuts_sampler="nutpie",
    )
    return model


def plan(model: MMM, world: World, utility: object) -> np.ndarray:
    last = pd.to_datetime(world.frame["date"]).max()
    optimizer = BudgetOptimizerWrapper(
        model=model,
        start_date=str((last + pd.Timedelta(weeks=1)).date()),
        end_date=str((last + pd.Timedelta(weeks=WEEKS)).date()),
    )
    usual, places = world.weekly_spend, {}
    if (people := world.truth.population).size > 1:
        usual = usual * (people / people.sum())[:, None]
        places = {"geo": sorted(world.frame["geo"].unique())}
    bounds = xr.DataArray(
        np.stack([LOWEST * usual, HIGHEST * usual], -1),
        dims=(*places, "channel", "bound"),
        coords={**places, "channel": world.channels, "bound": ["lower", "upper"]},
    )
    result = optimizer.optimize_budget(
        budget=float(usual.sum()),
        budget_bounds=bounds,
        utility_function=utility,
        response_variable="total_media_contribution_original_scale",
    )
    by_channel = result.budgets.sum(list(places))
    return np.asarray(by_channel.sel(channel=world.channels).to_numpy())


if __name__ == "__main__":
    main()
