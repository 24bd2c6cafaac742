"""Parameters of a channel that ended far from what was believed before the data.

    z = (median after - mean before) / s.d. before

in logs of positive parameters (half-saturation, slope, rate, the channel's contribution) and
log-odds of shares (carryover), so that the default priors are about normal. In worlds that follow
the model |z| stays below 2.5; where a feast is missing that pulses stand in for, curves turn into
thresholds at 4.6 and more. It sees what R-hat cannot: chains that agree on the wrong story.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mmm.posterior.fitted import FittedModel
from mmm.types import Array

SHARES = ("adstock_alpha",)
POSITIVE = ("saturation_half", "saturation_slope", "saturation_rate", "adstock_theta")
WORDS = {
    "adstock_alpha": "carryover",
    "adstock_theta": "delay",
    "saturation_half": "half-saturation",
    "saturation_slope": "slope",
    "saturation_rate": "rate of saturation",
    "contribution": "contribution",
}


class Surprise(NamedTuple):
    """The parameter of a channel that is furthest from its prior, in prior s.d."""

    parameter: str
    z: float


def surprises(
    model: FittedModel, prior: FittedModel, before: Array, after: Array
) -> dict[str, Surprise]:
    """For every channel the largest surprise; ``prior`` holds prior draws of the same design.

    ``before``, ``after (draw, channel)``: contributions by the prior and by the model.
    """
    largest: dict[str, Surprise] = {}
    own = [*_parameters(model, prior), *_contributions(model, before, after)]
    for channel, parameter, earlier, later in own:
        spread = float(earlier.std())
        if not spread > 0.0:
            continue
        z = float((np.median(later) - earlier.mean()) / spread)
        if channel not in largest or abs(z) > abs(largest[channel].z):
            largest[channel] = Surprise(WORDS[parameter], z)
    return largest


def _parameters(model: FittedModel, prior: FittedModel) -> Iterator[tuple[str, str, Array, Array]]:
    """Channel, parameter, and its draws before and after the data on a scale where the prior is
    about normal."""
    channels = model.structure.channels
    for name in (*SHARES, *POSITIVE):
        if name not in model.posterior.draws:
            continue
        scale = _log_odds if name in SHARES else _log
        before, after = prior.posterior.draws[name], model.posterior.draws[name]
        labels = _labels(model, name)
        for position, label in enumerate(labels):
            if label in channels:
                yield label, name, scale(before[:, position]), scale(after[:, position])


def _contributions(
    model: FittedModel, before: Array, after: Array
) -> Iterator[tuple[str, str, Array, Array]]:
    for position, label in enumerate(model.structure.channels):
        if model.spec.channels[position].is_signed:
            yield label, "contribution", before[:, position], after[:, position]
        elif before[:, position].min() > 0.0 and after[:, position].min() > 0.0:
            yield label, "contribution", _log(before[:, position]), _log(after[:, position])


def _labels(model: FittedModel, name: str) -> list[str]:
    """The media that a parameter belongs to, in order."""
    values = model.posterior.dataset[name]
    return [str(label) for label in values[values.dims[-1]].to_numpy()]


def _log(values: Array) -> Array:
    return np.log(np.maximum(values, 1e-12))


def _log_odds(values: Array) -> Array:
    inside = np.clip(values, 1e-9, 1.0 - 1e-9)
    return np.log(inside / (1.0 - inside))
