"""Scaled inputs of the equations, from variables in natural units and the date basis."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmm.data.scales import Scales
from mmm.spec.structure import Structure
from mmm.types import Namespace, Tensor


@dataclass(frozen=True)
class Inputs:
    """Scaled inputs of the equations, without draw dimensions.

    ``exposure (medium, week, geo)``, ``before (medium, 1, geo)`` of each week ahead, ``frequency
    (medium, week, geo)``; ``log_price (week, geo)``, ``log_rival_price (priced_rival, week,
    geo)``; ``control (control, week, geo)`` standardised; ``event (event, week, geo)``;
    ``mediator_factor``, ``mediator_shift (mediator, week, geo)`` of the standardised value;
    ``product (product, 1, geo)`` indicators; ``basis`` as in ``timeline.date_basis``.
    """

    exposure: Tensor
    before: Tensor
    frequency: Tensor
    log_price: Tensor
    log_rival_price: Tensor
    control: Tensor
    event: Tensor
    mediator_factor: Tensor
    mediator_shift: Tensor
    product: Tensor
    basis: Mapping[str, Tensor]


def scaled_inputs(
    variables: Mapping[str, Tensor],
    basis: Mapping[str, Tensor],
    scales: Scales,
    s: Structure,
    xp: Namespace,
) -> Inputs:
    """Inputs from the arrays of ``timeline.Variables`` and the date basis."""
    own = variables["spend"] / variables["unit_cost"]
    exposure = xp.concatenate([own, variables["rival_spend"]], axis=-1).transpose(2, 0, 1)
    exposure = exposure / scales.exposure[:, None, :]
    before = (scales.before / scales.exposure)[:, None, :]
    contacts = xp.concatenate(
        [variables["frequency"], xp.ones_like(variables["rival_spend"])], axis=-1
    ).transpose(2, 0, 1)
    if s.paths:
        rows = [*s.sources]
        exposure, before, contacts = exposure[rows], before[rows], contacts[rows]
    rival_price = variables["rival_price"] / scales.rival_price_ref
    control = (variables["controls"] - scales.control_mean) / scales.control_sd
    factor = variables["mediator_factor"]
    moved = factor * scales.mediator_mean + variables["mediator_shift"] - scales.mediator_mean
    return Inputs(
        exposure=exposure,
        before=before,
        frequency=contacts,
        log_price=xp.log(variables["price"] / scales.price_ref),
        log_rival_price=xp.log(rival_price).transpose(2, 0, 1),
        control=control.transpose(2, 0, 1),
        event=(variables["events"] / scales.event_size).transpose(2, 0, 1),
        mediator_factor=factor.transpose(2, 0, 1),
        mediator_shift=(moved / scales.mediator_sd).transpose(2, 0, 1),
        product=product_indicators(scales),
        basis=basis,
    )


def product_indicators(scales: Scales) -> Tensor:
    """(product, 1, geo) one where a geo belongs to the product; no rows without products."""
    if not len(scales.product):
        return np.zeros((0, 1, len(scales.geo_weight)))
    names = np.unique(scales.product)
    return (names[:, None] == scales.product).astype(np.float64)[:, None, :]
