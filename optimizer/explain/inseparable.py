"""Pairs of channels whose effects the data cannot separate, though their sum is known.

Where two channels always ran together, draws with a high effect of one have a low effect of the
other: their responses under the plan are negatively correlated, each is uncertain, their sum is
not. A shift of money between the two rests on the prior, not on the data; a lift test on either
channel settles both.

    correlation <= -0.5,  s.d. / mean of each >= 0.2 and at least twice that of the sum
"""

import numpy as np

from optimizer.allocation import InseparablePair
from optimizer.response import FloatArray, as_separable
from optimizer.risk.measure import probabilities_or_equal
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of

_CORRELATION = -0.5
_UNCERTAIN = 0.2
_TIMES = 2.0


def inseparable_pairs(case: Case, spend: FloatArray) -> tuple[InseparablePair, ...]:
    """The inseparable pairs of channels under a plan (cell,), most negatively correlated first."""
    by_channel = channel_contributions(case, spend)
    names, parts = tuple(by_channel), np.array(list(by_channel.values()))
    p = probabilities_or_equal(parts[0], probabilities_of(case.response))
    means = parts @ p
    away = parts - means[:, None]
    joint = (away * p) @ away.T
    variance = np.diag(joint)
    usable = (variance > 0) & (means > 0)
    deviation = np.sqrt(np.where(usable, variance, 1.0))
    correlation = joint / np.outer(deviation, deviation)
    together = usable[:, None] & usable[None, :] & (correlation <= _CORRELATION)
    pairs = []
    for i, j in np.argwhere(np.triu(together, 1)).tolist():
        each = (float(deviation[i] / means[i]), float(deviation[j] / means[j]))
        spread = float(np.sqrt(max(variance[i] + variance[j] + 2 * joint[i, j], 0.0)))
        of_sum = spread / float(means[i] + means[j])
        if min(each) >= max(_UNCERTAIN, _TIMES * of_sum):
            pairs.append(
                InseparablePair((names[i], names[j]), float(correlation[i, j]), each, of_sum)
            )
    return tuple(sorted(pairs, key=lambda pair: pair.correlation))


def channel_contributions(case: Case, spend: FloatArray) -> dict[str, FloatArray]:
    """(draw,) by channel: its own response where channels add up, else slope times spend."""
    separable, layout = as_separable(case.response), case.system.layout
    if separable is None:
        parts = ((case.search.gain.slope(spend) + case.search.gain.cost) * spend).T
    else:
        levels = [np.array([level]) for level in spend.tolist()]
        parts = np.array([separable.curve(cell, at)[0][:, 0] for cell, at in enumerate(levels)])
    return {name: parts[layout.members(channel=name)].sum(axis=0) for name in layout.channel_names}
