"""Pairs of channels whose effects the data cannot separate, though their sum is known.

Where two channels always ran together, draws with a high effect of one have a low effect of the
other: their responses under the plan are negatively correlated, each is uncertain, their sum is
not. A shift of money between the two rests on the prior, not on the data; a lift test on either
channel settles both.

    correlation <= -0.5,  s.d. / mean of each >= 0.2 and at least twice that of the sum
"""

from itertools import combinations

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
    weights = probabilities_of(case.response)
    pairs = []
    for one, other in combinations(by_channel, 2):
        pair = _pair((one, other), by_channel[one], by_channel[other], weights)
        if pair is not None:
            pairs.append(pair)
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


def _pair(
    names: tuple[str, str], one: FloatArray, other: FloatArray, weights: FloatArray | None
) -> InseparablePair | None:
    """The pair where the two responses (draw,) cannot be separated, else None."""
    p = probabilities_or_equal(one, weights)
    means = np.array([p @ one, p @ other])
    away = np.array([one - means[0], other - means[1]])
    (variance, joint), (_, second) = (away * p) @ away.T
    if min(variance, second) <= 0 or means.min() <= 0:
        return None
    correlation = float(joint / np.sqrt(variance * second))
    each = (float(np.sqrt(variance) / means[0]), float(np.sqrt(second) / means[1]))
    of_sum = float(np.sqrt(max(variance + second + 2 * joint, 0.0)) / means.sum())
    known = correlation > _CORRELATION or min(each) < max(_UNCERTAIN, _TIMES * of_sum)
    return None if known else InseparablePair(names, correlation, each, of_sum)
