"""What a report is made of: answers of the same functions that answer the API's calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from app.contract.frontier_answers import FrontierPoint
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_odds import PlanOdds
from app.contract.plan_requests import AllocateBody
from app.contract.sharing.told_plan import ToldPlan
from app.report.plan.words import PlanWords
from app.report.told import given_plan, told_plan
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import with_profiles
from app.services.planning.frontier import frontier_point
from app.services.planning.moves.causal import causal_response, own_phasing
from app.services.planning.plan_odds import plan_odds
from app.services.planning.responses import Respond, response_of
from app.services.planning.second_opinion import NO_SECOND_MODEL, SecondModel
from mmm.errors import QueryError
from mmm.interval import Interval
from mmm.posterior.fitted import FittedModel
from optimizer import Infeasible, InvalidProblem, OptimizerError
from optimizer.problem import Budget

WEEKS = 13
USUAL = 0.7
LEVELS: Sequence[tuple[float, str, str]] = (
    (0.2, "Bold", "counts the average case, hardly the bad ones"),
    (0.5, "Balanced", "weighs the average and the worst cases alike"),
    (USUAL, "Careful", "looks first at not losing against today's plan"),
    (0.9, "Very careful", "moves only what pays in bad cases too"),
)
"""How careful a plan is: the attitude to risk, its name, and what it means."""
TOTALS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
"""Of today's total: where the report asks what more or less money would bring."""


@dataclass(frozen=True)
class Asker:
    """A model that is asked for plans, with the second model beside it and its responses."""

    model: FittedModel
    second: SecondModel = NO_SECOND_MODEL
    respond: Respond = response_of

    def usual_question(self) -> AllocateBody:
        """Today's money in a better mix, over the next 13 weeks: what the workbench asks first."""
        start = self.model.panel.weeks[-1] + timedelta(weeks=1)
        counted = "value" if self.model.spec.has_currency else "kpi"
        return AllocateBody.model_validate(
            {
                "horizon": {"start": start, "weeks": WEEKS},
                "budget": {"change": 0.0},
                "objective": {
                    "kind": "mean_cvar", "risk_aversion": USUAL, "tail": 0.1, "on": counted,
                },
                "prove": False,
            }
        )  # fmt: skip

    def answer(self, body: AllocateBody) -> AllocationAnswer:
        """The plan, as ``allocate`` answers; raises its errors."""
        return allocate_model(self.model, body, respond=self.respond, second=self.second)

    def odds(self, body: AllocateBody, answer: AllocationAnswer) -> PlanOdds:
        """How the plan of an answer compares with today's, as ``plan-odds`` answers."""
        given = given_plan(body, answer.plan)
        unit, coming = body.objective.response_unit, with_profiles(given)
        own = own_phasing(coming)
        response = causal_response(self.model, self.second.fitted, coming, unit)
        if own is coming:
            return plan_odds(self.model, given, response)
        today = causal_response(self.model, self.second.fitted, own, unit)
        return plan_odds(self.model, given, response, today)


@dataclass(frozen=True)
class PlanStory:
    """A question about the next weeks with its answer, and what stands beside it.

    ``odds``: of the plan of a goal, which the moves to make now need not reach. ``levels``: what
    the plan of each attitude to risk brings, by its place in ``LEVELS``. ``frontier``: the best
    plan of the model alone for several totals.
    """

    model: FittedModel
    body: AllocateBody
    answer: AllocationAnswer
    odds: PlanOdds | None = None
    levels: dict[int, Interval] = field(default_factory=dict)
    frontier: tuple[FrontierPoint, ...] = ()

    @cached_property
    def told(self) -> ToldPlan:
        """The plan as people are told it: that of a goal, else that of the moves to make now."""
        return told_plan(self.model, self.body, self.answer, self.odds)

    @cached_property
    def words(self) -> PlanWords:
        """The same in words."""
        return PlanWords(self.told)

    @property
    def has_plan(self) -> bool:
        """Whether the limits leave a plan that the evidence allows."""
        return self.odds is not None or (
            self.answer.moves is not None and self.answer.moves.plan is not None
        )


@dataclass(frozen=True)
class NoPlan:
    """That there is no plan to tell, and why; ``failed``: because checks of the model failed.
    ``detail``: the refusal in its own words."""

    reason: str
    failed: bool = False
    detail: str = ""


def plan_story(
    asker: Asker, body: AllocateBody | None = None, answer: AllocationAnswer | None = None
) -> PlanStory:
    """Ask for a plan (``body``; default the usual question), or take its stored ``answer``; raises
    the errors of ``allocate``."""
    body = body or asker.usual_question()
    answer = answer or asker.answer(body)
    odds = asker.odds(body, answer) if body.has_target else None
    levels = {} if body.has_target else dict(_levels(asker, body, answer))
    frontier = tuple(_frontier(asker, body, answer.versus_current.reference_total))
    return PlanStory(asker.model, body, answer, odds, levels, frontier)


def usual_story(asker: Asker, *, accept_rejected: bool = False) -> PlanStory | NoPlan:
    """The story of the usual question, or why there is none."""
    if asker.model.verdict.status == "rejected" and not accept_rejected:
        return NoPlan("A plan from it could lose money, so none is shown.", failed=True)
    try:
        return plan_story(asker)
    except (OptimizerError, QueryError) as error:
        return NoPlan("The usual question has no answer for this model.", detail=str(error))


def level_of(body: AllocateBody) -> int | None:
    """The attitude to risk of a question, as a place in ``LEVELS``; None where it is none of
    them."""
    stated = getattr(body.objective, "risk_aversion", None)
    return next((at for at, (risk, *_) in enumerate(LEVELS) if risk == stated), None)


def _levels(
    asker: Asker, asked: AllocateBody, answer: AllocationAnswer
) -> Iterator[tuple[int, Interval]]:
    here = level_of(asked)
    if here is None:
        return
    for at, (risk, *_) in enumerate(LEVELS):
        objective = asked.objective.model_copy(update={"risk_aversion": risk})
        body = asked.model_copy(update={"objective": objective})
        found = answer if at == here else asker.answer(body)
        if found.moves is not None and found.moves.gain is not None:
            yield at, found.moves.gain


def _frontier(asker: Asker, asked: AllocateBody, today: float) -> Iterator[FrontierPoint]:
    """The best plans for more and less money than ``today``, under the limits of the question;
    totals that these do not allow are left out, and what is asked of single plans is not asked of
    them."""
    body = asked.model_copy(
        update={
            "conditions": (), "minimise": None, "fewest_moves": None, "least_movement": None,
            "round_to": None, "prove": False,
        }
    )  # fmt: skip
    response = asker.respond(asker.model, body, body.objective.response_unit, None)
    for multiple in TOTALS:
        try:
            budget = Budget(total=multiple * today)
            yield frontier_point(body.model_copy(update={"budget": budget}), response)
        except (Infeasible, InvalidProblem):
            continue
