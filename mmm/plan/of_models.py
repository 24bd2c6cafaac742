"""The response over several models of the same data: draws of one after those of the other.

A risk measure of it is the worst of the models' measures (``models``), so that a plan is best where
the least favourable model is, whatever the number of draws of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmm.plan.in_parts import PlanInParts, frame_of
from mmm.plan.mixture import PlanMixture
from mmm.plan.model_mix import PlanOfMix
from mmm.plan.response import PlanResponse
from mmm.types import Array, IndexArray

type OneOpinion = PlanResponse | PlanMixture | PlanOfMix


@dataclass(frozen=True)
class PlanOfModels(PlanInParts):
    """The responses of several models; satisfies ``optimizer.response.Response``.

    ``parts``: one response a model, or mixture of models, with the same cells; ``model`` and the
    spend are the first's.
    """

    parts: tuple[OneOpinion, ...]

    @property
    def n_draws(self) -> int:
        """Number of draws of all models."""
        return self.models.size

    @cached_property
    def models(self) -> IndexArray:
        """(draw,) position in ``parts`` of the model of each draw."""
        return np.repeat(np.arange(len(self.parts)), [part.n_draws for part in self.parts])

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) ``outcome`` with future states and noise; equal seeds give equal noise."""
        return self._join([part.predictive(spend, seed) for part in self.parts])

    def _join(self, values: Sequence[Array]) -> Array:
        """(draw, ...) those of one model after those of the other."""
        return np.concatenate(values)


def plan_of_models(parts: Sequence[OneOpinion]) -> PlanOfModels:
    """The response over ``parts``, which have the same cells over the same horizon."""
    return PlanOfModels(**frame_of(parts[0]) | {"warnings": ()}, parts=tuple(parts))
