"""The scales of a refit: those of the model that it continues, by name, and new ones for the rest.

Priors and windows then keep their meaning: an effect of one unit of exposure, the trend over the
weeks of the first fit, returns over its reference window.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mmm.data.panel import Panel
from mmm.data.scales import Scales, scales_of
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec
from mmm.types import Array

type ScaleKeys = Sequence[tuple[Any, ...]]


def carry_scales(model: FittedModel, spec: ModelSpec, panel: Panel) -> Scales:
    """Scales for ``spec`` on ``panel``, which continues the data of ``model``."""
    old = model.scales
    fitted_weeks = (panel.weeks[-1] - old.origin).days // 7 + 1
    if spec == model.spec:
        return replace(old, fitted_weeks=fitted_weeks)
    fresh = scales_of(panel, spec)
    after, before = _scale_keys(spec), _scale_keys(model.spec)

    def by_name(name: str, kind: str, axis: int = 0) -> Array:
        return _carried(getattr(old, name), getattr(fresh, name), before[kind], after[kind], axis)

    return replace(
        fresh,
        kpi=old.kpi,
        geo_weight=old.geo_weight,
        exposure=by_name("exposure", "exposure"),
        before=by_name("before", "exposure"),
        mean_spend=by_name("mean_spend", "channel"),
        mean_cost=by_name("mean_cost", "channel"),
        price_ref=old.price_ref if spec.price and model.spec.price else fresh.price_ref,
        rival_price_ref=by_name("rival_price_ref", "rival_price"),
        control_mean=by_name("control_mean", "control"),
        control_sd=by_name("control_sd", "control"),
        mediator_mean=by_name("mediator_mean", "mediator", 1),
        mediator_sd=by_name("mediator_sd", "mediator", 1),
        event_size=by_name("event_size", "event"),
        origin=old.origin,
        span_weeks=old.span_weeks,
        defaults=old.defaults,
        fitted_weeks=fitted_weeks,
        holidays=old.holidays if spec.holidays == model.spec.holidays else fresh.holidays,
    )


def _carried(old: Array, fresh: Array, before: ScaleKeys, after: ScaleKeys, axis: int) -> Array:
    """``fresh`` with the entries of ``old`` along ``axis`` for the names that both have."""
    result = np.moveaxis(fresh.copy(), axis, 0)
    previous = np.moveaxis(old, axis, 0)
    for i, name in enumerate(after):
        if name in before:
            result[i] = previous[before.index(name)]
    return np.moveaxis(result, 0, axis)


def _scale_keys(spec: ModelSpec) -> dict[str, ScaleKeys]:
    """Keys by which two scales are of the same thing, by kind, in the order of the scales."""
    channels = [
        (c.name, c.column, c.column if c.unit_cost is not None else c.exposure)
        for c in spec.channels
    ]
    starts = [c.adstock.before for c in spec.channels]
    spending = [r for r in spec.competitors if r.spend is not None]
    return {
        "channel": channels,
        "exposure": [
            *((*name, start) for name, start in zip(channels, starts, strict=True)),
            *((r.name, r.spend, None, r.adstock.before) for r in spending),
        ],
        "rival_price": [(r.name, r.price) for r in spec.competitors if r.price is not None],
        "control": [(c.name, c.column) for c in spec.all_controls],
        "mediator": [(m.name, m.column) for m in spec.mediators],
        "event": [(e.name, e.column) for e in spec.events],
    }
