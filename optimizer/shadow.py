"""Which limits hold the plan back, and what a unit of each is worth.

At the best plan the slope of the measure is a combination of the normals of the limits it meets,

    d rho / d spend = sum_i m_i a_i,      m_i >= 0 for a_i the outward normal of an inequality,

so the multipliers m follow by least squares; each is the shadow price of its limit.
"""

import numpy as np

from optimizer.allocation import Binding
from optimizer.constraints import LinearSystem
from optimizer.linear import multipliers
from optimizer.response import FloatArray

_MEETS = 1e-6
_NEGLIGIBLE = 1e-6


def binding_limits(
    system: LinearSystem, spend: FloatArray, slope: FloatArray
) -> tuple[Binding, ...]:
    """The limits that spend (cell,) meets and that matter, dearest first.

    slope: (cell,), derivative of the measure by spend. Inequalities without a price are left out.
    """
    met = [*_limits_met(system, spend), *_zeros_met(system, spend)]
    if not met:
        return ()
    normals = np.array([normal for _, _, normal, _ in met])
    equal = np.array([equality for _, _, _, equality in met])
    prices = multipliers(normals, slope, equal)
    least = _NEGLIGIBLE * float(np.abs(slope).max(initial=0.0))
    bindings = [
        Binding(label, pointer, float(price))
        for (label, pointer, _, equality), price in zip(met, prices, strict=True)
        if equality or price > least
    ]
    return tuple(sorted(bindings, key=lambda item: -abs(item.shadow_price)))


type _Met = tuple[str, str | None, FloatArray, bool]


def _limits_met(system: LinearSystem, spend: FloatArray) -> list[_Met]:
    slack = _MEETS * system.scale
    met: list[_Met] = []
    for limit in system.limits:
        value, normal = float(limit.coefficients @ spend), limit.coefficients
        if limit.lower == limit.upper:
            met.append((limit.label, limit.pointer, normal, True))
        elif value >= limit.upper - slack:
            met.append((limit.label, limit.pointer, normal, False))
        elif value <= limit.lower + slack:
            met.append((limit.label, limit.pointer, -normal, False))
    return met


def _zeros_met(system: LinearSystem, spend: FloatArray) -> list[_Met]:
    """Cells at the natural minimum of 0, unless a limit already says so."""
    slack, eye = _MEETS * system.scale, np.eye(spend.size)
    said = {x.cell for x in system.limits if x.cell is not None and max(x.lower, -x.upper) >= 0}
    return [
        (f"the minimum of 0 for {name}", None, -eye[cell], False)
        for cell, name in enumerate(system.names)
        if spend[cell] <= slack and cell not in said
    ]
