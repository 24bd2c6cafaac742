"""The only sampler call: ModelSpec and Panel -> FittedModel, by NUTS (nutpie)."""

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import arviz as az
import numpy as np
import nutpie
import xarray as xr

from mmm.assessment import assessed
from mmm.compiled import Compiled, compile_model
from mmm.completion import complete
from mmm.fitted import FittedModel, Method
from mmm.panel import Panel
from mmm.posterior import Posterior
from mmm.progress import ChainProgress, Progress, ProgressCallback
from mmm.scales import Scales, scales_of
from mmm.spec import ModelSpec, SamplingSpec
from mmm.structure import structure_of
from mmm.verdict import judge

CORES = 2
PROGRESS_MS = 200
COMPILE_END, SAMPLE_END = 0.25, 0.95


def fit(
    spec: ModelSpec,
    panel: Panel,
    sampling: SamplingSpec | None = None,
    progress: ProgressCallback | None = None,
    *,
    scales: Scales | None = None,
    collapse: bool = True,
) -> FittedModel:
    """Fit ``spec`` to ``panel``; deterministic by seed on one machine.

    ``scales`` are those of an earlier fit, for a refit (default: the panel's own).
    ``collapse`` integrates the linear coefficients out where the spec allows it (the same
    posterior, faster); ``method.path`` of the result says which way it went.
    """
    started = time.monotonic()
    if progress:
        progress(Progress("compiling", 0.02))
    compiled = compile_model(spec, panel, scales=scales, collapse=collapse)
    fitted = fit_compiled(compiled, panel, sampling, progress, scales=scales)
    seconds = round(time.monotonic() - started, 3)
    return replace(fitted, method=replace(fitted.method, seconds=seconds))


def fit_compiled(
    compiled: Compiled,
    panel: Panel,
    sampling: SamplingSpec | None = None,
    progress: ProgressCallback | None = None,
    *,
    scales: Scales | None = None,
) -> FittedModel:
    """Fit ``panel`` with code that exists already: the same draws as ``fit`` by the same seed.

    ``scales`` are those of an earlier fit (default: the panel's own). Raises DataError where the
    panel differs from the compiled one in more than its numbers.
    """
    sampling = sampling or SamplingSpec()
    tell = progress or (lambda _: None)
    started, spec = time.monotonic(), compiled.spec
    scales = scales or scales_of(panel, spec, structure_of(spec))
    loaded = compiled.load(panel, scales)
    tell(Progress("warmup", COMPILE_END))
    trace = _sample(loaded.code, sampling, tell)
    stats = trace["sample_stats"].to_dataset()
    tell(Progress("postprocessing", SAMPLE_END, None, _finished(stats, sampling)))
    posterior = Posterior(_kept(trace["posterior"].to_dataset(), loaded.labels))
    if compiled.collapsed:
        posterior = complete(posterior, spec, panel, scales, sampling.seed)
    diagnostics = _convergence(posterior, stats)
    draft = FittedModel(
        spec=spec,
        panel=panel,
        scales=scales,
        posterior=posterior,
        verdict=judge({**_NO_FIT, **diagnostics}),
        diagnostics=diagnostics,
        method=Method(
            sampler="nutpie",
            version=version("nutpie"),
            path="collapsed" if compiled.collapsed else "plain",
            sampling=sampling,
            seconds=round(time.monotonic() - started, 3),
        ),
    )
    return assessed(draft, sampling.seed)


_NO_FIT: Mapping[str, float] = {
    "r_squared": 0.0,
    "predictive_coverage": 0.0,
    "residual_autocorrelation": 1.0,
}


def _sample(compiled: Any, sampling: SamplingSpec, tell: ProgressCallback) -> xr.DataTree:
    return nutpie.sample(
        compiled,
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        cores=min(CORES, sampling.chains),
        seed=sampling.seed,
        target_accept=sampling.target_accept,
        save_warmup=False,
        progress_bar=False,
        progress_rate=PROGRESS_MS,
        progress_callback=lambda chains: tell(_sampling_progress(chains, sampling)),
    )


def _sampling_progress(chains: Sequence[Any], sampling: SamplingSpec) -> Progress:
    states = tuple(
        ChainProgress(
            chain=index,
            draws_done=int(chain.finished_draws),
            draws_total=int(chain.total_draws),
            tuning=bool(chain.tuning),
            divergences=int(chain.divergences),
        )
        for index, chain in enumerate(chains)
    )
    total = sampling.chains * (sampling.tune + sampling.draws)
    share = sum(state.draws_done for state in states) / total
    spent = max((float(chain.runtime_ms) for chain in chains), default=0.0) / 1000.0
    return Progress(
        stage="warmup" if any(state.tuning for state in states) else "sampling",
        progress=COMPILE_END + (SAMPLE_END - COMPILE_END) * share,
        eta_seconds=round(spent * (1.0 - share) / share, 1) if share > 0.02 else None,
        chains=states,
    )


def _kept(draws: xr.Dataset, labels: Mapping[str, list[Any]]) -> xr.Dataset:
    """The draws without innovations, with the labels of their own panel."""
    kept = draws.drop_vars([name for name in draws.data_vars if str(name).endswith("_z")])
    used = {dim for values in kept.data_vars.values() for dim in values.dims}
    kept = kept.drop_vars([name for name in kept.coords if name not in used])
    kept = kept.assign_coords({dim: labels[dim] for dim in labels.keys() & used})
    kept.attrs = {}
    return kept


def _finished(stats: xr.Dataset, sampling: SamplingSpec) -> tuple[ChainProgress, ...]:
    """Every chain at its end: a fast one may end before its first report."""
    total = sampling.tune + sampling.draws
    divergences = stats["diverging"].sum("draw").to_numpy()
    return tuple(
        ChainProgress(chain, total, total, tuning=False, divergences=int(count))
        for chain, count in enumerate(divergences)
    )


def _convergence(posterior: Posterior, stats: xr.Dataset) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r_hat = _extreme(az.rhat(posterior.dataset), np.nanmax)
        bulk = _extreme(az.ess(posterior.dataset, method="bulk"), np.nanmin)
        tail = _extreme(az.ess(posterior.dataset, method="tail"), np.nanmin)
    return {
        "r_hat": r_hat,
        "ess_bulk": bulk,
        "ess_tail": tail,
        "divergences": float(stats["diverging"].mean()),
    }


def _extreme(values: xr.Dataset, reduce: Any) -> float:
    flat = np.concatenate([np.ravel(item.to_numpy()) for item in values.data_vars.values()])
    return float(reduce(flat)) if np.isfinite(flat).any() else float("nan")
