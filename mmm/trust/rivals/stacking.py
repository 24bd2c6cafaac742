r"""Weights of rival models from their log scores of windows.

Stacking (Yao, Vehtari, Simpson and Gelman 2018) takes the weights of the mixture that would have
forecast best:

    w* = argmax over the simplex of  sum_i log sum_k w_k exp(l_ik)

With few windows w* jumps between corners on the luck of one of them, and overlapping windows make
it look surer than it is. The weights that plans are given are therefore the posterior mean of w
under a uniform prior on the simplex, the n windows counted as the m independent ones that they are
worth:

    p(w | l)  \propto  exp( (m / n) sum_i log sum_k w_k exp(l_ik) )

Without information they are equal; as m grows they go to w*.
"""

import numpy as np

from mmm.types import Array

DRAWS = 20_000
SEED = 2022


def stacked(scores: Array) -> Array:
    """(model,) stacking weights of ``scores (window, model)``, natural logs, by ArviZ.

    Weights do not depend on a constant for each window: the best score of each is taken off, since
    densities of whole windows are too small to be numbers.
    """
    import xarray as xr
    from arviz_stats import compare
    from arviz_stats.utils import ELPDDataLOO

    n, relative = len(scores), scores - scores.max(axis=1, keepdims=True)
    models = {
        str(k): ELPDDataLOO(
            elpd=float(column.sum()),
            se=float(np.sqrt(n) * column.std()),
            p=0.0,
            n_samples=1,
            n_data_points=n,
            scale="log",
            warning=False,
            good_k=0.7,
            elpd_i=xr.DataArray(column, dims="window"),
            pareto_k=xr.DataArray(np.zeros(n), dims="window"),
        )
        for k, column in enumerate(relative.T)
    }
    table = compare(models, method="stacking", round_to="none")
    return np.array([float(table.loc[str(k), "weight"]) for k in range(scores.shape[1])])


def mixture_weights(scores: Array, effective: float) -> Array:
    """(model,) posterior mean of the weights; ``scores (window, model)`` are worth ``effective``
    independent windows."""
    n, models = scores.shape
    draws = np.random.default_rng(SEED).dirichlet(np.ones(models), DRAWS)
    relative = np.exp(scores - scores.max(axis=1, keepdims=True))
    log_fit = (effective / n) * np.log(draws @ relative.T).sum(1)
    share = np.exp(log_fit - log_fit.max())
    return np.asarray(share @ draws / share.sum())
