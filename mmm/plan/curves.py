"""Channel curves on a horizon as functions of what its cells spend.

Week shares fixed, the adstocked exposure of every week is affine in a cell's total, so carry-in
and the carryover of one unit are computed once for all draws and every plan costs one curve. A
channel that acts through a mediator has a curve for that path, weighted by what the mediator brings
from its week on. Weeks that follow each other with equal exposure are one, their weights added up.
Made in ``plan_groups``, valid where the kpi is a sum of such curves (``separable``). Where weeks
are decided, ``plan_weeks`` has the curves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from mmm.equations.transforms import SATURATION, SATURATION_DERIVATIVE, value_and_slope
from mmm.spec.medium import MediaGroup
from mmm.types import Array, IndexArray, Parameters


def steepest(kind: str, p: Parameters) -> tuple[Array, Array]:
    """(..., 1, 1) exposure at which the curve is steepest, and its slope there.

    All curves but Hill's are concave: steepest at 0. Hill's slope rises up to
    k ((s - 1) / (s + 1))^(1/s), its inflection, and falls after it; it has none for s <= 1. A slope
    without bound at 0 is infinite.
    """
    if kind != "hill":
        start = np.zeros((1, 1))
        slope = SATURATION_DERIVATIVE[kind](start, p, np)
        return np.zeros_like(slope), np.full_like(slope, np.inf) if kind == "power" else slope
    half, exponent = p["saturation_half"][..., None, None], p["saturation_slope"][..., None, None]
    rising = exponent > 1.0
    power = np.where(rising, exponent, 2.0)
    at = np.where(rising, half * ((power - 1.0) / (power + 1.0)) ** (1.0 / power), 0.0)
    return at, np.where(rising, SATURATION_DERIVATIVE[kind](at, p, np), np.inf)


def steepness_range(
    low: Array, high: Array, slopes: tuple[Array, Array], peak: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Least and largest slope on [low, high], 0 <= low <= high, given the ``slopes`` at both and
    the curve's ``peak`` (``steepest``)."""
    (at_low, at_high), (place, top) = slopes, peak
    start = at_low if low.min() > 0.0 else np.where((low > 0.0) | (place > 0.0), at_low, top)
    least = np.minimum(start, at_high)
    return least, np.where(place < low, at_low, np.where(place > high, at_high, top))


On = Literal["value", "kpi"]


@dataclass(frozen=True)
class PlanCurves:
    """One group of media on the weeks of the horizon and its carry-out.

    ``cells (member, geo)``: whose total it is. ``carry`` and ``unit (draw, member, week, geo)``:
    adstocked exposure = carry + total * unit; ``weight (draw, member, week, geo)``: value of one
    unit of the curve; ``at_carry (draw, member, geo)``: the value earned by carry-in alone.
    """

    group: MediaGroup
    cells: IndexArray
    parameters: Mapping[str, Array]
    carry: Array
    unit: Array
    weight: Array
    at_carry: Array

    def value(self, spend: Array) -> Array:
        """(draw,) earned over the carry-in alone at ``spend (cell,)``."""
        curve = SATURATION[self.group.saturation](self._exposure(spend), self.parameters, np)
        earned: Array = np.einsum("smtg,smtg->s", self.weight, curve)
        return earned - self.at_carry.sum((1, 2))

    def add_slope(self, spend: Array, slopes: Array) -> None:
        """Add the derivative of ``value`` to ``slopes (cell, draw)``."""
        derivative = SATURATION_DERIVATIVE[self.group.saturation]
        steep = derivative(self._exposure(spend), self.parameters, np)
        change = np.einsum("smtg,smtg,smtg->mgs", self.weight, steep, self.unit)
        np.add.at(slopes, self.cells.ravel(), change.reshape(-1, change.shape[-1]))

    def of_cell(self, cell: int, total: float) -> tuple[Array, Array]:
        """(draw,) of one cell: ``value`` over no spend at this total, and its derivative."""
        value, slope = np.zeros((2, self.weight.shape[0]))
        for part in self._parts[cell]:
            exposure = part.carry + total * part.unit
            curve, steep = value_and_slope(self.group.saturation, exposure, part.parameters)
            earned = np.einsum("stg,stg->s", part.weight, curve + 0.0 * part.weight)
            value += earned - part.at_carry
            slope += np.einsum("stg,stg,stg->s", part.weight, steep, part.unit)
        return value, slope

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) bounds of one cell's slope between neighbours of rising ``levels``."""
        kind, derivative = self.group.saturation, SATURATION_DERIVATIVE[self.group.saturation]
        least, most = np.zeros((2, self.weight.shape[0], levels.size - 1))
        for part in self._parts[cell]:
            worth, peak = part.weight * part.unit, steepest(kind, part.parameters)
            summed = _sums_of_positive if worth.min() > 0.0 else _least_and_most_sums
            exposures = (part.carry + level * part.unit for level in levels)
            points = ((x, derivative(x, part.parameters, np)) for x in exposures)
            for i, ((low, at_low), (high, at_high)) in enumerate(pairwise(points)):
                sides = steepness_range(low, high, (at_low, at_high), peak)
                lower, upper = summed(worth, sides)
                least[:, i] += lower
                most[:, i] += upper
        return least, most

    def _exposure(self, spend: Array) -> Array:
        return self.carry + spend[self.cells][:, None, :] * self.unit

    @cached_property
    def _parts(self) -> Mapping[int, tuple["_Part", ...]]:
        """By cell, what is of it in each member."""
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
            carry = self.carry[..., member, :, :]
            yield _Part(
                parameters={name: values[:, member] for name, values in self.parameters.items()},
                carry=carry if carry.shape[-1] == 1 else carry[..., where],
                unit=self.unit[:, member][..., where],
                weight=self.weight[:, member][..., where],
                at_carry=self.at_carry[:, member][..., where].sum(-1),
            )


@dataclass(frozen=True)
class _Part:
    """One member in the geos of one cell: (draw, week, geo), at_carry (draw,)."""

    parameters: Mapping[str, Array]
    carry: Array
    unit: Array
    weight: Array
    at_carry: Array


def _sums_of_positive(worth: Array, sides: tuple[Array, Array]) -> tuple[Array, Array]:
    """(draw,) sums over weeks and geos of ``worth``, all positive, times least and most slope."""
    least, most = (np.einsum("stg,stg->s", worth, side) for side in sides)
    return least, most


def _least_and_most_sums(worth: Array, sides: tuple[Array, Array]) -> tuple[Array, Array]:
    """The same of any ``worth``; what is worth nothing adds nothing, be the slope infinite."""
    acts = worth != 0.0
    bounds = [np.where(acts, worth, 1.0) * side for side in sides]
    low, high = np.minimum(*bounds), np.maximum(*bounds)
    return np.where(acts, low, 0.0).sum((1, 2)), np.where(acts, high, 0.0).sum((1, 2))
