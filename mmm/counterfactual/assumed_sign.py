"""Whether the model's own assumptions fix the sign of an effect.

Coefficients of own media are positive by construction, unless the channel's effect may have any
sign. Where two worlds differ only in own spend,
all of it changes in one direction, and no mediator, interaction or saturation of a count enters
with a free sign, every draw of the effect has the same sign, whatever the data say.
"""

import numpy as np

from mmm.counterfactual.contrast import WorldPair
from mmm.posterior.fitted import FittedModel


def sign_is_assumed(model: FittedModel, pair: WorldPair) -> bool:
    """Whether the sign of the difference of the two worlds is the same in every draw by
    construction."""
    s = model.structure
    channels = {name: position for position, name in enumerate(s.channels)}
    moved = [channels.get(variable.name) for variable in pair.variables]
    if not moved or None in moved or s.interactions:
        return False
    if any(model.spec.channels[position].is_signed for position in moved if position is not None):
        return False
    mediated = {s.media[medium].source for medium in s.paths}
    if mediated.intersection(moved):
        return False
    change = pair.scenario.spend - pair.base.spend
    return bool(np.all(change >= 0.0) or np.all(change <= 0.0))
