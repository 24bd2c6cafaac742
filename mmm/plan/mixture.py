"""Plans under several scenarios of the world: every posterior draw belongs to one of them.

A scenario with probability p gets a share p of the posterior draws, chosen evenly among them. One
plan is then best for all scenarios together, and every answer over draws carries the uncertainty
about effects as well as that about the world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mmm.plan.frame import PlanFrame
from mmm.plan.response import PlanResponse
from mmm.posterior.fitted import FittedModel
from mmm.types import Array, IndexArray


@dataclass(frozen=True)
class PlanMixture(PlanFrame):
    """The response over several scenarios; satisfies ``optimizer.response.Response``.

    ``parts[k]``: the response under scenario k; ``draws_of[k]``: positions of its draws.
    """

    parts: tuple[PlanResponse, ...]
    draws_of: tuple[IndexArray, ...]

    @cached_property
    def concave(self) -> bool:
        """Whether every draw's response is concave in the spend of all cells."""
        return all(part.concave for part in self.parts)

    @property
    def separable(self) -> bool:
        """Whether ``draws`` is a sum over cells of the values of ``curve``."""
        return all(part.separable for part in self.parts)

    @cached_property
    def kpi(self) -> "PlanMixture":
        """The same response in units of the KPI."""
        return replace(self, on="kpi", unit="kpi units", parts=tuple(p.kpi for p in self.parts))

    @cached_property
    def within_horizon(self) -> "PlanMixture":
        """The same response without the carryover after the horizon."""
        return replace(self, parts=tuple(part.within_horizon for part in self.parts))

    def going_on_at(self, after: Array) -> Self:
        """The response where own spend after the horizon is ``after (geo, channel)`` per week."""
        parts = tuple(part.going_on_at(after) for part in self.parts)
        return replace(self, after=after, parts=parts)

    def draws(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)``, as ``PlanResponse.draws``."""
        return self._in_draw_order([part.draws(spend) for part in self.parts])

    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``draws``."""
        return self._in_draw_order([part.jacobian(spend) for part in self.parts])

    def curve(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level) value and slope of one cell, as ``PlanResponse.curve``."""
        return self._pairs(lambda part: part.curve(cell, levels))

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) least and largest slopes, as ``PlanResponse.slope_range``."""
        return self._pairs(lambda part: part.slope_range(cell, levels))

    def outcome(self, spend: Array) -> Array:
        """(draw,) expected KPI of the horizon's weeks under ``spend (cell,)``."""
        return self._in_draw_order([part.outcome(spend) for part in self.parts])

    def total(self, spend: Array) -> Array:
        """(draw,) ``outcome`` in the unit of ``draws``."""
        return self._in_draw_order([part.total(spend) for part in self.parts])

    def inside(self, spend: Array) -> Array:
        """(draw,) the part of ``draws`` that arrives within the horizon; the rest comes later."""
        return self._in_draw_order([part.inside(spend) for part in self.parts])

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) ``total`` with future states and noise; equal seeds give equal noise."""
        seeds = np.random.SeedSequence(seed).generate_state(len(self.parts)).tolist()
        pairs = zip(self.parts, seeds, strict=True)
        return self._in_draw_order([part.predictive(spend, own) for part, own in pairs])

    def _pairs(
        self, evaluate: Callable[[PlanResponse], tuple[Array, Array]]
    ) -> tuple[Array, Array]:
        first, second = zip(*map(evaluate, self.parts), strict=True)
        return self._in_draw_order(first), self._in_draw_order(second)

    def _in_draw_order(self, values: Sequence[Array]) -> Array:
        joined = np.concatenate(values)
        ordered = np.empty_like(joined)
        ordered[np.concatenate(self.draws_of)] = joined
        return ordered


def mix_scenarios(
    model: FittedModel,
    probabilities: Sequence[float],
    respond: Callable[[FittedModel, int], PlanResponse],
) -> PlanMixture:
    """The mixture of scenarios: ``respond(model, k)`` is the response under scenario k.

    ``probabilities`` are positive and add up to one.
    """
    draws_of = scenario_draws(probabilities, model.posterior.n_draws)
    parts = [
        respond(replace(model, posterior=model.posterior.subset(chosen)), k)
        for k, chosen in enumerate(draws_of)
    ]
    first = parts[0]
    return PlanMixture(
        model=model,
        layout=first.layout,
        unit=first.unit,
        reference=first.reference,
        current=first.current,
        observed_max=first.observed_max,
        horizon=first.horizon,
        warnings=tuple(dict.fromkeys(line for part in parts for line in part.warnings)),
        on=first.on,
        after=first.after,
        explore=first.explore,
        parts=tuple(parts),
        draws_of=draws_of,
    )


def scenario_draws(probabilities: Sequence[float], draws: int) -> tuple[IndexArray, ...]:
    """Positions of each scenario's draws, at least one each, spread evenly over their order."""
    ends = np.cumsum(probabilities) / np.sum(probabilities)
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    owner = np.searchsorted(ends, (np.arange(draws) * golden + 0.5) % 1.0, side="right")
    owner = np.clip(owner, 0, len(ends) - 1)
    for k in range(len(ends)):
        if not (owner == k).any():
            owner[np.argmax(owner == np.bincount(owner).argmax())] = k
    return tuple(np.flatnonzero(owner == k) for k in range(len(ends)))
