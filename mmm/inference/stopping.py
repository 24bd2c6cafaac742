"""Sampling that can be stopped early: waits for the sampler and keeps the draws so far.

Stopped chains differ in length, and some may not have begun. The rectangle with the most draws is
kept: from the k longest chains as many draws as the shortest of them has, for the best k.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mmm.progress import Progress
from mmm.spec.sampling import SamplingSpec

Stop = Callable[[], bool]

MIN_DRAWS = 10
"""Of a chain before there is anything to keep."""

POLL_SECONDS = 0.2


class ChainMonitor:
    """Records the sampler's progress and waits for its end or for a request to stop."""

    def __init__(self, sampling: SamplingSpec) -> None:
        self._tune = sampling.tune
        self._draws: Sequence[int] = ()

    def record(self, progress: Progress) -> Progress:
        """Record a progress report and return it."""
        self._draws = [chain.draws_done - self._tune for chain in progress.chains]
        return progress

    def wait(self, running: Any, stop: Stop | None) -> xr.DataTree:
        """All draws when the sampler has ended, or the draws so far once ``stop`` returns True."""
        complete: xr.DataTree
        if stop is None:
            complete = running.wait()
            return complete
        try:
            while not (stop() and max(self._draws, default=0) >= MIN_DRAWS):
                try:
                    complete = running.wait(timeout=POLL_SECONDS)
                except TimeoutError:
                    continue
                return complete
        except BaseException:
            running.cancel()
            raise
        return largest_rectangle(running.abort())


def largest_rectangle(trace: xr.DataTree) -> xr.DataTree:
    """The largest rectangle of draws that chains of different length hold."""
    stats = trace["sample_stats"].to_dataset()
    lengths = np.isfinite(stats["energy"].to_numpy()).sum(axis=1)
    chains, draws = best_rectangle(lengths)
    return trace.isel(chain=chains, draw=slice(draws)).map_over_datasets(_renumbered)


def best_rectangle(lengths: np.ndarray) -> tuple[list[int], int]:
    """Chains (in order) and the number of draws of each that hold the most, given their lengths."""
    order = np.argsort(-lengths, kind="stable")
    sizes = lengths[order] * np.arange(1, len(lengths) + 1)
    best = int(np.argmax(sizes)) + 1
    return sorted(int(chain) for chain in order[:best]), int(lengths[order[best - 1]])


def share_of_requested_draws(stats: xr.Dataset, sampling: SamplingSpec) -> dict[str, float]:
    """The share of the requested draws that were made, where it is below one."""
    share = stats["diverging"].size / (sampling.chains * sampling.draws)
    return {"draws_kept": share} if share < 1.0 else {}


def _renumbered(part: xr.Dataset) -> xr.Dataset:
    """Chains and draws counted from zero."""
    names = [name for name in ("chain", "draw") if name in part.dims]
    return part.assign_coords({name: np.arange(part.sizes[name]) for name in names})
