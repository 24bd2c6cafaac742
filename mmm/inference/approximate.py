"""Drafts without Markov chains: an approximation of the posterior, corrected by importance weights.

The draws are quick, close where the posterior is nearly normal, and never exact.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr

from mmm.inference.compiled import LoadedCode
from mmm.inference.importance import Candidates, resample
from mmm.inference.laplace import laplace
from mmm.inference.log_density import Density
from mmm.inference.method_result import COMPILE_END, SAMPLE_END, MethodResult
from mmm.inference.pathfinder import pathfinder
from mmm.posterior.verdict_limits import DRAFT
from mmm.progress import ChainProgress, Progress, ProgressCallback
from mmm.release import release
from mmm.spec.sampling import SamplingSpec
from mmm.types import Array

STARTS = 4
CANDIDATES_PER_DRAW = 2
THREADS = 2
"""The density's machine code runs without Python's lock."""


def approximate(
    loaded: LoadedCode, sampling: SamplingSpec, report: ProgressCallback
) -> MethodResult:
    """Draw ``most_draws`` times ``chains`` samples by the method of ``sampling``.

    The diagnostics say that this is a draft, and how far importance weights could correct it.
    """
    report(Progress("sampling", COMPILE_END))
    density, rng = Density(loaded.code), np.random.default_rng(sampling.seed)
    count = sampling.most_draws * sampling.chains
    candidates = _METHODS[sampling.method](density, CANDIDATES_PER_DRAW * count, sampling.seed)
    report(Progress("sampling", (COMPILE_END + SAMPLE_END) / 2))
    drawn = resample(candidates, log_densities(density, candidates.points), count, rng)
    total = sampling.most_draws
    return MethodResult(
        sampler=sampling.method,
        version=release(),
        draws=_dataset(density.expand(drawn.points), loaded, sampling),
        diagnostics={DRAFT: 1.0, "pareto_k": drawn.pareto_k, "ess_weights": drawn.effective},
        chains=tuple(
            ChainProgress(chain, total, total, tuning=False, divergences=0)
            for chain in range(sampling.chains)
        ),
    )


def log_densities(density: Density, points: Array) -> Array:
    """(draw,) log density of ``points (draw, dimension)``."""
    with ThreadPoolExecutor(THREADS) as pool:
        parts = np.array_split(points, THREADS)
        values = pool.map(lambda part: [density(point)[0] for point in part], parts)
        return np.array([value for part in values for value in part])


def _laplace(density: Density, count: int, seed: int) -> Candidates:
    starts = [density.start(seed + number) for number in range(STARTS)]
    return laplace(density, starts).draw(count, np.random.default_rng([seed, 1]))


def _pathfinder(density: Density, count: int, seed: int) -> Candidates:
    starts = [density.start(seed + number) for number in range(STARTS)]
    return pathfinder(density, starts, count, np.random.default_rng([seed, 1]))


_METHODS: Mapping[str, Callable[[Density, int, int], Candidates]] = {
    "laplace": _laplace,
    "pathfinder": _pathfinder,
}


def _dataset(values: Mapping[str, Array], loaded: LoadedCode, sampling: SamplingSpec) -> xr.Dataset:
    """(chain, draw, ...) of the quantities in natural units."""
    shape = (sampling.chains, sampling.most_draws)
    kept = {name: item for name, item in values.items() if not name.endswith("__")}
    return xr.Dataset(
        {
            name: (
                ("chain", "draw", *loaded.code.dims.get(name, ())),
                item.reshape(*shape, *item.shape[1:]),
            )
            for name, item in kept.items()
        },
        coords={"chain": np.arange(shape[0]), "draw": np.arange(shape[1])},
    )
