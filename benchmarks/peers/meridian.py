"""Google Meridian 2.1 (JAX) on one world; runs in that tool's own environment.

    python -m benchmarks.peers.meridian small 101 1000 1000 4

Its documented model: Hill-adstock media with ROI priors, knots every eight weeks, controls as they
are. Adaptation takes half of ``tune``, burn-in the other half. Its optimizer maximises the expected
outcome of the mix over the observed weeks (it knows no risk), within the bounds of the other tools.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from meridian.analysis import analyzer, optimizer
from meridian.data import data_frame_input_data_builder as builder
from meridian.model import model as meridian_model
from meridian.model import spec as meridian_spec

from benchmarks.measure import Job, report_failure, report_fit, report_plan, timed
from benchmarks.score import HIGHEST, LOWEST, score_plan
from benchmarks.worlds import World, make

TOOL = "meridian"
KNOT_WEEKS = 8


def main() -> None:
    warnings.filterwarnings("ignore")
    job = Job.from_arguments()
    world = make(job.size, job.seed)
    (model, sampling), seconds = timed(lambda: fit(world, job))
    if job.store:
        _save(model, job.store)
    incremental = np.asarray(analyzer.Analyzer(model).incremental_outcome(use_kpi=True))
    noise = model.inference_data.posterior["sigma"].to_numpy()
    noise = noise.reshape(*noise.shape[:2], -1)[..., 0]
    report_fit(TOOL, job, world, incremental, noise, seconds, sampling=sampling)
    if job.store:
        return
    try:
        weekly, seconds = timed(lambda: plan(model))
    except Exception as error:  # noqa: BLE001  (a failure is a result)
        report_failure(TOOL, job, "expected", error)
    else:
        report_plan(TOOL, job, "expected", score_plan(world, weekly), seconds)


def _save(model: meridian_model.Meridian, path: Path) -> None:
    """By its own serialiser, whose messages are a package ``mmm``: not the one of this folder."""
    here = Path(__file__).parents[2]
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != here]
    taken = [name for name in sys.modules if f"{name}.".startswith(("mmm.", "meridian.schema."))]
    for name in taken:
        del sys.modules[name]
    from meridian.schema.serde import meridian_serde

    meridian_serde.save_meridian(model, str(path.with_suffix(".binpb")))


def fit(world: World, job: Job) -> tuple[meridian_model.Meridian, float]:
    frame = world.frame.copy()
    weeks = frame["date"].nunique()
    frame["time"] = frame["date"].astype(str).str[:10]
    data = builder.DataFrameInputDataBuilder(
        kpi_type="revenue", default_geo_column="geo", default_time_column="time"
    )
    data = data.with_kpi(frame, kpi_col="kpi").with_controls(frame, control_cols=world.controls)
    if world.truth.population.size > 1:
        frame["population"] = np.repeat(world.truth.population, weeks) * 1e6
        data = data.with_population(frame)
    data = data.with_media(
        frame,
        media_cols=world.channels,
        media_spend_cols=world.channels,
        media_channels=world.channels,
    )
    spec = meridian_spec.ModelSpec(knots=max(1, weeks // KNOT_WEEKS))
    model = meridian_model.Meridian(input_data=data.build(), model_spec=spec)
    half = job.tune // 2
    _, sampling = timed(
        lambda: model.sample_posterior(
            n_chains=job.chains, n_adapt=half, n_burnin=half, n_keep=job.draws, seed=1
        )
    )
    return model, sampling


def plan(model: meridian_model.Meridian) -> np.ndarray:
    found = optimizer.BudgetOptimizer(model).optimize(
        fixed_budget=True,
        spend_constraint_lower=1.0 - LOWEST,
        spend_constraint_upper=HIGHEST - 1.0,
    )
    return np.asarray(found.optimized_data.spend.to_numpy(), dtype=np.float64)


if __name__ == "__main__":
    main()
