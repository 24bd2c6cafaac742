"""Drafts without Markov chains: an approximation of the posterior, corrected by importance weights.

The draws are quick, close where the posterior is nearly normal, and never exact.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mmm.inference.compiled import LoadedCode
from mmm.inference.importance import MAX_PARETO_K, Candidates, Resampled, resample
from mmm.inference.laplace import THREADS, laplace
from mmm.inference.log_density import Density
from mmm.inference.method_result import COMPILE_END, SAMPLE_END, MethodResult
from mmm.inference.pathfinder import pathfinder
from mmm.posterior.verdict_limits import DRAFT
from mmm.progress import ChainProgress, Progress, ProgressCallback
from mmm.release import release
from mmm.spec.sampling import SamplingSpec
from mmm.types import Array

STARTS = 4
ROUNDS = 3
"""Of so many starts each, while weights cannot correct what they lead to: a lower mode."""
CANDIDATES_PER_DRAW = 2


def approximate(
    loaded: LoadedCode, sampling: SamplingSpec, report: ProgressCallback
) -> MethodResult:
    """Draw ``most_draws`` times ``chains`` samples by the method of ``sampling``.

    Where importance weights cannot correct what the starts lead to, which may be a lower mode, more
    are tried, and the best is kept. The diagnostics say that this is a draft, and how far weights
    could correct it.
    """
    report(Progress("sampling", COMPILE_END))
    density, rng = Density(loaded.code), np.random.default_rng(sampling.seed)
    count = sampling.most_draws * sampling.chains
    method = _METHODS[sampling.method]
    drawn: Resampled | None = None
    for part in range(ROUNDS):
        seed = sampling.seed + STARTS * part
        candidates = method(density, CANDIDATES_PER_DRAW * count, seed)
        report(Progress("sampling", COMPILE_END + (SAMPLE_END - COMPILE_END) * (1 - 2.0**~part)))
        log_p = log_densities(density, candidates.points)
        found = resample(candidates, log_p, count, rng)
        if drawn is None or found.pareto_k < drawn.pareto_k:
            drawn = found
        if drawn.pareto_k <= MAX_PARETO_K:
            break
    assert drawn is not None
    total = sampling.most_draws
    return MethodResult(
        sampler=sampling.method,
        version=release(),
        draws=loaded.expand(drawn.points, (sampling.chains, sampling.most_draws)),
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
