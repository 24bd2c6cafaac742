"""How much of a channel's interval is the prior's.

    prior share   var(log contribution | data) / var(log contribution)      at most one

For a normal effect with a normal prior this is the prior's part of the precision. It is near one
where the data say nothing, near zero where they decide.
"""

import numpy as np

from mmm.types import Array


def prior_shares(before: Array, after: Array) -> Array:
    """(channel,) share of each channel's interval that is the prior's, between zero and one, by its
    contributions ``before`` and ``after`` the data, each (draw, channel)."""
    return np.array([_share(b, a) for b, a in zip(before.T, after.T, strict=True)])


def _share(before: Array, after: Array) -> float:
    """In logs where both are positive, else in units."""
    if before.min() > 0.0 and after.min() > 0.0:
        before, after = np.log(before), np.log(after)
    variance = float(before.var())
    return float(min(after.var() / variance, 1.0)) if variance > 0.0 else 1.0
