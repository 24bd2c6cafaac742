"""The fixed scales of a model: taken from the data once, stored, and reused by every refit.

The model works in shares of the mean kpi and in multiples of a channel's mean active spend, so that
one set of priors fits every business. A geo's weight is its population (or mean kpi) relative to
the average geo.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from mmm.panel import Panel
from mmm.spec import ModelSpec
from mmm.structure import Structure
from mmm.types import Array


@dataclass(frozen=True)
class Scales:
    """``kpi``: mean kpi per week of a geo with weight 1. ``geo_weight (geo,)``, mean 1.

    ``exposure (medium, geo)``: currency per week that counts as one. ``before (medium, geo)``:
    spend of each week before the data. ``price_ref``, ``rival_price_ref (priced_rival,)``: prices
    at which the price factor is one. ``control_mean``, ``control_sd (control,)``. ``origin`` and
    ``span_weeks``: the window over which the trend runs from -0.5 to 0.5.
    """

    kpi: float
    geo_weight: Array
    exposure: Array
    before: Array
    price_ref: float
    rival_price_ref: Array
    control_mean: Array
    control_sd: Array
    origin: date
    span_weeks: int

    @property
    def kpi_unit(self) -> Array:
        """(geo,) kpi units per scaled unit."""
        return self.kpi * self.geo_weight


def scales_of(panel: Panel, spec: ModelSpec, structure: Structure) -> Scales:
    """Scales of a first fit, from its own panel."""
    kpi = panel.array("kpi")
    weight = _geo_weight(panel, kpi)
    own, rival = panel.array("spend"), panel.array("rival_spend")
    control, rival_price = panel.array("controls"), panel.array("rival_price")
    mean_spend = np.concatenate([own.mean(0), rival.mean(0)], axis=-1).T
    starts = np.array([medium.adstock.before == "mean" for medium in structure.media])
    return Scales(
        kpi=float(np.mean(kpi / weight)),
        geo_weight=weight,
        exposure=np.concatenate([_own_scale(own, weight), _rival_scale(rival)]),
        before=mean_spend * starts[:, None],
        price_ref=_geometric_mean(panel.array("price")) if spec.price else 1.0,
        rival_price_ref=np.array(
            [_geometric_mean(rival_price[..., i]) for i in range(rival_price.shape[-1])]
        ),
        control_mean=control.mean((0, 1)),
        control_sd=control.std((0, 1)),
        origin=panel.weeks[0],
        span_weeks=len(panel.weeks),
    )


def _geo_weight(panel: Panel, kpi: Array) -> Array:
    size = panel.array("population") if "population" in panel.data else np.abs(kpi).mean(0)
    size = np.maximum(size, 1e-12 * size.max())
    return size / size.mean()


def _own_scale(spend: Array, weight: Array) -> Array:
    """(channel, geo) mean spend per unit of weight over the weeks with any spend."""
    per_weight = spend / weight[:, None]
    active = np.maximum((spend > 0.0).sum((0, 1)), 1)
    return (per_weight.sum((0, 1)) / active)[:, None] * weight[None, :]


def _rival_scale(spend: Array) -> Array:
    """(rival, geo) mean spend of the geo; a national series repeated over geos stays equal."""
    mean = spend.mean(0).T
    return np.where(mean > 0.0, mean, 1.0)


def _geometric_mean(values: Array) -> float:
    return float(np.exp(np.log(values).mean()))
