"""Terms that are linear in their coefficients: each a row of basis values a coefficient.

The same rows give the fitted mean (``total``) and the design of the collapsed posterior.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmm.data.inputs import Inputs
from mmm.equations.mediators import lagged
from mmm.equations.transforms import adstock_weights, convolve
from mmm.spec.media import ADSTOCK_PARAMETERS
from mmm.spec.structure import Structure
from mmm.types import Namespace, Parameters, Tensor

BASELINE = {
    "product_level": "level",
    "trend": "trend",
    "changepoint": "trend",
    "smooth": "trend",
    "season": "season",
    "holiday": "holidays",
    "event_effect": "events",
}
"""Linear terms of the baseline, and the baseline part that each belongs to."""


@dataclass(frozen=True)
class Row:
    """``values (..., coefficient, week, geo or 1)`` of the coefficients ``name``.

    ``inside`` says whether the price factor multiplies them.
    """

    name: str
    values: Tensor
    inside: bool = True


def linear(p: Parameters, d: Inputs, s: Structure, states: Tensor, xp: Namespace) -> Iterator[Row]:
    """Every linear term but the level, which geos have of their own."""
    if d.product.shape[0]:
        yield Row("product_level", d.product)
    if s.trend != "none":
        yield Row("trend", d.basis["trend"][None, :, None])
    if s.trend == "piecewise":
        yield Row("changepoint", d.basis["changepoint"][..., None])
    if s.trend == "smooth":
        yield Row("smooth", d.basis["smooth"][..., None])
    if s.yearly:
        yield Row("season", d.basis["season"][..., None])
    if s.has_holidays:
        yield Row("holiday", d.basis["holiday"][..., None])
    if s.events:
        yield Row("event_effect", events(p, d, s, xp))
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    if acting:
        values = [lagged(states[..., i, :, :], s.mediator_lag[i] or 0, xp) for i in acting]
        yield Row("mediator_effect", xp.stack(values, axis=-3), inside=s.price_acts_on_all)
    if s.acting_controls:
        every = len(s.acting_controls) == len(s.controls)
        values = d.control if every else d.control[[*s.acting_controls]]
        yield Row("control_effect", values, inside=False)


def total(coefficients: Tensor, row: Row) -> Tensor:
    """(..., week, geo or 1) sum over the row's coefficients (..., coefficient)."""
    return (coefficients[..., :, None, None] * row.values).sum(-3)


def events(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., event, week, geo) events with their carryover, nothing before the first week."""
    found = []
    for i, adstock in enumerate(s.event_adstock):
        raw = d.event[i][None]
        if adstock.kind == "none":
            found.append(raw)
            continue
        q = {name: values[..., [k]] for name, values, k in _event_parameters(p, s, i)}
        ahead = 0.0 * raw[:, 0][:, None] * np.ones((1, adstock.max_lag, 1))
        weights = adstock_weights(adstock.kind, q, adstock.max_lag, xp)
        found.append(convolve(raw, weights, ahead, adstock.max_lag, xp))
    if len(found) == 1:
        return found[0]
    like = max(found, key=lambda value: value.ndim)
    return xp.concatenate([value + xp.zeros_like(like) for value in found], axis=-3)


def _event_parameters(p: Parameters, s: Structure, event: int) -> Iterator[tuple[str, Tensor, int]]:
    for name in ADSTOCK_PARAMETERS[s.event_adstock[event].kind]:
        having = [i for i, a in enumerate(s.event_adstock) if name in ADSTOCK_PARAMETERS[a.kind]]
        yield name, p[f"event_{name}"], having.index(event)
