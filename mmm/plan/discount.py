"""A model whose effects are partly taken for coincidence: each draw keeps a share of an effect.

What the graph leaves open may have made part of an effect. For a channel in doubt each posterior
draw is paired with the share of its effect that is causal; shares of different channels are
independent. The coefficients of the channel's curves, direct and through mediators, are multiplied
by it, so that every answer of the model follows by its own equations.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from mmm.posterior.fitted import FittedModel
from mmm.types import Array

SEED = 20_260
"""Of the order in which shares meet draws."""


def discounted(model: FittedModel, shares: Mapping[str, Array]) -> FittedModel:
    """``model`` with the effect of each channel in ``shares`` times its shares, (draw,) each."""
    if not shares:
        return model
    s, dataset = model.structure, model.posterior.dataset
    size = (dataset.sizes["chain"], dataset.sizes["draw"])
    direct, path = np.ones((*size, s.n_channels)), np.ones((*size, len(s.paths)))
    for name, share in shares.items():
        channel, kept = s.channels.index(name), share.reshape(size)
        direct[..., channel] = kept
        for position, medium in enumerate(s.media[s.n_direct :]):
            if medium.source == channel:
                path[..., position] = kept
    beta = dataset["beta"]
    changed = {"beta": beta * xr.DataArray(direct, dims=beta.dims[:3])}
    if s.paths:
        changed["path"] = dataset["path"] * xr.DataArray(path, dims=dataset["path"].dims)
    return replace(model, posterior=replace(model.posterior, dataset=dataset.assign(changed)))
