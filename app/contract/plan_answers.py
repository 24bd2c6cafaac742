"""Documents of allocations and plan evaluations: the plan, its gain and its risk."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from app.contract.plan_details import (
    BindingDocument,
    CertificateDocument,
    ConditionDocument,
    InformationDocument,
    PairDocument,
    PlanDocument,
    StabilityDocument,
    StayDocument,
)
from mmm.counterfactual.question import After, ReferenceKind
from mmm.interval import Interval
from mmm.posterior.evidence import GradeNote

EVIDENCE: Any = Field(
    default=None,
    description="The grade of each channel and of the price; null for a model without a record.",
)


class PlannedChannel(PlanDocument):
    """One channel: totals over the horizon in currency; ``change`` is relative to ``current``."""

    name: str
    spend: float
    current: float
    change: float | None = Field(description="spend / current - 1; null if current is 0.")
    marginal_roi: Interval = Field(description="Value of the next unit of currency.")
    beyond_observed: bool = Field(
        description="Extrapolation: more than the observed maximum in as many weeks."
    )


class PlannedWeek(PlanDocument):
    """One week's spend by channel, all geos together."""

    week: date
    spend: dict[str, float]


class PlannedGeo(PlanDocument):
    """One geo's spend by channel over the horizon."""

    geo: str
    spend: dict[str, float]


class PlannedCell(PlanDocument):
    """Spend of one channel in one geo, one week, or both; null means all geos or all weeks."""

    channel: str
    geo: str | None
    week: date | None
    spend: float
    current: float
    beyond_observed: bool = Field(
        description="Extrapolation: more than the observed maximum there in as many weeks."
    )


class PlannedPlace(PlanDocument):
    """One week's spend by channel in one geo."""

    week: date
    geo: str
    spend: dict[str, float]


class Plan(PlanDocument):
    """Spend by channel, week, geo and cell."""

    total: float
    channels: tuple[PlannedChannel, ...]
    by_week: tuple[PlannedWeek, ...]
    by_geo: tuple[PlannedGeo, ...]
    by_week_and_geo: tuple[PlannedPlace, ...] = Field(description="Only with several geos.")
    cells: tuple[PlannedCell, ...] = Field(description="Only if weeks or geos were decided.")


class ReferenceComparisonDocument(Interval):
    """Gain of the plan minus gain of a reference, draws paired."""

    probability_better: float = Field(
        description="Of a higher gain than the reference's, if the model is right."
    )
    reference_total: float = Field(description="Total spend of the reference, currency.")
    reference_feasible: bool = Field(description="Whether the reference satisfies every limit.")
    broken: tuple[str, ...] = Field(description="The limits that the reference violates.")


class ReferenceDocument(PlanDocument):
    """Today's plan, which every ``current`` of the answer is."""

    kind: ReferenceKind
    start: date | None = Field(description="First week that it repeats; null if it was given.")
    end: date | None = Field(description="Last week that it repeats; null if it was given.")


REFERENCE: Any = Field(default=None, description="Null in answers of a release without references.")


class AfterDocument(PlanDocument):
    """Own spend after the horizon, the same with the plan, with the reference and without any."""

    kind: After
    per_week: dict[str, float] = Field(description="Currency by channel; empty for zero.")


AFTER: Any = Field(default=None, description="Null in answers of a release that always had zero.")


class RiskDocument(PlanDocument):
    """The risk measure that was maximized, and its components."""

    kind: str = Field(description="Of the objective.")
    quantity: str = Field(default="", description="What the objective measures, in words.")
    value: float = Field(description="The measure that was maximized, in the unit of the gain.")
    mean: float = Field(description="Of the gain over no own spend, less cost.")
    cvar: float = Field(description="Mean of the gain in the worst share tail of the draws.")
    tail: float
    probability_worse: float = Field(
        description="Probability, if the model is right, that the plan gains less than the current "
        "plan does; draws paired, at the plan's price."
    )


class PriceTried(PlanDocument):
    """One price and the objective value of its best plan."""

    price: float
    value: float


class PriceDocument(PlanDocument):
    """The price of the plan; gains include the effect of the price without own spend."""

    price: float
    current: float = Field(description="Mean of the last observed week.")
    effect: Interval = Field(description="Gain over the best plan at the current price.")
    probability_better: float
    observed: tuple[float, float] = Field(description="The lowest and the highest price so far.")
    beyond_observed: bool
    tried: tuple[PriceTried, ...]


class ScenarioDocument(PlanDocument):
    """Gain and outcome of the plan in one scenario."""

    name: str
    probability: float
    gain: Interval
    outcome: Interval


class SecondOpinion(PlanDocument):
    """What the second model, of another structure, says of the plan."""

    status: Literal["pending", "ready", "skipped"]
    structure: str = Field(description="How the second model differs from the model, in words.")
    reason: str | None = Field(default=None, description="Why it was skipped.")
    probability_better: float | None = Field(
        default=None,
        description="Of the plan over current spend; null for a plan that is current spend.",
    )
    versus_current: Interval | None = Field(
        default=None, description="Gain of the plan minus that of current spend, draws paired."
    )


CONDITIONS: Any = Field(
    description="Every condition and second budget of the request, met or not, in their order."
)

SECOND: Any = Field(
    default=None, description="Null for a model of a release without second models, and for a file."
)


class Move(PlanDocument):
    """A change of a channel's spend over the horizon that can be defended now."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)

    channel: str
    from_spend: float = Field(alias="from", description="Today's spend, currency.")
    to: float
    why: str


class TestFirst(PlanDocument):
    """A change that the model alone would make, and that a test should decide.

    The channel goes to ``if_good`` where a test confirms the model, and to ``if_not``, the spend of
    the moves that can be made now, where it does not.
    """

    channel: str
    if_good: float
    if_not: float
    worth_knowing: float | None = Field(
        description="Expected gain of knowing this effect before planning, by the joint draws; "
        "null where effects do not add up."
    )
    why: str


class Hold(PlanDocument):
    """A channel that stays as it is, and why."""

    channel: str
    why: str


class Moves(PlanDocument):
    """What to do now, what to test first, and what to hold.

    The moves of ``do_now`` are best for the worst of model and second model, each effect cut to the
    share that its evidence calls causal, risk on the gain over current spend.
    """

    do_now: tuple[Move, ...]
    test_first: tuple[TestFirst, ...]
    hold: tuple[Hold, ...]
    plan: Plan | None = Field(
        description="The plan with the moves of do_now alone; null where the limits allow none."
    )
    gain: Interval | None = Field(
        description="Of that plan over current spend, by the less favourable of the models, with "
        "causal shares alone."
    )
    chances_in_20: int | None = Field(
        description="In how many of 20 cases that plan is better than current spend, if the model "
        "is right; at most 19 unless tested. Null where nothing moves, and where more than a third "
        "of the moved money rests on what could be coincidence."
    )
    probability_better: float | None = Field(
        description="The same as a probability, by the model with causal shares alone."
    )
    second_model: float | None = Field(
        description="The same by the second model; null where it is not ready."
    )
    cost_of_waiting: float = Field(
        description="Gain a week that the model alone expects of the moves to test first."
    )
    summary: str


class AllocationAnswer(PlanDocument):
    """The plan that is optimal for the objective, with its gain, risk and certificate."""

    status: Literal["optimal", "feasible", "stay", "condition_unmet"] = Field(
        description="optimal: proven for this model's draws and the limits asked for; feasible: "
        "the best plan that was found; stay: no other plan is clearly better than the current one; "
        "condition_unmet: the closest plan that was found misses a condition."
    )
    summary: str
    moves: Moves | None = Field(
        default=None, description="What of the plan to do now, to test first, and to hold."
    )
    plan: Plan = Field(
        description="The optimum of the model alone under the stated limits, whatever its evidence."
    )
    outcome: Interval = Field(description="Expected KPI of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    reference: ReferenceDocument | None = REFERENCE
    after: AfterDocument | None = AFTER
    versus_current: ReferenceComparisonDocument = Field(
        description="Against the reference at the plan's price."
    )
    versus_proportional: ReferenceComparisonDocument
    price: PriceDocument | None = Field(description="Only if the price was decided.")
    scenarios: tuple[ScenarioDocument, ...]
    risk: RiskDocument
    certificate: CertificateDocument
    binding: tuple[BindingDocument, ...]
    conditions: tuple[ConditionDocument, ...] = CONDITIONS
    stay: StayDocument | None
    pairs: tuple[PairDocument, ...]
    stability: StabilityDocument | None = Field(description="Only with explain.")
    information: InformationDocument | None = Field(description="Only with explain.")
    evidence: dict[str, GradeNote] | None = EVIDENCE
    second_model: SecondOpinion | None = SECOND
    warnings: tuple[str, ...]


class PlanEvaluation(PlanDocument):
    """The evaluation of a given plan: gain, outcome, risk, and the limits that it violates."""

    plan: Plan
    outcome: Interval = Field(description="Expected KPI of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    reference: ReferenceDocument | None = REFERENCE
    after: AfterDocument | None = AFTER
    versus_current: ReferenceComparisonDocument
    versus_proportional: ReferenceComparisonDocument
    risk: RiskDocument
    broken: tuple[str, ...] = Field(description="Limits that the plan violates.")
    conditions: tuple[ConditionDocument, ...] = CONDITIONS
    pairs: tuple[PairDocument, ...]
    evidence: dict[str, GradeNote] | None = EVIDENCE
    second_model: SecondOpinion | None = SECOND
    warnings: tuple[str, ...]
