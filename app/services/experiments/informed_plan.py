"""The plan that a test informs, and what a test's result adds to it.

The lift of a test and the gain of every plan come from the same draws: those of model and second
model, each effect cut to the share that its evidence calls causal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.contract.experiments.next_experiment import PossibleTest
from app.contract.plan_requests import AllocateBody
from app.services.planning.moves.causal import causal_models
from app.services.planning.responses import response_of
from mmm.experiments.predicted_effect import PlannedTest, PredictedEffect
from mmm.plan.of_models import plan_of_models
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array
from optimizer.explain.information import channel_knowledge
from optimizer.explain.sample_information import (
    Measurement,
    SampleInformation,
    sample_information,
)
from optimizer.response import channels_of
from optimizer.search.case import Case, Effort
from optimizer.solve.allocate import case_of
from optimizer.watch import UNWATCHED, Watch


class Measurable(Protocol):
    """A test that could be run: its effect, and how exactly it would be measured.

    ``share``: of all sales that are treated. ``standard_error`` of the lift, in KPI units;
    ``measured_sd``: around the lift of the model, transport included.
    """

    @property
    def test(self) -> PlannedTest: ...

    @property
    def share(self) -> float: ...

    @property
    def effect(self) -> PredictedEffect: ...

    @property
    def standard_error(self) -> float: ...

    @property
    def assurance(self) -> float: ...

    @property
    def measured_sd(self) -> float: ...


@dataclass(frozen=True, eq=False)
class InformedPlan:
    """The plan of ``body`` over the draws of ``models``; ``spend (cell,)`` is today's.

    ``worth``: of knowing each channel's effect; empty where effects do not add up. ``earned``: the
    share of the response's value that counts as gain.
    """

    body: AllocateBody
    models: tuple[FittedModel, ...]
    case: Case
    spend: Array
    worth: Mapping[str, float]
    earned: float

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the plan decides."""
        return tuple(dict.fromkeys(channels_of(self.case.response)))

    def values(self, tests: Sequence[Measurable]) -> list[SampleInformation | None]:
        """What the result of each test adds to the expected gain of the best plan."""
        named = {str(k): Measurement(t.effect.lift, t.measured_sd) for k, t in enumerate(tests)}
        found = sample_information(self.case, self.spend, named) or {}
        return [found.get(name) for name in named]

    def cost(self, test: Measurable) -> Array:
        """(draw,) of spend and of what the test earns or loses, as a gain counts it."""
        return np.asarray(test.effect.spend - self.earned * test.effect.value)

    def counted_cost(self, test: Measurable) -> float:
        """Expected; zero for a test that saves money: what a cut saves needs no test."""
        return max(float(self.cost(test).mean()), 0.0)

    def told(self, test: Measurable, value: SampleInformation | None) -> PossibleTest:
        """The document of what every possible test has."""
        return PossibleTest(
            weeks=test.test.weeks,
            cooldown=test.test.cooldown,
            share=test.share,
            like_weeks_from=test.effect.start,
            spend=test.effect.spend,
            lift=summarize(test.effect.lift),
            standard_error=test.standard_error,
            assurance=test.assurance,
            cost=summarize(self.cost(test)),
            value=None if value is None else value.value,
            net_value=None if value is None else value.value - self.counted_cost(test),
        )

    def promise(self, channel: str, test: Measurable) -> float:
        """A quick guess of its value less its cost: the part of the lift's variance that the test
        explains, of what knowing the effect is worth."""
        variance = float(test.effect.lift.var())
        explained = variance / (variance + test.measured_sd**2)
        return self.worth.get(channel, 0.0) * explained - self.counted_cost(test)


def informed_plan(
    model: FittedModel, second: FittedModel | None, body: AllocateBody, watch: Watch = UNWATCHED
) -> InformedPlan:
    """The best plan of ``body`` as the draws have it; raises QueryError, InvalidProblem, Infeasible
    and Cancelled."""
    unit = body.objective.response_unit
    models = causal_models(model, second)
    response = plan_of_models([response_of(each, body, unit, None) for each in models])
    spend = response.current
    body = body.over(float(spend.sum()))
    case = case_of(body, response, spend, effort=Effort(watch=watch))
    known = channel_knowledge(case, spend)
    worth = {} if known is None else known.by_channel
    return InformedPlan(body, tuple(models), case, spend, worth, body.objective.earned_share)
