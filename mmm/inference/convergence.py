"""Whether the chains of a fit agree and how many independent draws they hold; when that is enough.

A fit that was not told how many draws to make goes on in batches. After each the draws of all
chains so far are judged by the limits of the verdict (rank-normalised R-hat, bulk and tail
effective sample size; Vehtari et al., 2021). The first batch that passes is kept, and exactly its
draws: what a fast chain drew beyond it is dropped, so that equal seeds give equal draws.
"""

import warnings
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from mmm.posterior.verdict_limits import CHAIN_RULES
from mmm.spec.sampling import MOST_DRAWS

BATCHES = (500, 750, 1000, 1500, 2000, 3000, MOST_DRAWS)
"""Draws of each chain after which the chains are judged."""

INNOVATIONS = "_z"
"""The end of the names of what is sampled in place of a parameter, and does not count."""

_LIMITS = {rule.name: rule.caution for rule in CHAIN_RULES}


def convergence(draws: xr.Dataset) -> dict[str, float]:
    """The largest R-hat and the smallest effective sample sizes over all ``draws (chain, draw,
    ...)``, by the names of the verdict's checks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "r_hat": _extreme(az.rhat(draws), np.nanmax),
            "ess_bulk": _extreme(az.ess(draws, method="bulk"), np.nanmin),
            "ess_tail": _extreme(az.ess(draws, method="tail"), np.nanmin),
        }


def is_enough(draws: xr.Dataset) -> bool:
    """Whether every parameter of ``draws`` passes the verdict's limits of its chains."""
    names = [name for name in draws.data_vars if str(name).endswith(INNOVATIONS)]
    found = convergence(draws.drop_vars(names))
    agree = found["r_hat"] <= _LIMITS["r_hat"]
    return agree and all(found[name] >= _LIMITS[name] for name in ("ess_bulk", "ess_tail"))


def first_batch_that_is_enough(draws: xr.Dataset) -> int:
    """Length of the first batch of complete ``draws`` that is enough; of all where none is."""
    for size in BATCHES[:-1]:
        if is_enough(draws.isel(draw=slice(size))):
            return size
    return int(draws.sizes["draw"])


def _extreme(values: xr.Dataset, reduce: Any) -> float:
    flat = np.concatenate([np.ravel(item.to_numpy()) for item in values.data_vars.values()])
    return float(reduce(flat)) if np.isfinite(flat).any() else float("nan")
