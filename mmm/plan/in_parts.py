"""A response in parts: each part answers for draws of its own, and they are joined."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from mmm.plan.frame import PlanFrame
from mmm.plan.response import PlanResponse
from mmm.types import Array, IndexArray

type Part = PlanResponse | PlanInParts
type Share = PlanResponse | PlanInShares


@dataclass(frozen=True)
class PlanInParts(PlanFrame):
    """``parts``: responses with the same cells over the same horizon, each of its own draws."""

    parts: tuple[Part, ...]

    @abstractmethod
    def _join(self, values: Sequence[Array]) -> Array:
        """(draw, ...) the ``values`` of the parts, (draw of the part, ...) each."""

    @cached_property
    def concave(self) -> bool:
        """Whether every draw's response is concave in the spend of all cells."""
        return all(part.concave for part in self.parts)

    @property
    def separable(self) -> bool:
        """Whether ``draws`` is a sum over cells of the values of ``curve``."""
        return all(part.separable for part in self.parts)

    @cached_property
    def kpi(self) -> Self:
        """The same response in units of the KPI."""
        return replace(self, on="kpi", unit="kpi units", parts=tuple(p.kpi for p in self.parts))

    @cached_property
    def within_horizon(self) -> Self:
        """The same response without the carryover after the horizon."""
        return replace(self, parts=tuple(part.within_horizon for part in self.parts))

    def going_on_at(self, after: Array) -> Self:
        """The response where own spend after the horizon is ``after (geo, channel)`` per week."""
        parts = tuple(part.going_on_at(after) for part in self.parts)
        return replace(self, after=after, parts=parts)

    def draws(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)``, as ``PlanResponse.draws``."""
        return self._join([part.draws(spend) for part in self.parts])

    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``draws``."""
        return self._join([part.jacobian(spend) for part in self.parts])

    def curve(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level) value and slope of one cell, as ``PlanResponse.curve``."""
        return self._pairs(lambda part: part.curve(cell, levels))

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) least and largest slopes, as ``PlanResponse.slope_range``."""
        return self._pairs(lambda part: part.slope_range(cell, levels))

    def outcome(self, spend: Array) -> Array:
        """(draw,) expected KPI of the horizon's weeks under ``spend (cell,)``."""
        return self._join([part.outcome(spend) for part in self.parts])

    def total(self, spend: Array) -> Array:
        """(draw,) ``outcome`` in the unit of ``draws``."""
        return self._join([part.total(spend) for part in self.parts])

    def inside(self, spend: Array) -> Array:
        """(draw,) the part of ``draws`` that arrives within the horizon; the rest comes later."""
        return self._join([part.inside(spend) for part in self.parts])

    def _pairs(self, evaluate: Callable[[Part], tuple[Array, Array]]) -> tuple[Array, Array]:
        first, second = zip(*map(evaluate, self.parts), strict=True)
        return self._join(first), self._join(second)


@dataclass(frozen=True)
class PlanInShares(PlanInParts):
    """Parts that share out the draws: ``draws_of[k]`` are the positions of those of part k."""

    parts: tuple[Share, ...]
    draws_of: tuple[IndexArray, ...]

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) ``total`` with future states and noise; equal seeds give equal noise."""
        seeds = np.random.SeedSequence(seed).generate_state(len(self.parts)).tolist()
        pairs = zip(self.parts, seeds, strict=True)
        return self._join([part.predictive(spend, own) for part, own in pairs])

    def _join(self, values: Sequence[Array]) -> Array:
        """(draw, ...) in the order of all draws."""
        joined = np.concatenate(values)
        ordered = np.empty_like(joined)
        ordered[np.concatenate(self.draws_of)] = joined
        return ordered


def frame_of(first: PlanFrame) -> dict[str, Any]:
    """The fields that a response shares with its parts, by name, as its first part has them."""
    return {each.name: getattr(first, each.name) for each in fields(PlanFrame)}
