"""Channel curves on a horizon as functions of the spend of its cells.

With fixed week shares, the adstocked exposure of every week is affine in a cell's total, so the
carry-in and the carryover of one unit are computed once for all draws, and a plan costs one
evaluation of the curves. A channel that acts through a mediator has a curve for that path, weighted
by the value of the mediator's effect from that week on. Consecutive weeks of equal exposure are
merged, their weights added up. ``build_curves`` makes them; they are valid where the KPI is a sum
of such curves (``is_separable``). Where weeks are decided, ``week_curves`` has the curves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from mmm.equations.transforms import SATURATION_DERIVATIVE, value_and_slope
from mmm.plan.curve_form import CurveForm, curve_slope, curve_value
from mmm.spec.medium import MediaGroup
from mmm.types import Array, IndexArray, Parameters


def steepest_point(kind: str, p: Parameters) -> tuple[Array, Array]:
    """(..., 1, 1) exposure at which the curve is steepest, and its slope there.

    All curves except Hill's are concave, and so steepest at 0. Hill's slope rises up to its
    inflection point k ((s - 1) / (s + 1))^(1/s) and falls after it; for s <= 1 there is none. An
    unbounded slope at 0 is infinite.
    """
    if kind != "hill":
        start = np.zeros((1, 1))
        slope = SATURATION_DERIVATIVE[kind](start, p, np)
        return np.zeros_like(slope), np.full_like(slope, np.inf) if kind == "power" else slope
    half, exponent = p["saturation_half"][..., None, None], p["saturation_slope"][..., None, None]
    rising = exponent > 1.0
    power = np.where(rising, exponent, 2.0)
    inflection = np.where(rising, half * ((power - 1.0) / (power + 1.0)) ** (1.0 / power), 0.0)
    return inflection, np.where(rising, SATURATION_DERIVATIVE[kind](inflection, p, np), np.inf)


def steepness_range(
    low: Array, high: Array, slopes: tuple[Array, Array], peak: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Least and largest slope on [low, high], 0 <= low <= high, given the ``slopes`` at both ends
    and the curve's ``peak`` (``steepest_point``)."""
    (at_low, at_high), (place, top) = slopes, peak
    start = at_low if low.min() > 0.0 else np.where((low > 0.0) | (place > 0.0), at_low, top)
    least = np.minimum(start, at_high)
    return least, np.where(place < low, at_low, np.where(place > high, at_high, top))


ObjectiveUnit = Literal["value", "kpi"]


@dataclass(frozen=True)
class PlanCurves:
    """One group of media on the weeks of the horizon and its carryover after it.

    ``cells (member, geo)``: the cell that decides the total. ``carry_in`` and ``unit (draw, member,
    week, geo)``: adstocked exposure = carry_in + total * unit; ``weight (draw, member, week,
    geo)``: value of one unit of the curve; ``carry_in_value (draw, member, geo)``: value of the
    carry-in alone. ``form``: of the curves beyond the region that data support; None: as fitted.
    """

    group: MediaGroup
    cells: IndexArray
    parameters: Mapping[str, Array]
    carry_in: Array
    unit: Array
    weight: Array
    carry_in_value: Array
    form: CurveForm | None = None

    def value(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)`` over that of the carry-in alone."""
        kind = self.group.saturation
        curve = curve_value(kind, self.exposure(spend), self.parameters, self.form)
        total: Array = np.einsum("smtg,smtg->s", self.weight, curve)
        return total - self.carry_in_value.sum((1, 2))

    def add_slope(self, spend: Array, slopes: Array) -> None:
        """Add the derivative of ``value`` to ``slopes (cell, draw)``."""
        kind = self.group.saturation
        rise = curve_slope(kind, self.exposure(spend), self.parameters, self.form)
        change = np.einsum("smtg,smtg,smtg->mgs", self.weight, rise, self.unit)
        np.add.at(slopes, self.cells.ravel(), change.reshape(-1, change.shape[-1]))

    def of_cell(self, cell: int, total: float) -> tuple[Array, Array]:
        """(draw,) value of one cell at this total over no spend in it, and its derivative."""
        value, slope = np.zeros((2, self.weight.shape[0]))
        for part in self._parts[cell]:
            exposure = part.carry_in + total * part.unit
            curve, rise = part.value_and_slope(self.group.saturation, exposure)
            part_value = np.einsum("stg,stg->s", part.weight, curve + 0.0 * part.weight)
            value += part_value - part.carry_in_value
            slope += np.einsum("stg,stg,stg->s", part.weight, rise, part.unit)
        return value, slope

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) bounds of one cell's slope between neighbours of rising ``levels``."""
        kind, derivative = self.group.saturation, SATURATION_DERIVATIVE[self.group.saturation]
        least, most = np.zeros((2, self.weight.shape[0], levels.size - 1))
        for part in self._parts[cell]:
            weight, peak = part.weight * part.unit, steepest_point(kind, part.parameters)
            bounds = _positive_slope_sums if weight.min() > 0.0 else _slope_sums
            exposures = (part.carry_in + level * part.unit for level in levels)
            points = ((x, derivative(x, part.parameters, np)) for x in exposures)
            for i, ((low, at_low), (high, at_high)) in enumerate(pairwise(points)):
                slopes = steepness_range(low, high, (at_low, at_high), peak)
                if part.form is not None:
                    factors = part.form.factor_range(low, high)
                    slopes = (slopes[0] * factors[0], slopes[1] * factors[1])
                lower, upper = bounds(weight, slopes)
                least[:, i] += lower
                most[:, i] += upper
        return least, most

    def exposure(self, spend: Array) -> Array:
        """(draw, member, week, geo) adstocked exposure at ``spend (cell,)``."""
        return self.carry_in + spend[self.cells][:, None, :] * self.unit

    @cached_property
    def _parts(self) -> Mapping[int, tuple["_Part", ...]]:
        """The parts of each cell, one for each member of the group that it spends on."""
        return defaultdict(
            tuple,
            {cell: tuple(self._parts_of(cell)) for cell in map(int, np.unique(self.cells))},
        )

    def _parts_of(self, cell: int) -> Iterator["_Part"]:
        for member, owners in enumerate(self.cells):
            geos = owners == cell
            if not geos.any():
                continue
            where: slice | Array = slice(None) if geos.all() else geos
            carry_in = self.carry_in[..., member, :, :]
            yield _Part(
                parameters={name: values[:, member] for name, values in self.parameters.items()},
                carry_in=carry_in if carry_in.shape[-1] == 1 else carry_in[..., where],
                unit=self.unit[:, member][..., where],
                weight=self.weight[:, member][..., where],
                carry_in_value=self.carry_in_value[:, member][..., where].sum(-1),
                form=None if self.form is None else self.form.part(member, where),
            )


@dataclass(frozen=True)
class _Part:
    """One member of the group in the geos of one cell; arrays are (draw, week, geo), but
    ``carry_in_value (draw,)``."""

    parameters: Mapping[str, Array]
    carry_in: Array
    unit: Array
    weight: Array
    carry_in_value: Array
    form: CurveForm | None

    def value_and_slope(self, kind: str, exposure: Array) -> tuple[Array, Array]:
        """The curve and its derivative at ``exposure``."""
        if self.form is None or not self.form.is_beyond(exposure):
            return value_and_slope(kind, exposure, self.parameters)
        return (
            self.form.value(kind, exposure, self.parameters),
            self.form.slope(kind, exposure, self.parameters),
        )


def _positive_slope_sums(weight: Array, slopes: tuple[Array, Array]) -> tuple[Array, Array]:
    """(draw,) sums over weeks and geos of positive ``weight`` times both bounds ``slopes``."""
    least, most = (np.einsum("stg,stg->s", weight, slope) for slope in slopes)
    return least, most


def _slope_sums(weight: Array, slopes: tuple[Array, Array]) -> tuple[Array, Array]:
    """(draw,) bounds of the same sum for any ``weight``; a zero weight adds zero even for an
    infinite slope."""
    acts = weight != 0.0
    bounds = [np.where(acts, weight, 1.0) * slope for slope in slopes]
    low, high = np.minimum(*bounds), np.maximum(*bounds)
    return np.where(acts, low, 0.0).sum((1, 2)), np.where(acts, high, 0.0).sum((1, 2))
