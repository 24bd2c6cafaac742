"""The quantities of a stability report, by draw: contributions, returns, prices, parameters."""

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
    """(draw,) values of every quantity, over the weeks of the model's panel.

    Parameters of single geos and weeks are left out: they are many, and their joint effect is in
    the contributions.
    """
    channels = model.structure.channels
    contribution, (roi, _) = channel_contributions(model), return_draws(model)
    spent = [*(model.panel.array("spend").sum((0, 1)) > 0.0)]
    spent = [each and i in model.structure.paid for i, each in enumerate(spent)]
    values_of: dict[QuantityKey, Array] = {
        ("contribution", name): contribution[:, i] for i, name in enumerate(channels)
    }
    values_of |= {("roi", name): roi[:, i] for i, name in enumerate(channels) if spent[i]}
    for name, values in model.posterior.dataset.data_vars.items():
        dims = [str(dim) for dim in values.dims[2:]]
        if BY_CELL & {*dims} or any(dim.startswith("unseen_") for dim in dims):
            continue
        kind: QuantityKind = "elasticity" if name in PRICES else "parameter"
        flat = model.posterior.draws[str(name)].reshape(model.posterior.n_draws, -1)
        for label, draws in zip(_labels(model, str(name), dims), flat.T, strict=True):
            values_of[kind, label] = draws
    return {key: draws for key, draws in values_of.items() if draws.std() > 0.0}


def effective_draws(model: FittedModel, draws: Array) -> float:
    """Effective sample size of the mean of ``draws (draw,)``; their number where that fails."""
    sizes = model.posterior.dataset.sizes
    by_chain = draws.reshape(sizes["chain"], sizes["draw"])
    size = float(array_stats.ess(by_chain, chain_axis=0, draw_axis=1, method="mean"))
    return size if np.isfinite(size) and size > 1.0 else float(draws.size)


def _labels(model: FittedModel, name: str, dims: list[str]) -> list[str]:
    """A label for every entry of a parameter, as in ``adstock_alpha[tv]``."""
    values = model.posterior.dataset[name]
    shape = values.shape[2:]
    labels = []
    for at in np.ndindex(*shape):
        parts = [
            str(values[dim].to_numpy()[i]) if dim in values.coords else str(i)
            for dim, i in zip(dims, at, strict=True)
        ]
        labels.append(f"{name}[{', '.join(parts)}]" if parts else name)
    return labels
