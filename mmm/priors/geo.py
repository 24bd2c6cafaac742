"""Parameters that differ between geos: pooled elasticities and effects of channels.

A standard deviation over geos with a half-normal prior is sampled with a sign, as a normal number
whose absolute value it is. Multiplied by normal innovations the sign changes nothing; but zero, no
difference between geos, which data often cannot rule out, is then an interior point and not the end
of the long tail of a logarithm. Other standard deviations are drawn on the log scale, which sampled
better (benchmarks/README.md).
"""

import numpy as np

from mmm.data.design import Design
from mmm.data.panel import Panel
from mmm.data.scales import Scales
from mmm.priors.source import Source
from mmm.priors.table import PRIORS, Prior
from mmm.spec.structure import Structure
from mmm.types import Array, Tensor


def signed_sd(name: str, prior: Prior, source: Source, *dims: str) -> Tensor:
    """A normal number whose absolute value, recorded as ``name``, has the half-normal ``prior``.

    For products with innovations that are symmetric about zero, and for squares.
    """
    (scale,) = prior.parameters
    value = scale * source.standard_normal(f"{name}_z", *dims)
    source.keep(name, source.xp.abs(value), *dims)
    return value


def price_parameters(s: Structure, panel: Panel, source: Source) -> dict[str, Tensor]:
    """Price elasticities; in a panel one per geo, pooled around the common one."""
    p: dict[str, Tensor] = {}
    many = len(panel.geos) > 1
    if s.has_price:
        size = source.draw("elasticity_size", PRIORS["elasticity_size"])
        p["elasticity"] = source.keep("elasticity", -size)
        if many:
            sd = signed_sd("elasticity_sd", PRIORS["elasticity_sd"], source)
            spread = source.xp.exp(sd[..., None] * source.standard_normal("elasticity_z", "geo"))
            p["elasticity_geo"] = source.keep("elasticity_geo", -size[..., None] * spread, "geo")
    if s.priced_rivals:
        prior = PRIORS["cross_elasticity"]
        p["cross_elasticity"] = source.draw("cross_elasticity", prior, "priced_rival")
        if many:
            sd = signed_sd("cross_elasticity_sd", PRIORS["elasticity_sd"], source)
            z = source.standard_normal("cross_elasticity_z", "priced_rival", "geo")
            value = p["cross_elasticity"][..., None] * source.xp.exp(sd[..., None, None] * z)
            p["cross_elasticity_geo"] = source.keep(
                "cross_elasticity_geo", value, "priced_rival", "geo"
            )
    return p


def geo_ratio(design: Design, source: Source) -> Tensor:
    """(..., channel, geo) a geo's effect relative to the channel's own; ones in a national model.

    The channel's own effect is the mean over geos, weighted by their share of its exposure: the
    whole panel informs it, so it is nearly independent of the differences between geos.
    """
    panel = design.panel
    if len(panel.geos) == 1:
        return source.xp.ones((design.structure.n_channels, 1))
    sd = signed_sd("effect_sd", PRIORS["effect_sd"], source, "channel")
    z = source.standard_normal("effect_z", "channel", "geo")
    ratio = source.xp.exp(sd[..., :, None] * z)
    share = source.data("exposure_share", exposure_share(panel, design.scales), "channel", "geo")
    return ratio / (ratio * share).sum(-1)[..., None]


def exposure_share(panel: Panel, scales: Scales) -> Array:
    """(channel, geo) a geo's share of a channel's exposure, weighted by geo size."""
    spend = panel.array("spend").sum(0).T
    moved = spend / scales.exposure[: len(spend)] * scales.geo_weight
    total = moved.sum(-1, keepdims=True)
    even = scales.geo_weight / scales.geo_weight.sum()
    return np.where(total > 0.0, moved / np.where(total > 0.0, total, 1.0), even)
