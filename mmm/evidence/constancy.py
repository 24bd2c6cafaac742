"""Whether an effect keeps its size over time, and on how many weeks it rests.

Drift: the lever's contribution times time, from -1 to 1, as one more column; its two-sided p-value.
Halves: the contribution of each half of the weeks as a column of its own.

Weeks: the effective number of weeks (participation ratio; Kish, 1965, Survey sampling, 11.7)

    n = (sum_t w_t)^2 / sum_t w_t^2        w_t: squared movement of the lever beside all others
"""

from typing import NamedTuple

import numpy as np

from mmm.causal.least_squares import residuals
from mmm.evidence.linear_view import LinearView
from mmm.posterior.evidence import HalfOfWindow


class Drift(NamedTuple):
    """The p-value of a constant effect, and its strength in each half of the weeks."""

    p_value: float
    halves: tuple[HalfOfWindow, HalfOfWindow]


def drift(view: LinearView, lever: str) -> Drift | None:
    """Drift of the effect of ``lever``; None where the other columns explain a half of it."""
    effect = view.mean_effect(lever)
    time = np.linspace(-1.0, 1.0, len(view.weeks))[view.week]
    trend = view.added(effect * time)
    if not trend.se > 0.0:
        return None
    late = time >= 0.0
    own = np.column_stack([np.where(late, 0.0, effect), np.where(late, effect, 0.0)])
    others = view.columns[:, [name != lever for name in view.names]]
    target = np.column_stack([own, view.regressions.kpi])
    left, _ = residuals(others, target)
    halves, kpi = left[:, :2], left[:, 2]
    size = halves.T @ halves
    if np.linalg.matrix_rank(size) < 2:
        return None
    strength = np.linalg.solve(size, halves.T @ kpi)
    residual = kpi - halves @ strength
    variance = residual @ residual / max(view.freedom - 1, 1)
    errors = np.sqrt(np.diag(np.linalg.inv(size)) * variance)
    first, second = (
        HalfOfWindow(strength=float(value), se=float(se))
        for value, se in zip(strength, errors, strict=True)
    )
    return Drift(view.p_value(trend), (first, second))


def effective_weeks(view: LinearView, lever: str) -> float:
    """How many weeks the effect of ``lever`` rests on."""
    weight = view.by_week(view.beside_others(lever) ** 2)
    squares = float(weight @ weight)
    return float(weight.sum()) ** 2 / squares if squares > 0.0 else 0.0
