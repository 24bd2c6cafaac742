"""Sampling that ends early: on request, or once there are enough draws.

Stopped chains differ in length, and some may not have begun. The rectangle with the most draws is
kept: from the k longest chains as many draws as the shortest of them has, for the best k.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mmm.inference.convergence import BATCHES, first_batch_that_is_enough, is_enough
from mmm.progress import Progress
from mmm.spec.sampling import SamplingSpec

Stop = Callable[[], bool]
Quantities = Callable[[xr.DataTree], xr.Dataset]
Batch = tuple[xr.DataTree, xr.Dataset]
"""A trace of points, and the quantities (chain, draw, ...) at them."""

MIN_DRAWS = 10
"""Of a chain before there is anything to keep."""

POLL_SECONDS = 0.2


class ChainMonitor:
    """Records the sampler's progress and waits for its end or for a request to stop.

    ``quantities`` computes from a trace of points what its chains are judged by.
    """

    def __init__(self, sampling: SamplingSpec, quantities: Quantities) -> None:
        self._quantities = quantities
        self._tune, self._chains = sampling.tune, sampling.chains
        self._share = 0.0
        self._draws: Sequence[int] = ()
        self._batches = list(BATCHES if sampling.adaptive else (sampling.most_draws,))
        self.adaptive = sampling.adaptive
        self.stopped = False

    @property
    def expected(self) -> int:
        """Draws of each chain, warm-up included, that the sampling ends with as far as known."""
        return self._tune + self._batches[0]

    def share(self, done: int) -> float:
        """Share of the sampling that ``done`` draws of all chains are; it never falls."""
        self._share = max(self._share, min(done / (self._chains * self.expected), 1.0))
        return self._share

    def record(self, progress: Progress) -> Progress:
        """Record a progress report and return it."""
        self._draws = [chain.draws_done - self._tune for chain in progress.chains]
        return progress

    def wait(self, running: Any, stop: Stop | None) -> Batch:
        """All draws when the sampler has ended, those of a batch that is enough, or the draws so
        far once ``stop`` returns True."""
        try:
            while True:
                if stop is not None and stop() and max(self._draws, default=0) >= MIN_DRAWS:
                    self.stopped = True
                    trace = largest_rectangle(running.abort())
                    return trace, self._quantities(trace)
                try:
                    complete: xr.DataTree = running.wait(timeout=POLL_SECONDS)
                except TimeoutError:
                    pass
                else:
                    return self._first_batch(complete)
                batch = self._batch_that_is_enough(running)
                if batch is not None:
                    running.cancel()
                    return batch
        except BaseException:
            running.cancel()
            raise

    def _batch_that_is_enough(self, running: Any) -> Batch | None:
        """The next batch, once every chain has it, where it is enough."""
        size = self._batches[0]
        if not self.adaptive or len(self._batches) == 1 or min(self._draws, default=0) < size:
            return None
        running.pause()  # judging is work too, and what is drawn meanwhile is dropped
        try:
            return self._judged(running.inspect(), size)
        finally:
            running.resume()

    def _first_batch(self, complete: xr.DataTree) -> Batch:
        """The first batch that is enough, where the number of draws is open; else all of it."""
        draws = self._quantities(complete)
        if not self.adaptive:
            return complete, draws
        kept = slice(first_batch_that_is_enough(draws))
        return complete.isel(draw=kept), draws.isel(draw=kept)

    def _judged(self, so_far: xr.DataTree, size: int) -> Batch | None:
        energy = so_far["sample_stats"]["energy"].to_numpy()[:, :size]
        if energy.shape[1] < size or not np.isfinite(energy).all():
            return None
        batch = so_far.isel(draw=slice(size))
        draws = self._quantities(batch)
        if is_enough(draws):
            return batch, draws
        del self._batches[0]
        return None


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
    """The share of the requested draws, or of the most there could be, where it is below one."""
    share = stats["diverging"].size / (sampling.chains * sampling.most_draws)
    return {"draws_kept": share} if share < 1.0 else {}


def _renumbered(part: xr.Dataset) -> xr.Dataset:
    """Chains and draws counted from zero."""
    names = [name for name in ("chain", "draw") if name in part.dims]
    return part.assign_coords({name: np.arange(part.sizes[name]) for name in names})
