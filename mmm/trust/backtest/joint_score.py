"""The joint log score of a window of weeks: the one number by which rival models are compared.

    log p(y_1..h | past) = log mean over draws of  prod_t p(y_t | y_1..t-1, theta_s, z_s)

y are the KPI of every week and geo of the window, theta_s the draws of a fit that has not seen
them. Given the parameters the density is exact, with the dependence of the noise: each week given
the weeks before it (chain rule). Spend, prices, controls and mediators of the window are given as
they came, so that models with another structure of these are compared on the same thing.

z_s are latent states that the window adds (common shocks of a panel, latent demand, the memory of
counts, a baseline that walks): they are drawn ahead from their own equations, ``STATES`` times for
every draw, and the mean runs over them too. That mean is a simulation: its standard error by the
delta method stands beside it. It also bounds how few draws the window rests on: ``effective`` is
1 / sum of squared shares of the draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import logsumexp

from mmm.errors import Issue, QueryError
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.trust.backtest.before import Ahead
from mmm.trust.backtest.one_step import OneStep, one_step
from mmm.types import Array

STATES = 20
"""States drawn ahead for each draw of the parameters, where the window adds any."""
LATENT = ("shock", "demand", "noise_state")
"""States of every week, among the draws."""
WALK = "walk_sd"


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
    return np.concatenate([step.log_density() for step in steps_of(ahead, seed)])


def steps_of(ahead: Ahead, seed: int = 0) -> list[OneStep]:
    """The weeks of the window, each given those before it: once, or with ``STATES`` drawn states.

    Raises QueryError where a mediator is not known in every week.
    """
    require_scored(ahead.past)
    models = continued_models(ahead, seed)
    return [one_step(model, ahead.window, seed + number) for number, model in enumerate(models)]


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
    if not adds_states(ahead.past):
        return [replace(ahead.past, design=design)]
    rng = np.random.default_rng(seed)
    return [
        replace(ahead.past, design=design, posterior=_with_states(ahead, rng))
        for _ in range(STATES)
    ]


def adds_states(model: FittedModel) -> bool:
    """Whether the weeks after the data have latent states of their own."""
    return bool({*LATENT, WALK} & model.posterior.draws.keys())


def _with_states(ahead: Ahead, rng: np.random.Generator) -> Posterior:
    """The draws with the states of the window, drawn from their own equations."""
    data, draws = ahead.past.posterior.dataset, ahead.past.posterior.draws
    held = {str(name): xr.DataArray(v.to_numpy(), dims=v.dims) for name, v in data.items()}
    for name in LATENT:
        if name not in draws:
            continue
        before = draws[name]
        shape = (len(before), ahead.weeks, *before.shape[2:])
        values = np.concatenate([before, _ahead(name, draws, rng.standard_normal(shape))], axis=1)
        dims = ("chain", "draw", f"{name}_week", *data[name].dims[3:])
        chains = (data.sizes["chain"], data.sizes["draw"], *values.shape[1:])
        held[name] = xr.DataArray(values.reshape(chains), dims=dims)
    return Posterior(xr.Dataset(held))


def _ahead(name: str, draws: Mapping[str, Array], fresh: Array) -> Array:
    """The states after the last week, from ``fresh (draw, week, ...)`` standard normal numbers."""

    def each(parameter: str) -> Array:
        """(draw, ...) a parameter, beside the other dimensions of a week's state."""
        values = draws[parameter]
        return values.reshape(len(values), *(1 for _ in fresh.shape[2:]))

    if name == "shock":
        return np.asarray(each("shock_sd")[:, None] * fresh)
    if name == "demand":
        rho = each("demand_rho")
        sd = np.sqrt(1.0 - rho**2)
    else:
        rho, sd = each("noise_rho"), each("noise_sd")
    later, state = np.empty_like(fresh), draws[name][:, -1]
    for week in range(fresh.shape[1]):
        state = rho * state + sd * fresh[:, week]
        later[:, week] = state
    return later
