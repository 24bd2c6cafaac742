"""The terms of the mean that are linear in their coefficients: basis values for each coefficient.

The same values give the fitted mean (``weighted_sum``) and the design of the collapsed posterior.
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

BASELINE_PARTS = {
    "product_level": "level",
    "trend": "trend",
    "changepoint": "trend",
    "smooth": "trend",
    "walk": "trend",
    "season": "season",
    "holiday": "holidays",
    "event_effect": "events",
}
"""Linear terms of the baseline -> the part of the baseline that each belongs to."""


@dataclass(frozen=True)
class LinearTerm:
    """The ``values (..., coefficient, week, geo or 1)`` that the coefficients ``name`` multiply.

    ``scaled_by_price`` says whether the price factor multiplies the term.
    """

    name: str
    values: Tensor
    scaled_by_price: bool = True


def linear_terms(
    p: Parameters, d: Inputs, s: Structure, states: Tensor, xp: Namespace
) -> Iterator[LinearTerm]:
    """Every linear term except the level, of which each geo has its own."""
    if d.product.shape[0]:
        yield LinearTerm("product_level", d.product)
    if s.trend != "none":
        yield LinearTerm("trend", d.basis["trend"][None, :, None])
    if s.trend == "piecewise":
        yield LinearTerm("changepoint", d.basis["changepoint"][..., None])
    if s.trend == "smooth":
        yield LinearTerm("smooth", d.basis["smooth"][..., None])
    if s.trend == "random_walk":
        yield LinearTerm("walk", d.basis["walk"][..., None])
    if s.yearly:
        yield LinearTerm("season", d.basis["season"][..., None])
    if s.has_holidays:
        yield LinearTerm("holiday", d.basis["holiday"][..., None])
    if s.events:
        yield LinearTerm("event_effect", carried_over_events(p, d, s, xp))
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    if acting:
        values = [lagged(states[..., i, :, :], s.mediator_lag[i] or 0, xp) for i in acting]
        yield LinearTerm(
            "mediator_effect", xp.stack(values, axis=-3), scaled_by_price=s.price_acts_on_all
        )
    if s.acting_controls:
        every = len(s.acting_controls) == len(s.controls)
        values = d.control if every else d.control[[*s.acting_controls]]
        yield LinearTerm("control_effect", values, scaled_by_price=False)


def weighted_sum(coefficients: Tensor, term: LinearTerm) -> Tensor:
    """(..., week, geo or 1) sum of the term over its ``coefficients (..., coefficient)``."""
    return (coefficients[..., :, None, None] * term.values).sum(-3)


def carried_over_events(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., event, week, geo) events with their carryover; there are none before the first week."""
    events = []
    for i, adstock in enumerate(s.event_adstock):
        raw = d.event[i][None]
        if adstock.kind == "none":
            events.append(raw)
            continue
        q = {name: values[..., [k]] for name, values, k in _event_parameters(p, s, i)}
        before = 0.0 * raw[:, 0][:, None] * np.ones((1, adstock.max_lag, 1))
        weights = adstock_weights(adstock.kind, q, adstock.max_lag, xp)
        events.append(convolve(raw, weights, before, adstock.max_lag, xp))
    if len(events) == 1:
        return events[0]
    like = max(events, key=lambda value: value.ndim)
    return xp.concatenate([value + xp.zeros_like(like) for value in events], axis=-3)


def _event_parameters(p: Parameters, s: Structure, event: int) -> Iterator[tuple[str, Tensor, int]]:
    """Each adstock parameter of an event: name, the vector that holds it, its position there."""
    for name in ADSTOCK_PARAMETERS[s.event_adstock[event].kind]:
        owners = [i for i, a in enumerate(s.event_adstock) if name in ADSTOCK_PARAMETERS[a.kind]]
        yield name, p[f"event_{name}"], owners.index(event)
