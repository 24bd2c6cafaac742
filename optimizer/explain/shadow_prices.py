"""The binding limits of a plan and their shadow prices.

At the best plan the slope of the measure is a combination of the normals of the limits it meets,

    d rho / d spend = sum_i m_i a_i,      m_i >= 0 for a_i the outward normal of an inequality,

so the multipliers m follow by least squares; each is the shadow price of its limit. Limits on
several cells get theirs from the cells that no limit of their own holds, so that a steep slope at a
bound is no price of the budget; what is left of a held cell's slope is the price of its own limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.allocation import BindingLimit
from optimizer.conditions.condition import Condition
from optimizer.constraints.linear_program import multipliers
from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import BoolArray, FloatArray

_MEETS = 1e-6
_NEGLIGIBLE = 1e-6
_NEAR = 0.02


def binding_limits(
    system: LinearSystem,
    spend: FloatArray,
    slope: FloatArray,
    conditions: Sequence[Condition] = (),
) -> tuple[BindingLimit, ...]:
    """The limits that spend (cell,) meets and that have a price, the highest first.

    slope: (cell,), of the measure by spend (`marginal.py`).
    conditions: conditions that are not linear.
    Inequalities without a price are left out.
    """
    met = [
        *_limits_met(system, spend),
        *_zeros_met(system, spend),
        *_conditions_met(conditions, spend),
    ]
    if not met:
        return ()
    size = [float(np.abs(item.normal).max()) or 1.0 for item in met]
    normals = np.array([item.normal / s for item, s in zip(met, size, strict=True)])
    equal = np.array([item.equality for item in met])
    prices = _prices(normals, slope, equal)
    least = _NEGLIGIBLE * float(np.abs(slope).max(initial=0.0))
    bindings = [
        BindingLimit(item.label, item.pointer, float(price) / (s * item.unit))
        for item, price, s in zip(met, prices, size, strict=True)
        if item.equality or price > least
    ]
    return tuple(sorted(bindings, key=lambda item: -abs(item.shadow_price)))


def _prices(normals: FloatArray, slope: FloatArray, equal: BoolArray) -> FloatArray:
    """(limit,): the multipliers, of limits on several cells first; normals (limit, cell)."""
    alone = np.count_nonzero(normals, axis=1) == 1
    held = (normals[alone] != 0.0).any(axis=0)
    joint = normals[~alone][:, ~held]
    if not joint.any(axis=1).all():
        return multipliers(normals, slope, equal)
    prices = np.zeros(len(normals))
    if joint.size:
        prices[~alone] = multipliers(joint, slope[~held], equal[~alone])
    left = slope - prices @ normals
    for position in np.flatnonzero(alone).tolist():
        cell = int(np.flatnonzero(normals[position])[0])
        price = left[cell] / normals[position, cell]
        prices[position] = price if equal[position] else max(price, 0.0)
        left[cell] -= prices[position] * normals[position, cell]
    return prices


@dataclass(frozen=True, eq=False)
class _MetLimit:
    """A limit that the plan meets: normal (cell,), outward; unit: stated amount per unit of row."""

    label: str
    pointer: str | None
    normal: FloatArray
    equality: bool
    unit: float = 1.0


def _limits_met(system: LinearSystem, spend: FloatArray) -> list[_MetLimit]:
    slack = _MEETS * system.scale
    met: list[_MetLimit] = []
    for limit in system.tightest:
        value = limit.row.at(spend)
        if limit.is_equality or value >= limit.upper - slack:
            outward = 1.0
        elif value <= limit.lower + slack:
            outward = -1.0
        else:
            continue
        normal = outward * limit.row.dense(spend.size)
        met.append(_MetLimit(limit.label, limit.pointer, normal, limit.is_equality, limit.unit))
    return met


def _zeros_met(system: LinearSystem, spend: FloatArray) -> list[_MetLimit]:
    """Cells at the natural minimum of 0, unless a limit already keeps them there."""
    slack, eye = _MEETS * system.scale, np.eye(spend.size)
    said = {x.cell for x in system.limits if x.cell is not None and max(x.lower, -x.upper) >= 0}
    return [
        _MetLimit(f"the minimum of 0 for {name}", None, -eye[cell], False)
        for cell, name in enumerate(system.names)
        if spend[cell] <= slack and cell not in said
    ]


def _conditions_met(conditions: Sequence[Condition], spend: FloatArray) -> list[_MetLimit]:
    """Conditions whose level is 0 up to a small share of the draws' standard deviation."""
    met: list[_MetLimit] = []
    for condition in conditions:
        if condition.by_limits:
            continue
        draws = condition.gain.draws(spend)
        spread = float(draws.std())
        level = condition.measure.evaluate(draws, _NEAR * spread)
        if abs(level.value) <= 2 * _NEAR * spread:
            normal = -(level.weights @ condition.gain.slope(spend))
            met.append(
                _MetLimit(condition.stated.label, condition.stated.pointer, normal, equality=False)
            )
    return met
