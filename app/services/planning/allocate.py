"""Allocation: optimizes the model's response to plans, and builds the answer's document."""

from app.contract.plan_answers import (
    AllocationAnswer,
    PriceDocument,
    ReferenceComparisonDocument,
    ReferenceDocument,
    RiskDocument,
    ScenarioDocument,
    SecondOpinion,
)
from app.contract.plan_details import BindingDocument, CertificateDocument, PairDocument
from app.contract.plan_requests import AllocateBody, PlanHorizon
from app.contract.planned_spend import Plan
from app.display.obstacles import obstacles
from app.display.words import amount, apart, money
from app.services.planning.adjustments import (
    fewest_document,
    movement_document,
    rounding_document,
)
from app.services.planning.after_horizon import after_document
from app.services.planning.evidence import evidence_warnings, grades_of, rests_on_tests
from app.services.planning.insights import (
    condition_documents,
    goals_reached,
    information_document,
    stability_document,
    stay_document,
    value_by_time,
)
from app.services.planning.mix.named import require_mix
from app.services.planning.moves.moves import ModelsPlan, moves_of
from app.services.planning.planned_spend import plan_document
from app.services.planning.pricing import allocate_with_price
from app.services.planning.region import (
    outcome_warnings,
    region_document,
    region_warnings,
    status_within_sight,
)
from app.services.planning.responses import AnyResponse, ModelMix, Respond, response_of
from app.services.planning.second_opinion import (
    NO_SECOND_MODEL,
    PlanAsked,
    SecondModel,
    second_model_warnings,
    second_opinion,
)
from app.services.planning.summary import PlanTold, summary_of
from app.services.planning.units import gain_unit, gain_words, revenue_warning
from mmm.plan.mixture import PlanMixture
from mmm.plan.model_mix import PlanOfMix
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from optimizer.allocation import Allocation, ReferenceComparison, Status
from optimizer.watch import UNWATCHED, Watch

OPTIMUM = "The optimum of the model alone, whatever its evidence"
SO_FAR = "The best plan of the model alone when the time was over, whatever its evidence"


def allocate_model(
    model: FittedModel,
    body: AllocateBody,
    warnings: list[str] | None = None,
    respond: Respond = response_of,
    second: SecondModel = NO_SECOND_MODEL,
    caller: Watch = UNWATCHED,
    mix: ModelMix | None = None,
) -> AllocationAnswer:
    """The optimal plan of a loaded model, for use in scripts.

    ``caller`` is asked whether to go on and told the progress; the plan and its moves each take
    ``time_limit_s`` at most. ``mix``: the models that the body names, of which ``respond`` builds
    the responses.
    """
    require_mix(body, mix)
    watch = caller.limited(body.time_limit_s, 0.0, 0.8)
    response, allocation, price = allocate_with_price(model, body, respond, watch)
    answer = _document(model, body, response, allocation, price)
    earned = body.objective.earned_share
    asked = PlanAsked(body, price.price if price else None, response, allocation.spend, earned)
    opinion = second_opinion(second, asked)
    told = told_plan(model, body, answer, allocation, opinion)
    doubts = second_model_warnings(opinion, answer.versus_current.probability_better, told.tested)
    alone = ModelsPlan(response, allocation.spend, asked.price)
    watch = caller.limited(body.time_limit_s, 0.8, 1.0)
    moves = moves_of(model, second.fitted, body, alone, told.words, watch, mix)
    found = SO_FAR if allocation.status is Status.STOPPED else OPTIMUM
    return answer.model_copy(
        update={
            "summary": f"{moves.summary} {found}: {summary_of(told)}",
            "moves": moves,
            "second_model": opinion,
            "warnings": (*doubts, *(warnings or ()), *answer.warnings),
        }
    )


def told_plan(
    model: FittedModel,
    body: AllocateBody,
    answer: AllocationAnswer,
    allocation: Allocation,
    opinion: SecondOpinion | None,
) -> PlanTold:
    """What the summary of an allocation tells."""
    return PlanTold(
        status=allocation.status,
        weeks=body.horizon.weeks,
        channels=answer.plan.channels,
        versus=answer.versus_current,
        words=gain_words(model, body.objective),
        conditions=answer.conditions,
        reference=answer.reference.kind if answer.reference else "last_weeks",
        tested=rests_on_tests(answer.plan, answer.evidence),
        stay_odds=allocation.stay.probability_better if allocation.stay else None,
        second_odds=opinion.probability_better if opinion else None,
        proportional=answer.versus_proportional,
        fewest_moves=answer.fewest_moves,
        least_movement=answer.least_movement,
        rounding=answer.rounding,
        goals=tuple(goals_reached(model, body, answer)),
    )


def _document(
    model: FittedModel,
    body: AllocateBody,
    response: AnyResponse,
    allocation: Allocation,
    price: PriceDocument | None,
) -> AllocationAnswer:
    """The answer as the model alone gives it, without its summary."""
    plan = plan_document(model, response, allocation.spend, body.objective.earned_share)
    versus_current = versus_document(allocation.versus_current)
    binding = tuple(BindingDocument(**vars(item)) for item in allocation.binding)
    outcome = summarize(response.outcome(allocation.spend))
    status = status_within_sight(allocation.status, response, outcome)
    extrapolations = (*extrapolation_warnings(plan, response), *_price_extrapolation(price))
    return AllocationAnswer(
        status=status.value,
        summary="",
        plan=plan,
        outcome=outcome,
        outcome_unit=model.kpi_unit,
        gain=summarize(allocation.gain),
        gain_unit=gain_unit(model, body.objective),
        **value_by_time(allocation, response, body.objective),
        reference=reference_document(response),
        after=after_document(response),
        versus_current=versus_current,
        versus_proportional=versus_document(allocation.versus_proportional),
        price=price,
        scenarios=scenario_documents(body, response, allocation),
        risk=RiskDocument(**vars(allocation.risk)),
        certificate=CertificateDocument(
            kind=allocation.certificate.kind.value,
            upper_bound=allocation.certificate.upper_bound,
            gap=allocation.certificate.gap,
        ),
        binding=binding,
        obstacles=obstacles(binding, gain_words(model, body.objective)),
        conditions=condition_documents(allocation),
        stay=stay_document(allocation, response),
        fewest_moves=fewest_document(allocation.adjustments, response),
        least_movement=movement_document(allocation.adjustments, response),
        rounding=rounding_document(allocation.adjustments, response),
        pairs=tuple(PairDocument(**vars(pair)) for pair in allocation.pairs),
        stability=stability_document(allocation),
        information=information_document(allocation),
        evidence=grades_of(model),
        supported=region_document(response),
        warnings=(
            *revenue_warning(model, body.objective),
            *evidence_warnings(model, plan),
            *outcome_warnings(response, outcome),
            *region_warnings(plan, response, binding),
            *extrapolations,
            *allocation.warnings,
            *response.warnings,
        ),
    )


def scenario_documents(
    coming: PlanHorizon, response: AnyResponse, allocation: Allocation
) -> tuple[ScenarioDocument, ...]:
    """The plan's gain and outcome in each scenario; empty if there are no scenarios."""
    if not isinstance(response, PlanMixture | PlanOfMix):
        return ()
    outcome = response.outcome(allocation.spend)
    return tuple(
        ScenarioDocument(
            name=scenario.name,
            probability=scenario.probability,
            gain=summarize(allocation.gain[draws]),
            outcome=summarize(outcome[draws]),
        )
        for scenario, draws in zip(coming.scenarios, response.by_scenario, strict=True)
    )


def reference_document(response: AnyResponse) -> ReferenceDocument:
    """Today's plan: its kind, and the weeks that it repeats."""
    reference = response.reference
    return ReferenceDocument(kind=reference.kind, start=reference.start, end=reference.end)


def versus_document(comparison: ReferenceComparison) -> ReferenceComparisonDocument:
    """The comparison of the plan with a reference plan."""
    return ReferenceComparisonDocument(
        **dict(summarize(comparison.difference)),
        probability_better=comparison.probability_better,
        reference_total=comparison.total,
        reference_feasible=comparison.feasible,
        broken=comparison.broken,
    )


def _price_extrapolation(price: PriceDocument | None) -> list[str]:
    if price is None or not price.beyond_observed:
        return []
    low, high = price.observed
    return [
        f"a price of {amount(price.price)} is outside the observed range ({amount(low)} to "
        f"{amount(high)}); "
        "the answer extrapolates with a constant elasticity"
    ]


def extrapolation_warnings(plan: Plan, response: AnyResponse) -> list[str]:
    """A warning for each channel whose spend exceeds the observed maximum."""
    most = dict(zip(response.channels, response.channel_max.tolist(), strict=True))
    currency, weeks = response.model.spec.currency, len(response.horizon)
    warnings = []
    for channel in plan.channels:
        if channel.beyond_observed:
            digits = apart(channel.spend, most[channel.name])
            spend, limit = (
                money(each, currency, digits) for each in (channel.spend, most[channel.name])
            )
            warnings.append(
                f"{channel.name}: {spend} exceeds the observed maximum of {limit} in {weeks} "
                "weeks; the answer extrapolates the response curve"
            )
    return warnings
