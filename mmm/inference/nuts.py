"""NUTS by nutpie on the compiled density: the exact method, and the default."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import nutpie
import xarray as xr

from mmm.inference.compiled import LoadedCode
from mmm.inference.method_result import COMPILE_END, SAMPLE_END, MethodResult
from mmm.inference.stopping import ChainMonitor, Stop, share_of_requested_draws
from mmm.progress import ChainProgress, Progress, ProgressCallback
from mmm.spec.sampling import SamplingSpec

CORES = 2
PROGRESS_MS = 200


def nuts(
    loaded: LoadedCode, sampling: SamplingSpec, report: ProgressCallback, stop: Stop | None = None
) -> MethodResult:
    """Draw from the posterior; the diagnostics hold the share of divergent transitions.

    Where ``stop`` ended the sampling early, they also hold the share of requested draws.
    """
    report(Progress("warmup", COMPILE_END))
    monitor = ChainMonitor(sampling, lambda trace: _quantities(trace, loaded))
    running = nutpie.sample(
        loaded.code,
        draws=sampling.most_draws,
        tune=sampling.tune,
        chains=sampling.chains,
        # Batches are judged over all chains, so these go on together.
        cores=sampling.chains if sampling.adaptive else min(CORES, sampling.chains),
        seed=sampling.seed,
        target_accept=sampling.target_accept,
        save_warmup=False,
        progress_bar=False,
        progress_rate=PROGRESS_MS,
        progress_callback=lambda chains: report(monitor.record(_progress(chains, monitor))),
        blocking=False,
    )
    trace, draws = monitor.wait(running, stop)
    stats = trace["sample_stats"].to_dataset()
    return MethodResult(
        sampler="nutpie",
        version=version("nutpie"),
        draws=draws,
        diagnostics={
            "divergences": float(stats["diverging"].mean()),
            **(share_of_requested_draws(stats, sampling) if monitor.stopped else {}),
        },
        chains=_finished(stats, sampling),
    )


def _quantities(trace: xr.DataTree, loaded: LoadedCode) -> xr.Dataset:
    """(chain, draw, ...) of every quantity, from the points of a ``trace``."""
    points = trace["posterior"].to_dataset()
    shape = (points.sizes["chain"], points.sizes["draw"])
    parts = [points[name].to_numpy() for name in loaded.code.shape_info[0]]
    flat = np.concatenate([part.reshape(shape[0] * shape[1], -1) for part in parts], axis=1)
    return loaded.expand(flat, shape)


def _progress(chains: Sequence[Any], monitor: ChainMonitor) -> Progress:
    total = monitor.expected
    states = tuple(
        ChainProgress(
            chain=index,
            draws_done=int(chain.finished_draws),
            draws_total=max(total, int(chain.finished_draws)),
            tuning=bool(chain.tuning),
            divergences=int(chain.divergences),
        )
        for index, chain in enumerate(chains)
    )
    share = monitor.share(sum(min(state.draws_done, total) for state in states))
    spent = max((float(chain.runtime_ms) for chain in chains), default=0.0) / 1000.0
    return Progress(
        stage="warmup" if any(state.tuning for state in states) else "sampling",
        progress=COMPILE_END + (SAMPLE_END - COMPILE_END) * share,
        eta_seconds=round(spent * (1.0 - share) / share, 1) if share > 0.02 else None,
        chains=states,
    )


def _finished(stats: xr.Dataset, sampling: SamplingSpec) -> tuple[ChainProgress, ...]:
    """The final state of every chain; a fast one may end before its first report."""
    total = sampling.tune + int(stats.sizes["draw"])
    divergences = stats["diverging"].sum("draw").to_numpy()
    return tuple(
        ChainProgress(chain, total, total, tuning=False, divergences=int(count))
        for chain, count in enumerate(divergences)
    )
