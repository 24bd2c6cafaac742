"""Documents of allocations and plan evaluations: the plan, its gain and its risk."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from app.contract.moves import Moves
from app.contract.plan_details import (
    BindingDocument,
    CertificateDocument,
    ConditionDocument,
    FewestMovesDocument,
    InformationDocument,
    LeastMovementDocument,
    ObstacleDocument,
    PairDocument,
    PlanDocument,
    RoundingDocument,
    StabilityDocument,
    StayDocument,
)
from app.contract.planned_spend import Plan
from app.contract.region import SUPPORTED, SupportedRegion
from mmm.counterfactual.question import After, ReferenceKind
from mmm.interval import Interval
from mmm.posterior.evidence import GradeNote

EVIDENCE: Any = Field(
    default=None,
    description="The grade of each channel and of the price; null for a model without a record.",
)


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


INSIDE: Any = Field(
    description="Value of the plan within the horizon, in the unit of the gain; with value_later "
    "it adds up, draw by draw, to the gain plus what the plan costs (on the KPI: to the gain)."
)
LATER: Any = Field(description="Value that the plan's carryover brings after the horizon.")

CONDITIONS: Any = Field(
    description="Every condition and second budget of the request, met or not, in their order."
)

SECOND: Any = Field(
    default=None, description="Null for a model of a release without second models, and for a file."
)


class AllocationAnswer(PlanDocument):
    """The plan that is optimal for the objective, with its gain, risk and certificate."""

    status: Literal["optimal", "feasible", "stopped", "stay", "condition_unmet"] = Field(
        description="optimal: proven for this model's draws and the limits asked for; feasible: "
        "the best plan that was found; stopped: the best plan so far when `time_limit_s` was over; "
        "stay: no other plan is clearly better than the current one; "
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
    value_inside: Interval = INSIDE
    value_later: Interval = LATER
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
    obstacles: tuple[ObstacleDocument, ...] = Field(
        default=(),
        description="The binding limits that are worth loosening, in words, the dearest first.",
    )
    conditions: tuple[ConditionDocument, ...] = CONDITIONS
    stay: StayDocument | None
    fewest_moves: FewestMovesDocument | None = Field(
        default=None, description="Only with fewest_moves, and where there is a gain to keep."
    )
    least_movement: LeastMovementDocument | None = Field(
        default=None, description="Only with least_movement, and where there is a gain to keep."
    )
    rounding: RoundingDocument | None = Field(default=None, description="Only with round_to.")
    pairs: tuple[PairDocument, ...]
    stability: StabilityDocument | None = Field(description="Only with explain.")
    information: InformationDocument | None = Field(description="Only with explain.")
    evidence: dict[str, GradeNote] | None = EVIDENCE
    second_model: SecondOpinion | None = SECOND
    supported: SupportedRegion | None = SUPPORTED
    warnings: tuple[str, ...]


class PlanEvaluation(PlanDocument):
    """The evaluation of a given plan: gain, outcome, risk, and the limits that it violates."""

    moves: Moves | None = Field(
        default=None, description="What of the plan to do now, to test first, and to hold."
    )
    plan: Plan
    outcome: Interval = Field(description="Expected KPI of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    value_inside: Interval = INSIDE
    value_later: Interval = LATER
    reference: ReferenceDocument | None = REFERENCE
    after: AfterDocument | None = AFTER
    versus_current: ReferenceComparisonDocument = Field(
        description="Against the reference in its own weeks and regions."
    )
    versus_proportional: ReferenceComparisonDocument
    risk: RiskDocument
    broken: tuple[str, ...] = Field(description="Limits that the plan violates.")
    conditions: tuple[ConditionDocument, ...] = CONDITIONS
    pairs: tuple[PairDocument, ...]
    evidence: dict[str, GradeNote] | None = EVIDENCE
    second_model: SecondOpinion | None = SECOND
    supported: SupportedRegion | None = SUPPORTED
    warnings: tuple[str, ...]
