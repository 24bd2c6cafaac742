"""Plans under several scenarios of the world: every posterior draw belongs to one of them.

A scenario with probability p gets a share p of the posterior draws, chosen evenly among them. One
plan is then best for all scenarios together, and every answer over draws carries the uncertainty
about effects as well as that about the world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmm.plan.in_parts import PlanInShares, frame_of
from mmm.plan.response import PlanResponse
from mmm.posterior.fitted import FittedModel
from mmm.types import IndexArray


@dataclass(frozen=True)
class PlanMixture(PlanInShares):
    """The response over several scenarios; satisfies ``optimizer.response.Response``.

    ``parts[k]``: the response under scenario k; ``draws_of[k]``: positions of its draws.
    """

    parts: tuple[PlanResponse, ...]

    @property
    def by_scenario(self) -> tuple[IndexArray, ...]:
        """Positions of the draws of each scenario."""
        return self.draws_of


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
    shared = frame_of(parts[0]) | {
        "model": model,
        "warnings": tuple(dict.fromkeys(line for part in parts for line in part.warnings)),
    }
    return PlanMixture(**shared, parts=tuple(parts), draws_of=draws_of)


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
