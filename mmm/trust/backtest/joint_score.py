"""The joint log score of a window of weeks: the one number by which rival models are compared.

    log p(y_1..h | past) = log mean over draws of  prod_t p(y_t | y_1..t-1, theta_s, z_s)

y are the KPI of every week and geo of the window, theta_s the draws of a fit that has not seen
them. Given the parameters the density is exact, with the dependence of the noise: each week given
the weeks before it (chain rule). Spend, prices, controls and mediators of the window are given as
they came, so that models with another structure of these are compared on the same thing.

z_s are latent states that the window adds (common shocks of a panel, latent demand): they are drawn
ahead from their own equations, ``STATES`` times for every draw, and the mean runs over them too.
That mean is a simulation: its standard error by the delta method stands beside it. It also bounds
how few draws the window rests on: ``effective`` is 1 / sum of squared shares of the draws.
"""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import logsumexp

from mmm.errors import Issue, QueryError
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.refit.weekly_density import kpi_log_density
from mmm.trust.backtest.before import Ahead
from mmm.types import Array

STATES = 20
"""States drawn ahead for each draw of the parameters, where the window adds any."""
LATENT = ("shock", "demand")


@dataclass(frozen=True)
class JointScore:
    """``score``: natural log, in the unit of the KPI; ``se``: its standard error by simulation;
    ``effective``: how many draws it rests on."""

    score: float
    se: float
    effective: float


def joint_log_score(ahead: Ahead, weeks: int, seed: int = 0) -> JointScore:
    """The joint log score of the first ``weeks`` weeks of the window.

    Raises QueryError where a mediator is not known in every week of the window.
    """
    return score_of(window_log_density(ahead, seed)[:, :weeks].sum(1))


def score_of(density: Array) -> JointScore:
    """The score from ``density (draw,)``, the log density of the window for each draw."""
    n = len(density)
    score = float(logsumexp(density) - np.log(n))
    share = np.exp(density - logsumexp(density))
    effective = 1.0 / float((share**2).sum())
    # delta method: s.d. of n * share, over the root of the number of draws
    return JointScore(score, float(np.sqrt(max(1.0 / effective - 1.0 / n, 0.0))), effective)


def window_log_density(ahead: Ahead, seed: int = 0) -> Array:
    """(draw, week) log density of each week's KPI given the weeks before it, for every draw of the
    fit, or for every drawn state of every draw."""
    require_scored(ahead.past)
    parts = [
        kpi_log_density(model)[:, ahead.window].sum(-1) for model in continued_models(ahead, seed)
    ]
    return np.concatenate(parts)


def require_scored(model: FittedModel) -> None:
    """Raise QueryError for a model whose mediators are not known in every week."""
    known = np.isfinite(model.panel.array("mediators")).all((0, 1))
    for name, complete in zip(model.structure.mediators, known, strict=True):
        if not complete:
            detail = (
                f"the mediator {name!r} is unknown in some weeks, and a window cannot be scored "
                "without it: give its column in every week, or take it as a control"
            )
            raise QueryError([Issue("", "mediator_unknown", detail)])


def continued_models(ahead: Ahead, seed: int) -> list[FittedModel]:
    """``past`` on the data that go on: each week is then expected given the weeks before it.

    One model where the window adds no latent states, else ``STATES`` of them, each with states of
    its own.
    """
    design = ahead.past.design.on_panel(ahead.panel)
    latent = [name for name in LATENT if name in ahead.past.posterior.draws]
    if not latent:
        return [replace(ahead.past, design=design)]
    rng = np.random.default_rng(seed)
    return [
        replace(ahead.past, design=design, posterior=_with_states(ahead, rng))
        for _ in range(STATES)
    ]


def _with_states(ahead: Ahead, rng: np.random.Generator) -> Posterior:
    """The draws with the states of the window, drawn from their own equations."""
    data, draws = ahead.past.posterior.dataset, ahead.past.posterior.draws
    held = dict(data.data_vars)
    n, weeks = ahead.past.posterior.n_draws, ahead.weeks
    for name in LATENT:
        if name not in draws:
            continue
        fresh = rng.standard_normal((n, weeks))
        if name == "shock":
            later = draws["shock_sd"][:, None] * fresh
        else:
            later = _demand(draws["demand_rho"], draws["demand"][:, -1], fresh)
        dim = f"{name}_week"
        values = np.concatenate([draws[name], later], axis=1)
        shape = (data.sizes["chain"], data.sizes["draw"], -1)
        held[name] = xr.DataArray(values.reshape(shape), dims=("chain", "draw", dim))
    return Posterior(xr.Dataset({name: _bare(values) for name, values in held.items()}))


def _bare(values: xr.DataArray) -> xr.DataArray:
    return xr.DataArray(values.to_numpy(), dims=values.dims)


def _demand(rho: Array, last: Array, fresh: Array) -> Array:
    """(draw, week) autoregression of unit variance that goes on from ``last (draw,)``."""
    later, state = np.empty_like(fresh), last
    for week in range(fresh.shape[1]):
        state = rho * state + np.sqrt(1.0 - rho**2) * fresh[:, week]
        later[:, week] = state
    return later
