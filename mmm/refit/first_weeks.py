"""A model's view of its first weeks: the draws that all its data gave, on part of the data."""

from dataclasses import replace

import numpy as np

from mmm.data.panel import Panel
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel


def first_weeks(model: FittedModel, count: int) -> FittedModel:
    """``model`` with its panel, and the draws that belong to single weeks, cut to ``count`` weeks.

    The posterior is still that of all weeks; questions are then about the first ones alone.
    """
    draws = model.posterior.dataset
    if "date" in draws.dims:
        draws = draws.isel(date=slice(0, count))
    unseen = ~np.isfinite(model.panel.array("mediators")[:count])
    for i, name in enumerate(model.structure.mediators):
        cell = f"unseen_{name}_cell"  # in the order of weeks
        if cell in draws.dims:
            draws = draws.isel({cell: slice(0, int(unseen[..., i].sum()))})
    panel = Panel(model.panel.data.isel(date=slice(0, count)))
    return replace(model, panel=panel, posterior=Posterior(draws))
