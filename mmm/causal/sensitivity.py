"""How strong a hidden confounder must be before an effect falls: its tipping point.

Cinelli and Hazlett (2020), Making sense of sensitivity: extending omitted variable bias. Left out
of the regression of the kpi Y on an effect's regressor D and on what is held X, a confounder Z
shifts the coefficient of D by

    |bias| / |coefficient| = sqrt(r_y * r_d / (1 - r_d)) / f

    r_d = partial R2 of Z with D given X       -> with_lever    f = |coefficient| * sd(D | X)
    r_y = partial R2 of Z with Y given X and D -> with_kpi          / sd(Y | X, D)

which is exact for least squares. With r_y = r_d = r it takes away the share q of the coefficient at

    r = (sqrt(g^4 + 4 g^2) - g^2) / 2,  g = q f        the robustness value

Here D is the effect's own contribution at the posterior mean, week by week, so the coefficient is
one; its s.d. given X and the residual s.d. are those of the model's own terms
(``effect_regression``). A prior that holds the effect makes it harder to move than this says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from mmm.interval import Answer
from mmm.types import Array

TINY = 1e-12
LEVEL = "level"
"""The held block of levels, one a geo: no series whose likeness could be left out."""


@dataclass(frozen=True)
class Regression:
    """The linear picture of one effect around the posterior mean; a cell is a week of a geo.

    ``regressor (cell,)``: what the lever adds to the kpi. ``kpi (cell,)`` and ``residual (cell,)``:
    observed, and less the fitted mean, both in units of the regressor. ``held``: blocks of columns
    (column, cell) by name. ``strength (draw,)``: the effect as a multiple of its posterior mean.
    """

    regressor: Array
    kpi: Array
    residual: Array
    held: Mapping[str, Array]
    strength: Array


class Benchmark(Answer):
    """The held series whose likeness, left out, would shift the effect most.

    ``with_lever``, ``with_kpi``: its own partial R2, as above. ``would_take``: share of the effect
    that a hidden confounder exactly as strong would account for.
    """

    name: str
    with_lever: float
    with_kpi: float
    would_take: float


class TippingPoint(Answer):
    """Shares of what is left of the lever and of the kpi, once everything else is held, that a
    hidden confounder must explain, of both alike.

    ``to_zero``: for the mean effect to vanish. ``interval_to_zero``: for the 90 % interval to reach
    zero. ``roi_to_one``: for the mean ROI to fall to one; null where it is not above, or where the
    kpi has no value. ``alone``: of the lever, by one that explains all that is left of the kpi.
    """

    to_zero: float
    interval_to_zero: float
    roi_to_one: float | None
    alone: float
    benchmark: Benchmark | None
    summary: str


def tipping_point(name: str, found: Regression, roi: float | None = None) -> TippingPoint | None:
    """Tipping point of the effect of ``name``; None where the lever does not move the kpi."""
    own, rest = _without(found.regressor, found.held.values()), np.sum(found.residual**2)
    if not np.sum(own**2) > TINY * max(np.sum(found.regressor**2), TINY) or not rest > 0.0:
        return None
    f = float(np.sqrt(np.sum(own**2) / rest))
    mean, low = float(found.strength.mean()), float(np.quantile(found.strength, 0.05))
    kept = max(low / mean, 0.0) if mean > 0.0 else 0.0
    benchmark = _strongest(found, f)
    to_zero = robustness_value(f)
    return TippingPoint(
        to_zero=to_zero,
        interval_to_zero=robustness_value(kept * f),
        roi_to_one=robustness_value((1.0 - 1.0 / roi) * f) if roi is not None and roi > 1 else None,
        alone=f**2 / (1.0 + f**2),
        benchmark=benchmark,
        summary=_summary(name, to_zero, benchmark),
    )


def robustness_value(f: float) -> float:
    """The partial R2, equal on both sides, that takes away a coefficient of partial Cohen's f."""
    return float(np.sqrt(f**4 + 4.0 * f**2) - f**2) / 2.0


def share_of_effect(f: float, with_lever: float, with_kpi: float) -> float:
    """Share of the effect that a confounder of these partial R2 accounts for; may exceed one."""
    if with_lever >= 1.0:
        return float("inf") if with_kpi > 0.0 else 0.0
    return float(np.sqrt(with_kpi * with_lever / (1.0 - with_lever)) / f)


def _strongest(found: Regression, f: float) -> Benchmark | None:
    """The held block whose like would take most; None where none would take anything, or where
    cells do not outnumber the columns two to one."""
    columns = sum(len(block) for block in found.held.values())
    if columns + 2 > found.kpi.size // 2:
        return None
    rows = [_benchmark(found, name, f) for name in found.held if name != LEVEL]
    return max(
        (row for row in rows if row.would_take > 0.0), key=lambda row: row.would_take, default=None
    )


def _benchmark(found: Regression, name: str, f: float) -> Benchmark:
    """A confounder as strong as the block ``name`` (Cinelli and Hazlett, section 4.4, k = 1)."""
    others = [block for other, block in found.held.items() if other != name]
    everything = [*found.held.values()]
    lever = _explained(found.regressor, others, everything)
    with_own = [found.regressor[None], *others]
    kpi = _explained(found.kpi, with_own, [*with_own, found.held[name]])
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


def _explained(target: Array, fewer: list[Array], more: list[Array]) -> float:
    """Partial R2 of what ``more`` holds beyond ``fewer``, less what as much noise would reach."""
    before, after = (_unexplained_variance(target, blocks) for blocks in (fewer, more))
    return max(1.0 - after / before, 0.0) if before > 0.0 else 0.0


def _unexplained_variance(target: Array, blocks: list[Array]) -> float:
    freedom = target.size - sum(len(block) for block in blocks)
    return float(np.sum(_without(target, blocks) ** 2)) / freedom


def _without(target: Array, blocks: Iterable[Array]) -> Array:
    """Residual of ``target (cell,)`` on the columns of ``blocks``."""
    design = np.concatenate(list(blocks)).T
    scale = np.linalg.norm(design, axis=0)
    design = design[:, scale > 0.0] / scale[scale > 0.0]
    return np.asarray(target - design @ np.linalg.lstsq(design, target)[0])


def _summary(name: str, to_zero: float, benchmark: Benchmark | None) -> str:
    text = (
        f"A hidden confounder would have to explain {to_zero:.0%} of what is left of both {name} "
        "and the kpi to account for the whole effect"
    )
    if benchmark is None:
        return text + "."
    part = "all of it" if benchmark.would_take >= 1.0 else f"{benchmark.would_take:.0%} of it"
    return f"{text}; one as strong as {benchmark.name} would account for {part}."
