"""The fixed scales of a model: taken from the data once, stored, and reused by every refit.

The model works in shares of the mean KPI and in multiples of a channel's mean active exposure, so
that one set of priors fits every business. A geo's weight is its population (or mean KPI) relative
to the average geo.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from mmm.data.holiday_calendar import holiday_names
from mmm.data.panel import Panel
from mmm.spec.model import ModelSpec
from mmm.spec.structure import structure_of
from mmm.types import Array

DEFAULTS = 3
"""The generation of default priors of new models: 1 until 0.1.0, 2 since priors know budgets, 3
since those of holidays and events reach the weeks of seasonal goods."""


@dataclass(frozen=True)
class Scales:
    """The units of a model's parameters.

    ``kpi``: mean KPI per week of a geo with weight 1. ``geo_weight (geo,)``, mean 1.

    By exposure (channels, then spending rivals): ``exposure (exposure, geo)``, the exposure that
    counts as one; ``before (exposure, geo)``, exposure of each week before the data; ``mean_spend
    (channel,)`` per active week; ``mean_cost (channel,)`` currency per unit of exposure.
    ``price_ref``, ``rival_price_ref (priced_rival,)``: prices at which the price factor is one.
    ``control_mean``, ``control_sd (control,)``; ``mediator_mean``, ``mediator_sd (geo, mediator)``;
    ``event_size (event,)``. ``product (geo,)``: position of each geo's product. ``origin`` and
    ``span_weeks``: the window over which the trend runs from -0.5 to 0.5. ``holidays``: the
    holidays that occur in it. ``defaults``: the generation of default priors, which a refit keeps.
    ``fitted_weeks``: from ``origin`` to the last week of the data of this fit, 0 where not known.
    """

    kpi: float
    geo_weight: Array
    exposure: Array
    before: Array
    mean_spend: Array
    mean_cost: Array
    price_ref: float
    rival_price_ref: Array
    control_mean: Array
    control_sd: Array
    mediator_mean: Array
    mediator_sd: Array
    event_size: Array
    product: Array
    origin: date
    span_weeks: int
    holidays: tuple[str, ...]
    defaults: int = DEFAULTS
    fitted_weeks: int = 0

    @property
    def kpi_unit(self) -> Array:
        """(geo,) KPI units per scaled unit."""
        return self.kpi * self.geo_weight

    @property
    def walk_weeks(self) -> int:
        """Weeks over which a baseline walks: those of the reference window, and the data after."""
        return max(self.span_weeks, self.fitted_weeks)


def scales_of(panel: Panel, spec: ModelSpec) -> Scales:
    """The scales of a first fit, computed from its own panel."""
    structure = structure_of(spec)
    kpi, spend = panel.array("kpi"), panel.array("spend")
    weight = _geo_weight(panel, kpi)
    own, rival = spend / panel.array("unit_cost"), panel.array("rival_spend")
    control, rival_price = panel.array("controls"), panel.array("rival_price")
    mediator = panel.array("mediators")
    mean_exposure = np.concatenate([own.mean(0), rival.mean(0)], axis=-1).T
    n_exposures = structure.n_direct
    starts = np.array([m.adstock.before == "mean" for m in structure.media[:n_exposures]])
    return Scales(
        kpi=float(np.mean(kpi / weight)),
        geo_weight=weight,
        exposure=np.concatenate([_own_exposure_scale(own, weight), _rival_spend_scale(rival)]),
        before=mean_exposure * starts[:, None],
        mean_spend=spend.sum((0, 1)) / np.maximum((spend > 0.0).sum((0, 1)), 1),
        mean_cost=spend.sum((0, 1)) / own.sum((0, 1)),
        price_ref=_geometric_mean(panel.array("price")) if spec.price else 1.0,
        rival_price_ref=np.array(
            [_geometric_mean(rival_price[..., i]) for i in range(rival_price.shape[-1])]
        ),
        control_mean=control.mean((0, 1)),
        control_sd=control.std((0, 1)),
        mediator_mean=np.nanmean(mediator, 0),
        mediator_sd=_mediator_sd(mediator),
        event_size=np.abs(panel.array("events")).max((0, 1)),
        product=_product_positions(panel),
        origin=panel.weeks[0],
        span_weeks=len(panel.weeks),
        holidays=_holidays(panel, spec),
        fitted_weeks=len(panel.weeks),
    )


def _geo_weight(panel: Panel, kpi: Array) -> Array:
    size = panel.array("population") if "population" in panel.data else np.abs(kpi).mean(0)
    size = np.maximum(size, 1e-12 * size.max())
    return size / size.mean()


def _own_exposure_scale(exposure: Array, weight: Array) -> Array:
    """(channel, geo) mean exposure over the weeks with any, in proportion to the geo's weight."""
    per_weight = exposure / weight[:, None]
    active = np.maximum((exposure > 0.0).sum((0, 1)), 1)
    return (per_weight.sum((0, 1)) / active)[:, None] * weight[None, :]


def _rival_spend_scale(spend: Array) -> Array:
    """(rival, geo) mean spend in each geo; equal in all geos for a national series."""
    mean = spend.mean(0).T
    return np.where(mean > 0.0, mean, 1.0)


def _mediator_sd(mediator: Array) -> Array:
    """(geo, mediator) s.d. over the observed weeks; one where a geo's mediator is constant."""
    sd = np.nanstd(mediator, 0)
    return np.where(sd > 0.0, sd, 1.0)


def _product_positions(panel: Panel) -> Array:
    names = sorted(set(panel.products))
    return np.array([float(names.index(name)) for name in panel.products])


def _holidays(panel: Panel, spec: ModelSpec) -> tuple[str, ...]:
    if spec.holidays is None:
        return ()
    wanted = spec.holidays
    return holiday_names(panel.weeks, wanted.country, wanted.subdivision, wanted.names)


def _geometric_mean(values: Array) -> float:
    return float(np.exp(np.log(values).mean()))
