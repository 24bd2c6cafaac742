"""How strong a hidden confounder must be to overturn an effect: its tipping point.

Cinelli and Hazlett (2020), Making sense of sensitivity: extending omitted variable bias. A
confounder Z that is omitted from the regression of the KPI Y on an effect's regressor D and the
held columns X shifts the coefficient of D by

    |bias| / |coefficient| = sqrt(r_y * r_d / (1 - r_d)) / f

    r_d = partial R2 of Z with D given X       -> with_lever    f = |coefficient| * sd(D | X)
    r_y = partial R2 of Z with Y given X and D -> with_kpi          / sd(Y | X, D)

This is exact for least squares. With r_y = r_d = r it removes the share q of the coefficient at

    r = (sqrt(g^4 + 4 g^2) - g^2) / 2,  g = q f        the robustness value

Here D is the effect's own contribution at the posterior mean, week by week, so its coefficient is
one; its s.d. given X and the residual s.d. are those of the model's own terms
(``effect_regression``). A prior on the effect makes it harder to move than this says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mmm.causal.graph_answer import Benchmark, TippingPoint
from mmm.causal.least_squares import SumsOfSquares
from mmm.types import Array

TINY = 1e-12
EXPLAINED = 1e-10
"""A lever of which less is left beside the held columns is explained by them."""

REGRESSOR, MOVES, TARGET = "the lever's effect", "the lever's movement", "the kpi itself"
"""Names of the targets of the regressions, which no series has."""

CHANCE = 0.01
"""A held series counts as linked to a lever where chance alone would show as much less often."""


LEVEL = "level"
"""The held block of levels, one for each geo; no confounder can resemble it."""


@dataclass(frozen=True)
class EffectRegression:
    """One effect as a linear regression around the posterior mean; a cell is a week of a geo.

    ``regressor (cell,)``: contribution of the lever to the KPI. ``moves (cell,)``: the same, or
    another function of the lever that varies with it alone. ``kpi (cell,)``, ``residual (cell,)``:
    observed, and less the fitted mean, both in units of the regressor. ``held``: blocks of columns
    (column, cell) by name. ``strength (draw,)``: the effect as a multiple of its posterior mean.
    """

    regressor: Array
    moves: Array
    kpi: Array
    residual: Array
    held: Mapping[str, Array]
    strength: Array


def tipping_point(
    name: str, regression: EffectRegression, roi: float | None = None
) -> TippingPoint | None:
    """Tipping point of the effect of ``name``; None where the lever does not move the KPI."""
    sums = SumsOfSquares(
        regression.held,
        {REGRESSOR: regression.regressor, MOVES: regression.moves, TARGET: regression.kpi},
    )
    own = sums.unexplained(REGRESSOR, regression.held)
    noise, size = np.sum(regression.residual**2), np.sum(regression.regressor**2)
    if not own > EXPLAINED * max(size, TINY) or not noise > 0.0:
        return None
    f = float(np.sqrt(own / noise))
    strength = regression.strength
    mean, low = float(strength.mean()), float(np.quantile(strength, 0.05))
    low_share = max(low / mean, 0.0) if mean > 0.0 else 0.0
    benchmark = _strongest_benchmark(regression, sums, f)
    to_zero = robustness_value(f)
    return TippingPoint(
        to_zero=to_zero,
        interval_to_zero=robustness_value(low_share * f),
        roi_to_one=robustness_value((1.0 - 1.0 / roi) * f) if roi is not None and roi > 1 else None,
        alone=f**2 / (1.0 + f**2),
        benchmark=benchmark,
        summary=_summary(name, to_zero, benchmark),
    )


def robustness_value(f: float) -> float:
    """The partial R2 with lever and KPI alike that removes a coefficient of partial Cohen's f."""
    return float(np.sqrt(f**4 + 4.0 * f**2) - f**2) / 2.0


def share_of_effect(f: float, with_lever: float, with_kpi: float) -> float:
    """Share of the effect that a confounder with these partial R2 accounts for; may exceed one."""
    if with_lever >= 1.0:
        return float("inf") if with_kpi > 0.0 else 0.0
    return float(np.sqrt(with_kpi * with_lever / (1.0 - with_lever)) / f)


def _strongest_benchmark(
    regression: EffectRegression, sums: SumsOfSquares, f: float
) -> Benchmark | None:
    """The held block whose equal would shift the effect most.

    None where none would shift it, or where there are fewer than two cells for each column.
    """
    columns = sum(len(block) for block in regression.held.values())
    if columns + 2 > regression.kpi.size // 2:
        return None
    benchmarks = [
        _benchmark(regression, sums, name, f) for name in regression.held if name != LEVEL
    ]
    return max(
        (item for item in benchmarks if item.would_take > 0.0),
        key=lambda item: item.would_take,
        default=None,
    )


def _benchmark(regression: EffectRegression, sums: SumsOfSquares, name: str, f: float) -> Benchmark:
    """A confounder as strong as the block ``name`` (Cinelli and Hazlett, section 4.4, k = 1)."""
    part = _PartialR2(regression, sums, name)
    lever = part.adjusted(MOVES) if part.linked(MOVES) else 0.0
    kpi = part.adjusted(TARGET, REGRESSOR)
    with_lever = min(lever / max(1.0 - lever, TINY), 1.0)
    between = min(lever**2 / max((1.0 - with_lever) * (1.0 - lever), TINY), 1.0)
    eta = (1.0 + np.sqrt(between)) / np.sqrt(max(1.0 - between, TINY))
    with_kpi = min(float(eta**2) * kpi / max(1.0 - kpi, TINY), 1.0)
    return Benchmark(
        name=name,
        with_lever=lever,
        with_kpi=kpi,
        would_take=min(share_of_effect(f, min(with_lever, 1.0 - TINY), with_kpi), 1.0 / TINY),
    )


class _PartialR2:
    """How much the block ``name`` explains of a target beside all other held blocks."""

    def __init__(self, regression: EffectRegression, sums: SumsOfSquares, name: str) -> None:
        self._sums, self._name = sums, name
        self._others = [other for other in regression.held if other != name]
        self._columns = {each: len(block) for each, block in regression.held.items()}
        self._cells = regression.kpi.size

    def adjusted(self, target: str, *beside: str) -> float:
        """The adjusted partial R2, the targets ``beside`` being held too."""
        before, after = self._before_and_after(target, *beside)
        held = sum(self._columns[other] for other in self._others) + len(beside)
        before /= self._cells - held
        after /= self._cells - held - self._columns[self._name]
        return max(1.0 - after / before, 0.0) if before > 0.0 else 0.0

    def linked(self, target: str) -> bool:
        """Whether the block explains the target by more than chance (F test)."""
        before, after = self._before_and_after(target)
        columns = self._columns[self._name]
        freedom = self._cells - sum(self._columns.values())
        if freedom < 1 or not after > 0.0:
            return before > 0.0
        f = (before - after) / columns / (after / freedom)
        return bool(stats.f.sf(f, columns, freedom) < CHANCE)

    def _before_and_after(self, target: str, *beside: str) -> tuple[float, float]:
        others = [*self._others, *beside]
        with_block = [*others, self._name]
        return (
            self._sums.unexplained(target, others),
            self._sums.unexplained(target, with_block),
        )


def _summary(name: str, to_zero: float, benchmark: Benchmark | None) -> str:
    text = (
        f"A hidden confounder would have to explain {to_zero:.0%} of the residual variation of "
        f"both {name} and the KPI to account for the whole effect"
    )
    if benchmark is None:
        return text + "."
    part = "all of it" if benchmark.would_take >= 1.0 else f"{benchmark.would_take:.0%} of it"
    return f"{text}; one as strong as {benchmark.name} would account for {part}."
