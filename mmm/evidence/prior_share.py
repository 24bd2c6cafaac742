"""How much of a channel's interval is the prior's.

    prior share   var(log contribution | data) / var(log contribution)      at most one

For a normal effect with a normal prior this is the prior's part of the precision. It is near one
where the data say nothing, near zero where they decide.
"""

from dataclasses import replace

import numpy as np

from mmm.attribution.returns import channel_contributions
from mmm.checks.prior import prior_model
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

DRAWS = 400
MAX_CELLS = 20_000_000


def before_the_data(model: FittedModel) -> FittedModel:
    """Prior draws of the design of ``model``, as many as its size allows."""
    cells = model.panel.array("spend").size
    draws = int(np.clip(MAX_CELLS // max(cells, 1), 50, DRAWS))
    return prior_model(model.design, draws)


def thinned(model: FittedModel) -> FittedModel:
    """``model`` with about ``DRAWS`` of its draws, evenly spaced over all chains."""
    step = max(1, model.posterior.n_draws // DRAWS)
    data = model.posterior.dataset.isel(draw=slice(None, None, step))
    return replace(model, posterior=Posterior(data))


def prior_shares(model: FittedModel, prior: FittedModel) -> Array:
    """(channel,) share of each channel's interval that is the prior's, between zero and one."""
    before = channel_contributions(prior)
    after = channel_contributions(model)
    return np.array([_share(b, a) for b, a in zip(before.T, after.T, strict=True)])


def _share(before: Array, after: Array) -> float:
    """In logs where both are positive, else in units."""
    if before.min() > 0.0 and after.min() > 0.0:
        before, after = np.log(before), np.log(after)
    variance = float(before.var())
    return float(min(after.var() / variance, 1.0)) if variance > 0.0 else 1.0
