"""Evaluation of a given plan, such as the agency's or last year's."""

from collections.abc import Iterator

import numpy as np

from app.contract.plan_answers import PlanEvaluation, RiskDocument
from app.contract.plan_details import PairDocument
from app.contract.plan_requests import (
    SLACK,
    AllocateBody,
    EvaluatePlanBody,
    GivenPlan,
    WithMoves,
)
from app.services.planning.after_horizon import after_document
from app.services.planning.allocate import (
    extrapolation_warnings,
    reference_document,
    versus_document,
)
from app.services.planning.evidence import evidence_warnings, grades_of, rests_on_tests
from app.services.planning.insights import condition_documents, value_by_time
from app.services.planning.mix.named import require_mix
from app.services.planning.moves.causal import own_phasing
from app.services.planning.moves.moves import ModelsPlan, moves_of
from app.services.planning.planned_spend import plan_document
from app.services.planning.region import (
    outcome_warnings,
    region_document,
    region_warnings,
    require_supported,
)
from app.services.planning.responses import AnyResponse, ModelMix, Respond, response_of
from app.services.planning.second_opinion import (
    NO_SECOND_MODEL,
    PlanAsked,
    SecondModel,
    second_model_warnings,
    second_opinion,
)
from app.services.planning.units import (
    gain_unit,
    gain_words,
    require_one_margin,
    revenue_warning,
)
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from optimizer.problem import AllocationProblem, Budget
from optimizer.problem.base import LARGEST, SMALLEST_BUDGET
from optimizer.problem.limits import ChannelBounds
from optimizer.solve.score import Score, score
from optimizer.watch import UNWATCHED, Watch


def evaluation(
    model: FittedModel,
    body: EvaluatePlanBody,
    warnings: list[str] | None = None,
    respond: Respond = response_of,
    second: SecondModel = NO_SECOND_MODEL,
    caller: Watch = UNWATCHED,
    mix: ModelMix | None = None,
) -> PlanEvaluation:
    """Evaluate a plan with a loaded model, for use in scripts; ``caller`` may leave meanwhile.

    ``mix``: the models that the body names, of which ``respond`` builds the responses.
    """
    require_mix(body, mix)
    require_one_margin(model, body.objective)
    spend, earned = plan_totals(model, body), body.objective.earned_share
    coming = with_profiles(body)
    unit = body.objective.response_unit
    response = respond(model, coming, unit, None).continuing(spend)
    own, today = own_phasing(coming), None
    if own is not coming:
        today = respond(model, own, unit, None)
        today = today if response.after is None else today.going_on_at(response.after)
    require_supported(response, spend)
    total = float(spend.sum())
    problem = AllocationProblem(
        budget=body.budget or Budget(total=total),
        objective=body.objective,
        channels=body.channels,
        groups=body.groups,
        ratios=body.ratios,
        budgets=body.budgets,
        conditions=body.conditions,
    )
    result: Score = score(problem, response, response.current, spend, caller, today)
    plan, scored = plan_document(model, response, spend, earned), result.allocation
    own_warnings = (*(warnings or ()), *extrapolation_warnings(plan, response))
    versus_current = versus_document(scored.versus_current)
    opinion = second_opinion(second, PlanAsked(coming, None, response, spend, earned, own))
    tested = rests_on_tests(plan, grades_of(model))
    alone = ModelsPlan(response, spend)
    toward = toward_plan(coming, response, spend)
    outcome = summarize(response.outcome(spend))
    return PlanEvaluation(
        moves=moves_of(
            model,
            second.fitted,
            toward,
            alone,
            gain_words(model, body.objective),
            caller.limited(toward.time_limit_s),
            mix,
        ),
        plan=plan,
        outcome=outcome,
        outcome_unit=model.kpi_unit,
        gain=summarize(scored.gain),
        gain_unit=gain_unit(model, body.objective),
        **value_by_time(scored, response, body.objective),
        reference=reference_document(response),
        after=after_document(response),
        versus_current=versus_current,
        versus_proportional=versus_document(scored.versus_proportional),
        risk=RiskDocument(**vars(scored.risk)),
        broken=result.broken,
        conditions=condition_documents(scored),
        pairs=tuple(PairDocument(**vars(pair)) for pair in scored.pairs),
        evidence=grades_of(model),
        supported=region_document(response),
        second_model=opinion,
        warnings=(
            *second_model_warnings(opinion, versus_current.probability_better, tested),
            *own_warnings,
            *revenue_warning(model, body.objective),
            *evidence_warnings(model, plan),
            *outcome_warnings(response, outcome),
            *region_warnings(plan, response),
            *scored.warnings,
            *response.warnings,
        ),
    )


def toward_plan(body: EvaluatePlanBody, response: AnyResponse, spend: np.ndarray) -> AllocateBody:
    """The question how far to go from today's plan to ``spend (channel,)`` now."""
    ends = sorted((float(response.current.sum()), float(spend.sum())))
    low, high = np.minimum(spend, response.current), np.maximum(spend, response.current)
    bounds = zip(response.channels, low.tolist(), high.tolist(), strict=True)
    horizon = {name: getattr(body, name) for name in WithMoves.model_fields}
    total = max(ends[1], SMALLEST_BUDGET)
    return AllocateBody.model_construct(
        **horizon,
        budget=Budget.model_construct(min=min(ends[0], total), max=total),
        objective=body.objective,
        channels={
            name: ChannelBounds.model_construct(min=least, max=most) for name, least, most in bounds
        },
        stay=False,
    )


def plan_totals(model: FittedModel, body: GivenPlan) -> np.ndarray:
    """Spend per channel (channel,); raises QueryError if the plan omits a channel."""
    names, weeks = model.structure.paid_channels, body.horizon.weeks
    issues = [
        Issue(pointer("plan", name), "unknown_channel", f"there is no channel {name!r}")
        for name in body.plan
        if name not in names
    ]
    missing = [name for name in names if name not in body.plan]
    if missing:
        detail = f"say what {', '.join(missing)} get, also if it is 0"
        issues.append(Issue("/plan", "missing_channel", detail))
    for name, amount in body.plan.items():
        if isinstance(amount, tuple) and len(amount) != weeks:
            detail = f"{name!r} has {len(amount)} weeks; the horizon has {weeks}"
            issues.append(Issue(pointer("plan", name), "weeks", detail))
    issues += _other_weeks(body)
    if "optimised" in (body.phasing.kind, body.phasing.geos):
        detail = "a given plan leaves nothing to optimise; give its weeks, or a rule for them"
        issues.append(Issue("/phasing", "given", detail))
    total = float(np.sum([np.sum(amount) for amount in body.plan.values()]))
    if not issues and total != 0.0 and not SMALLEST_BUDGET <= total <= LARGEST:
        detail = (
            f"the plan spends {total:g}: a plan spends 0, or {SMALLEST_BUDGET:g} to {LARGEST:g}"
        )
        code = "no_spend" if total < SMALLEST_BUDGET else "too_large"
        issues.append(Issue("/plan", code, detail))
    if issues:
        raise QueryError(issues)
    return np.array([np.sum(body.plan[name]) for name in names], dtype=np.float64)


def _other_weeks(body: GivenPlan) -> Iterator[Issue]:
    """Issues of channels whose weeks in the plan are not those that their geos add up to."""
    for name, places in body.phasing.weeks_by_geo.items():
        planned = body.plan.get(name)
        lengths = {len(amounts) for amounts in places.values()}
        if not isinstance(planned, tuple) or lengths != {len(planned)}:
            continue
        sums = np.sum([*places.values()], axis=0)
        one, two = (np.asarray(each) / (np.sum(each) or 1.0) for each in (planned, sums))
        if np.abs(one - two).max() > SLACK:
            week = int(np.abs(one - two).argmax())
            detail = f"in week {week + 1} the plan has {one[week]:.3g} of {name!r} and its geos "
            detail += f"{two[week]:.3g}, as shares of their totals"
            yield Issue(pointer("phasing", "weeks_by_geo", name), "weeks", detail)


def with_profiles[Body: GivenPlan](body: Body) -> Body:
    """The body with the plan's weekly amounts as its phasing."""
    weekly = {
        name: amounts
        for name, amounts in body.plan.items()
        if isinstance(amounts, tuple)
        and sum(amounts) > 0.0
        and name not in body.phasing.weeks_by_geo
    }
    phasing = body.phasing.model_copy(update={"profile": {**body.phasing.profile, **weekly}})
    return body.model_copy(update={"phasing": phasing})
