"""Smooth effectiveness over time: one multiplier for each group of channels."""

import numpy as np

from mmm.data.scales import Scales
from mmm.priors.coefficients import smooth_coefficient_sd, varying_function_count
from mmm.priors.source import Source
from mmm.priors.table import PRIORS
from mmm.spec.model import ModelSpec
from mmm.types import Tensor


def varying_weights(spec: ModelSpec, scales: Scales, source: Source) -> Tensor:
    """(..., group, function) coefficients of the log multipliers; zero for functions that a group
    does not have."""
    waves = [smooth_coefficient_sd(group.lengthscale, scales) for group in spec.time_varying]
    size = varying_function_count(spec, scales)
    fixed = np.stack([np.pad(wave, (0, size - len(wave))) for wave in waves])
    sd = source.draw("multiplier_sd", PRIORS["multiplier_sd"], "varying_group")
    z = source.standard_normal("varying_z", "varying_group", "varying_wave")
    return source.keep("varying", sd[..., :, None] * fixed * z, "varying_group", "varying_wave")
