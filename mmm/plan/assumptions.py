"""What a plan takes as given: the weeks to plan, the market in them, and today's plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from mmm.counterfactual.interventions import apply_intervention
from mmm.counterfactual.plausible import Cause, require_near
from mmm.counterfactual.question import After, FutureRule, Intervention
from mmm.counterfactual.reference import DEFAULT_REFERENCE, ReferenceChoice
from mmm.counterfactual.variables import find_variable
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.horizon import Horizon
from mmm.posterior.evaluate import mean_by_geo, weeks_that_matter
from mmm.posterior.fitted import FittedModel


@dataclass(frozen=True)
class Assumptions:
    """Assumptions about the weeks to plan, beside the spend that is decided.

    ``interventions`` on the market; ``future``: a rule for each variable that is not to take its
    default; ``price``: own price over the horizon. What the price changes without own spend is then
    part of the value of every plan. ``reference``: today's plan. ``after``: own spend after the
    horizon, in every world alike: zero, or going on at a plan's mean per week. ``explore``: plans
    may leave the region that data support.
    """

    interventions: Sequence[Intervention] = ()
    future: Mapping[str, FutureRule] = field(default_factory=dict)
    price: float | None = None
    reference: ReferenceChoice = DEFAULT_REFERENCE
    after: After = "zero"
    explore: bool = False


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
        if do.variable in model.structure.paid_channels:
            detail = f"{do.variable!r} is decided here; fix it under channels instead"
            raise QueryError([Issue(where, "decided", detail)])
        if do.variable in model.structure.mediators:
            detail = f"{do.variable!r} follows from the plan by its own equation; assume its causes"
            raise QueryError([Issue(where, "mediator", detail)])
        world = apply_intervention(model, world, do, (weeks[0], weeks[-1]), where)
    return world


def require_near_data(
    model: FittedModel, world: Variables, weeks: tuple[date, ...], assumed: Assumptions
) -> None:
    """Raise QueryError where ``assumed`` makes a week of ``weeks``, without own spend, that leaves
    the data too far behind, as a what-if question does."""
    causes = [
        Cause(where, find_variable(model, name, where), world)
        for where, name in _assumed_variables(assumed)
    ]
    if not causes:
        return
    first = world.index(weeks[0])
    near, span = weeks_that_matter(model, world, slice(first, first + len(weeks)))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = mean_by_geo(model, near, None)[:, span].mean(0)
        require_near(model, mean.sum(-1), (mean * near.price[span]).sum(-1), causes)


def _assumed_variables(assumed: Assumptions) -> Iterator[tuple[str, str]]:
    """Pointer and name of each variable whose values are assumed."""
    for index, do in enumerate(assumed.interventions):
        yield pointer("assume", index), do.variable
    for name, rule in assumed.future.items():
        if isinstance(rule, list):
            yield pointer("future", name), name
    if assumed.price is not None:
        yield "/price", "price"


def horizon_weeks(model: FittedModel, horizon: Horizon) -> tuple[date, ...]:
    """The weeks of ``horizon``; raises QueryError unless it follows the data."""
    expected = model.panel.weeks[-1] + timedelta(weeks=1)
    if horizon.start != expected:
        detail = f"the horizon must start the week after the data, {expected}, not {horizon.start}"
        raise QueryError([Issue("/horizon/start", "gap_to_data", detail)])
    return tuple(expected + timedelta(weeks=step) for step in range(horizon.weeks))
