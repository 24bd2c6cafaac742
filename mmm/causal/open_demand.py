"""Effects where the series that measures demand is too noisy to close it.

The graph takes an index of demand at its word: adjusting for it closes the paths through demand.
Adjusting for an index with noise closes them in part, so what rests on it is assumed.
"""

from collections.abc import Iterable

from mmm.causal.effect_status import effect_statuses
from mmm.causal.graph import DEMAND, CausalGraph
from mmm.causal.graph_answer import EffectStatus, LeverEffects
from mmm.posterior.fitted import FittedModel


def effects_with_evidence(graph: CausalGraph, model: FittedModel) -> tuple[LeverEffects, ...]:
    """Status of every lever's effects by the graph, by lift tests and by the model's evidence."""
    effects = effect_statuses(graph, model.spec)
    noisy = model.evidence.noisy_index if model.evidence else None
    return effects if noisy is None else with_demand_left_open(effects, noisy)


def with_demand_left_open(
    effects: Iterable[LeverEffects], sentence: str
) -> tuple[LeverEffects, ...]:
    """``effects``, of which those that are identified by adjusting for demand are assumed, for the
    reason ``sentence``."""
    return tuple(
        each.model_copy(
            update={
                "total": _left_open(each.total, sentence),
                "direct": _left_open(each.direct, sentence),
            }
        )
        for each in effects
    )


def _left_open(status: EffectStatus, sentence: str) -> EffectStatus:
    if status.status != "identified" or DEMAND not in (status.adjustment_set or ()):
        return status
    return EffectStatus(status="assumed", reason=sentence, adjustment_set=None)
