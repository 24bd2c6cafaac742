"""What a stability report compares: contributions, returns, prices, parameters, draw by draw."""

import numpy as np
from arviz_stats.base import array_stats

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.posterior.fitted import FittedModel
from mmm.refit.report import QuantityKind
from mmm.types import Array

type QuantityKey = tuple[QuantityKind, str]
HEADLINES: frozenset[QuantityKind] = frozenset({"contribution", "elasticity"})
PRICES = ("elasticity", "cross_elasticity")
BY_CELL = frozenset({"geo", "date"})


def quantities(model: FittedModel) -> dict[QuantityKey, Array]:
    """(draw,) of every quantity, over the weeks of the model's panel.

    Parameters of single geos and weeks are left out: they are many, and what they do together is
    in the contributions.
    """
    channels = model.structure.channels
    contribution, (roi, _) = channel_contributions(model), return_draws(model)
    spent = model.panel.array("spend").sum((0, 1)) > 0.0
    found: dict[QuantityKey, Array] = {
        ("contribution", name): contribution[:, i] for i, name in enumerate(channels)
    }
    found |= {("roi", name): roi[:, i] for i, name in enumerate(channels) if spent[i]}
    for name, values in model.posterior.dataset.data_vars.items():
        dims = [str(dim) for dim in values.dims[2:]]
        if BY_CELL & {*dims} or any(dim.startswith("unseen_") for dim in dims):
            continue
        kind: QuantityKind = "elasticity" if name in PRICES else "parameter"
        flat = model.posterior.draws[str(name)].reshape(model.posterior.n_draws, -1)
        for label, draws in zip(_labels(model, str(name), dims), flat.T, strict=True):
            found[kind, label] = draws
    return {key: draws for key, draws in found.items() if draws.std() > 0.0}


def effective_draws(model: FittedModel, draws: Array) -> float:
    """Effective sample size of the mean of ``draws (draw,)``; their number where it is unknown."""
    sizes = model.posterior.dataset.sizes
    by_chain = draws.reshape(sizes["chain"], sizes["draw"])
    found = float(array_stats.ess(by_chain, chain_axis=0, draw_axis=1, method="mean"))
    return found if np.isfinite(found) and found > 1.0 else float(draws.size)


def _labels(model: FittedModel, name: str, dims: list[str]) -> list[str]:
    """``adstock_alpha[tv]`` for every entry of a parameter."""
    values = model.posterior.dataset[name]
    shape = values.shape[2:]
    found = []
    for at in np.ndindex(*shape):
        parts = [
            str(values[dim].to_numpy()[i]) if dim in values.coords else str(i)
            for dim, i in zip(dims, at, strict=True)
        ]
        found.append(f"{name}[{', '.join(parts)}]" if parts else name)
    return found
