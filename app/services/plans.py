"""The documents of an allocation: what is asked, and the plan that is answered."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.documents import RequestBody
from mmm.future import Rule
from mmm.interval import Interval
from mmm.plan_response import Horizon
from mmm.question import Do
from optimizer.problem import AllocationProblem

_EXAMPLE: dict[str, Any] = {
    "horizon": {"start": "2024-07-01", "weeks": 13},
    "budget": {"total": 1_000_000},
    "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
    "channels": {"tv": {"min": 50_000, "max": 400_000}, "search": {"fixed": 120_000}},
    "groups": [{"channels": ["tv", "radio"], "max_share": 0.6}],
    "assume": [{"variable": "rival.spend", "scale": 1.2}],
}


class Phasing(RequestBody):
    """How a channel's total is spread over weeks and geos, or that the plan decides it."""

    kind: Literal["historic", "even", "optimised"] = Field(
        default="historic",
        description="Over weeks: as in the last ones, evenly, or the best for the objective.",
    )
    geos: Literal["usual", "optimised"] = Field(
        default="usual", description="Over geos: as the kind says, or the best for the objective."
    )
    profile: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, description="Weekly spend, or its proportions, of single channels."
    )


class Coming(RequestBody):
    """The weeks to plan, and what is assumed of them."""

    horizon: Horizon
    phasing: Phasing = Phasing()
    assume: tuple[Do, ...] = Field(default=(), max_length=100)
    future: dict[str, Rule] = Field(default_factory=dict)


class AllocateBody(AllocationProblem, Coming):
    """What to decide: a budget over coming weeks, under limits, for an attitude to risk."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    explain: bool = Field(
        default=False, description="Add stability, regret and the value of information (slower)."
    )
    prove: bool = Field(
        default=True,
        description="Bound all plans where curves are S-shaped; false is quicker, with less proof.",
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1, description="Of the random starts.")
    accept_rejected: bool = Field(default=False, description="Answer although the checks failed.")


class Answer(BaseModel):
    """Base of answers."""

    model_config = ConfigDict(frozen=True)


class PlannedChannel(Answer):
    """One channel: totals over the horizon in currency; ``change`` is relative to ``current``."""

    name: str
    spend: float
    current: float
    change: float | None = Field(description="spend / current - 1; null where current is 0.")
    marginal_roi: Interval = Field(description="Value of the next unit of currency.")
    beyond_observed: bool = Field(description="More than was ever spent in as many weeks.")


class PlannedWeek(Answer):
    """One week's spend by channel, all geos together."""

    week: date
    spend: dict[str, float]


class PlannedGeo(Answer):
    """One geo's spend by channel over the horizon."""

    geo: str
    spend: dict[str, float]


class PlannedCell(Answer):
    """What one channel gets in one geo, one week, or both; null stands for all of them."""

    channel: str
    geo: str | None
    week: date | None
    spend: float
    current: float
    beyond_observed: bool = Field(description="More than was ever spent there in as long a time.")


class Plan(Answer):
    """Who gets what, and when."""

    total: float
    channels: tuple[PlannedChannel, ...]
    by_week: tuple[PlannedWeek, ...]
    by_geo: tuple[PlannedGeo, ...]
    cells: tuple[PlannedCell, ...] = Field(description="Where weeks or geos were decided.")


class Versus(Interval):
    """Gain of the plan minus gain of a reference, draws paired."""

    probability_better: float
    reference_total: float = Field(description="What the reference spends, currency.")
    reference_feasible: bool = Field(description="Whether it satisfies every limit.")
    broken: tuple[str, ...] = Field(description="The limits that it breaks.")


class RiskDocument(Answer):
    """The measure that was maximised, beside what it is made of."""

    kind: str
    value: float
    mean: float
    cvar: float
    tail: float
    probability_of_loss: float


class CertificateDocument(Answer):
    """How good the plan is proved to be."""

    kind: Literal["global", "stationary", "none"]
    upper_bound: float | None
    gap: float | None


class BindingDocument(Answer):
    """A limit that the plan meets, and what one unit of it is worth."""

    constraint: str
    pointer: str | None
    shadow_price: float


class ReachedDocument(Answer):
    """A condition beside the budget, and what the plan reaches of it."""

    condition: str
    pointer: str
    wanted: float
    reached: float
    met: bool


class StayDocument(Answer):
    """The best plan that was found beside the present mix at the same total; draws paired."""

    within_noise: bool
    proportional: dict[str, float] = Field(description="Spend of the present mix by channel.")
    best_found: dict[str, float] = Field(description="Spend of the best plan by channel.")
    probability_better: float
    expected: float = Field(description="Mean gain of the best plan over the present mix.")
    deviation: float = Field(description="Its standard deviation over draws.")


class PairDocument(Answer):
    """Two channels whose effects the data cannot tell apart, though it knows their sum."""

    channels: tuple[str, str]
    correlation: float
    uncertainty: tuple[float, float] = Field(description="s.d. / mean of each response.")
    uncertainty_of_sum: float


class StabilityDocument(Answer):
    """Plans chosen on one half of the draws, valued on the other."""

    moved: tuple[float, ...] = Field(description="Share of the total that each spends elsewhere.")
    in_sample: float
    out_of_sample: float
    proportional: float = Field(description="The present mix on the same halves.")


class InformationDocument(Answer):
    """What the plan may regret, and what knowing more would be worth, in expected gain."""

    expected_regret: float
    perfect: float = Field(description="Of knowing every effect before planning.")
    by_channel: dict[str, float]
    noise: float = Field(description="What a channel may show by chance.")


class AllocationAnswer(Answer):
    """The plan that is best for the attitude to risk, and how good it is."""

    status: Literal["optimal", "feasible", "stay", "target_unreachable"]
    summary: str
    plan: Plan
    outcome: Interval = Field(description="Expected kpi of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    versus_current: Versus
    versus_proportional: Versus
    risk: RiskDocument
    certificate: CertificateDocument
    binding: tuple[BindingDocument, ...]
    target: ReachedDocument | None
    stay: StayDocument | None
    pairs: tuple[PairDocument, ...]
    stability: StabilityDocument | None = Field(description="With explain.")
    information: InformationDocument | None = Field(description="With explain.")
    warnings: tuple[str, ...]
