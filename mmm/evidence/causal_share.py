"""What share of each effect is causal, as far as its evidence leaves that open: draws of it.

An effect that the graph identifies, or that lift tests have measured, is causal as a whole. Of an
*assumed* one a hidden cause may have made a part: one as strong as the strongest measured cause
would explain ``plausible`` of it, and half of it where nothing measured is as strong, so what is
left lies between 1 - that part and 1, uniformly (how strong a hidden cause is, nothing tells). An
effect that other findings call a coincidence may be none at all.
"""

from collections.abc import Mapping

import numpy as np

from mmm.evidence.findings import PARTNER
from mmm.posterior.evidence import LeverEvidence
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

SEED = 20_260
"""Of the order in which shares meet draws: equal models have equal shares."""

LEAST_OPEN = 0.5
"""The part of an assumed effect that is always open (``benchmarks/README.md`` has the curve of harm
against gain that it was chosen by)."""


def causal_shares(model: FittedModel, draws: int | None = None) -> Mapping[str, Array]:
    """(draw,) share of the effect of each channel whose evidence leaves it open, by name.

    ``draws``: how many; default: one for each draw of ``model``. Shares of different channels are
    independent. Empty for a model without a record.
    """
    size, shares = draws or model.posterior.n_draws, {}
    for position, lever in enumerate(model.levers):
        part = open_part(lever)
        if lever.kind == "channel" and part > 0.0:
            rng = np.random.default_rng([SEED, position])
            shares[lever.name] = 1.0 - part * (rng.permutation(size) + 0.5) / size
    return shares


def open_part(lever: LeverEvidence) -> float:
    """The part of an effect that a hidden cause or a coincidence may have made, 0 to 1."""
    if lever.grade == "tested":
        return 0.0
    if any(f.grade == "coincidence" and f.code != PARTNER for f in lever.findings):
        return 1.0
    if lever.status != "assumed":
        return 0.0
    return min(max(lever.plausible or 0.0, LEAST_OPEN), 1.0)
