"""What the second model says of a plan: its odds and its gain over today's spend, draw by draw."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from app.contract.documents import SecondModelDocument
from app.contract.plan_answers import SecondOpinion
from app.contract.plan_requests import PlanHorizon
from app.display.words import chances
from app.services.planning.responses import AnyResponse, Respond, gain_over, response_of
from mmm.errors import QueryError
from mmm.plan.curves import ObjectiveUnit
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array

DOUBTED = 0.75
"""A plan whose odds under the second model are below this carries a warning."""

SAME = 1e-6
"""Plans that move less than this share of their total are the reference itself."""


@dataclass(frozen=True)
class SecondModel:
    """The second model as the rows have it, and its draws where it is ready."""

    document: SecondModelDocument | None = None
    fitted: FittedModel | None = None
    respond: Respond = response_of


NO_SECOND_MODEL = SecondModel()


def built_once(second: SecondModel) -> SecondModel:
    """The same for many plans over one horizon, whose response is built once."""
    made: list[AnyResponse] = []

    def respond(
        model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
    ) -> AnyResponse:
        if not made:
            made.append(second.respond(model, coming, on, price))
        return made[0]

    return replace(second, respond=respond)


@dataclass(frozen=True)
class PlanAsked:
    """A plan as the model's response has it: ``spend (cell,)`` against ``response.current``.

    ``earned``: the share of the response's value that counts as gain. ``own``: the question in
    which today's plan has its own weeks and geos, where those of ``coming`` are the plan's.
    """

    coming: PlanHorizon
    price: float | None
    response: AnyResponse
    spend: Array
    earned: float = 1.0
    own: PlanHorizon | None = None


def second_opinion(second: SecondModel, asked: PlanAsked) -> SecondOpinion | None:
    """The second model's odds of the plan; None for a model of a release without second models.

    Paired by draw against the same reference as ``versus_current``, without predictive noise.
    """
    if second.document is None:
        return None
    told = {"status": second.document.status, "structure": second.document.structure}
    if second.fitted is None:
        return SecondOpinion(**told, reason=second.document.reason)
    try:
        rival, today = (
            second.respond(second.fitted, each, asked.response.on, asked.price)
            for each in (asked.coming, asked.own or asked.coming)
        )
    except QueryError as error:
        return SecondOpinion(
            status="skipped", structure=told["structure"], reason=error.issues[0].detail
        )
    if asked.response.after is not None:
        rival, today = (each.going_on_at(asked.response.after) for each in (rival, today))
    current = asked.response.current
    difference = gain_over(rival, asked.spend, current, asked.earned, today)
    odds = float(np.mean(difference > 0.0))
    moved = np.abs(rival.plan(asked.spend) - today.plan(current)).sum()
    same = bool(moved <= SAME * max(float(asked.spend.sum()), 1.0))
    return SecondOpinion(
        **told, probability_better=None if same else odds, versus_current=summarize(difference)
    )


def second_model_warnings(
    opinion: SecondOpinion | None, promised: float, tested: bool
) -> Iterator[str]:
    """A sentence where the second model doubts a plan that the model promises to be better.

    ``promised``: the model's probability; ``tested``: whether lift tests back what it rests on.
    """
    if opinion is None:
        return
    if opinion.status == "pending":
        yield (
            "second model: not ready yet; this answer comes from the model alone. Ask again when "
            "it is"
        )
    odds = opinion.probability_better
    if odds is not None and odds < DOUBTED <= promised:
        yield (
            f"second model: with {opinion.structure} this plan is better than today's in "
            f"{chances(odds, tested)} cases, not in {chances(promised, tested)}: the gain rests on "
            "the form of the model"
        )
