"""What every tool is measured on, computed alike: sampling efficiency and the JSON line of a run.

Effective sample size is the smallest over the same quantities for everyone: each channel's total
contribution over the history, and the scale of the noise.
"""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from benchmarks.score import PlanScore, attribution
from benchmarks.worlds import Array, World


@dataclass(frozen=True)
class Job:
    """One run: a world, its seed, and how long to sample."""

    size: str
    seed: int
    draws: int
    tune: int
    chains: int
    store: Path | None = None
    """Where to write the fitted model; with it the run ends after the fit."""

    @classmethod
    def from_arguments(cls) -> "Job":
        size, *numbers = sys.argv[1:6]
        store = Path(sys.argv[6]) if len(sys.argv) > 6 else None
        seed, draws, tune, chains = map(int, numbers)
        return cls(size, seed, draws, tune, chains, store)


def smallest_ess(contribution: Array, noise: Array) -> float:
    """Smallest bulk ESS of ``contribution (chain, draw, channel)`` and ``noise (chain, draw)``."""
    data = xr.Dataset(
        {
            "contribution": (("chain", "draw", "channel"), contribution),
            "noise": (("chain", "draw"), noise),
        }
    )
    found = az.ess(data, method="bulk")
    return float(min(np.min(found[name].to_numpy()) for name in ("contribution", "noise")))


def timed[T](work: Callable[[], T]) -> tuple[T, float]:
    began = perf_counter()
    return work(), perf_counter() - began


def report_fit(
    tool: str,
    job: Job,
    world: World,
    contribution: Array,
    noise: Array,
    seconds: float,
    sampling: float | None = None,
) -> None:
    """Print the line of a fit; ``seconds`` hold building and compiling, not imports; ``sampling``
    the sampler's share of them."""
    ess = smallest_ess(contribution, noise)
    draws = contribution.reshape(-1, contribution.shape[-1])
    found: dict[str, float] = {"fit_seconds": seconds, "ess_min": ess}
    found["ess_min_per_second"] = ess / seconds
    if sampling is not None:
        found |= {"sampling_seconds": sampling, "ess_min_per_sampling_second": ess / sampling}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    _print(tool, job, {"what": "fit", **found, **attribution(world, draws)})


def report_plan(
    tool: str, job: Job, objective: str, score: PlanScore, seconds: float, status: str = "plan"
) -> None:
    """Print the line of an allocation; ``status``: what the tool says of its plan."""
    found = {"objective": objective, "allocate_seconds": seconds, "status": status, **asdict(score)}
    _print(tool, job, {"what": "allocate", **found})


def report_again(tool: str, job: Job, objective: str, seconds: float, gap: float | None) -> None:
    """Print the line of a further allocation on the same posterior and horizon."""
    _print(tool, job, {"what": "again", "objective": objective, "seconds": seconds, "gap": gap})


def report_failure(tool: str, job: Job, objective: str, error: Exception) -> None:
    """Print the line of an allocation that ended in an error."""
    found = {"objective": objective, "error": f"{type(error).__name__}: {error}"[:300]}
    _print(tool, job, {"what": "failed", **found})


def _print(tool: str, job: Job, found: dict[str, Any]) -> None:
    about = asdict(job) | {"store": None}
    print(json.dumps({"tool": tool, **about, **found}), flush=True)
