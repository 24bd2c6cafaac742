"""What a plan takes as given: the weeks to plan, the market in them, and today's plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from mmm.counterfactual.interventions import apply_intervention
from mmm.counterfactual.question import After, FutureRule, Intervention
from mmm.counterfactual.reference import DEFAULT_REFERENCE, ReferenceChoice
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.horizon import Horizon
from mmm.posterior.fitted import FittedModel


@dataclass(frozen=True)
class Assumptions:
    """Assumptions about the weeks to plan, beside the spend that is decided.

    ``interventions`` on the market; ``future``: a rule for each variable that is not to take its
    default; ``price``: own price over the horizon. What the price changes without own spend is then
    part of the value of every plan. ``reference``: today's plan. ``after``: own spend after the
    horizon, in every world alike: zero, or going on at a plan's mean per week.
    """

    interventions: Sequence[Intervention] = ()
    future: Mapping[str, FutureRule] = field(default_factory=dict)
    price: float | None = None
    reference: ReferenceChoice = DEFAULT_REFERENCE
    after: After = "zero"


NO_ASSUMPTIONS = Assumptions()


def with_assumptions(
    model: FittedModel,
    world: Variables,
    weeks: tuple[date, ...],
    interventions: Sequence[Intervention],
) -> Variables:
    """``world`` under the assumed interventions; raises QueryError for channels and mediators."""
    for index, do in enumerate(interventions):
        where = pointer("assume", index)
        if do.variable in model.structure.channels:
            detail = f"{do.variable!r} is decided here; fix it under channels instead"
            raise QueryError([Issue(where, "decided", detail)])
        if do.variable in model.structure.mediators:
            detail = f"{do.variable!r} follows from the plan by its own equation; assume its causes"
            raise QueryError([Issue(where, "mediator", detail)])
        world = apply_intervention(model, world, do, (weeks[0], weeks[-1]), where)
    return world


def horizon_weeks(model: FittedModel, horizon: Horizon) -> tuple[date, ...]:
    """The weeks of ``horizon``; raises QueryError unless it follows the data."""
    expected = model.panel.weeks[-1] + timedelta(weeks=1)
    if horizon.start != expected:
        detail = f"the horizon must start the week after the data, {expected}, not {horizon.start}"
        raise QueryError([Issue("/horizon/start", "gap_to_data", detail)])
    return tuple(expected + timedelta(weeks=step) for step in range(horizon.weeks))
