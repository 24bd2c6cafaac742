"""The response over several models of the same data: draws of one after those of the other.

A risk measure of it is the worst of the models' measures (``models``), so that a plan is best where
the least favourable model is, whatever the number of draws of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mmm.plan.frame import PlanFrame
from mmm.plan.mixture import PlanMixture
from mmm.plan.response import PlanResponse
from mmm.types import Array, IndexArray

type OneModel = PlanResponse | PlanMixture


@dataclass(frozen=True)
class PlanOfModels(PlanFrame):
    """The responses of several models; satisfies ``optimizer.response.Response``.

    ``parts``: one response a model, with the same cells; ``model`` and the spend are the first's.
    """

    parts: tuple[OneModel, ...]

    @property
    def n_draws(self) -> int:
        """Number of draws of all models."""
        return self.models.size

    @cached_property
    def models(self) -> IndexArray:
        """(draw,) position in ``parts`` of the model of each draw."""
        return np.repeat(np.arange(len(self.parts)), [part.n_draws for part in self.parts])

    @cached_property
    def concave(self) -> bool:
        """Whether every draw's response is concave in the spend of all cells."""
        return all(part.concave for part in self.parts)

    @property
    def separable(self) -> bool:
        """Whether ``draws`` is a sum over cells of the values of ``curve``."""
        return all(part.separable for part in self.parts)

    @cached_property
    def kpi(self) -> "PlanOfModels":
        """The same response in units of the KPI."""
        return replace(self, on="kpi", unit="kpi units", parts=tuple(p.kpi for p in self.parts))

    @cached_property
    def within_horizon(self) -> "PlanOfModels":
        """The same response without the carryover after the horizon."""
        return replace(self, parts=tuple(part.within_horizon for part in self.parts))

    def going_on_at(self, after: Array) -> Self:
        """The response where own spend after the horizon is ``after (geo, channel)`` per week."""
        return replace(self, after=after, parts=tuple(p.going_on_at(after) for p in self.parts))

    def draws(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)``, as ``PlanResponse.draws``."""
        return np.concatenate([part.draws(spend) for part in self.parts])

    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``draws``."""
        return np.concatenate([part.jacobian(spend) for part in self.parts])

    def curve(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level) value and slope of one cell, as ``PlanResponse.curve``."""
        values, slopes = zip(*(part.curve(cell, levels) for part in self.parts), strict=True)
        return np.concatenate(values), np.concatenate(slopes)

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) least and largest slopes, as ``PlanResponse.slope_range``."""
        least, most = zip(*(part.slope_range(cell, levels) for part in self.parts), strict=True)
        return np.concatenate(least), np.concatenate(most)

    def outcome(self, spend: Array) -> Array:
        """(draw,) expected KPI of the horizon's weeks under ``spend (cell,)``."""
        return np.concatenate([part.outcome(spend) for part in self.parts])

    def total(self, spend: Array) -> Array:
        """(draw,) ``outcome`` in the unit of ``draws``."""
        return np.concatenate([part.total(spend) for part in self.parts])

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) ``outcome`` with future states and noise; equal seeds give equal noise."""
        return np.concatenate([part.predictive(spend, seed) for part in self.parts])


def plan_of_models(parts: Sequence[OneModel]) -> PlanOfModels:
    """The response over ``parts``, which have the same cells over the same horizon."""
    first = parts[0]
    return PlanOfModels(
        model=first.model,
        layout=first.layout,
        unit=first.unit,
        current=first.current,
        reference=first.reference,
        observed_max=first.observed_max,
        horizon=first.horizon,
        warnings=(),
        on=first.on,
        explore=first.explore,
        after=first.after,
        parts=tuple(parts),
    )
