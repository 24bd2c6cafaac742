"""The documents of an allocation: the plan that is answered, and what is said of it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mmm.interval import Interval


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


class PlannedPlace(Answer):
    """One week's spend by channel in one geo."""

    week: date
    geo: str
    spend: dict[str, float]


class Plan(Answer):
    """Who gets what, and when."""

    total: float
    channels: tuple[PlannedChannel, ...]
    by_week: tuple[PlannedWeek, ...]
    by_geo: tuple[PlannedGeo, ...]
    by_week_and_geo: tuple[PlannedPlace, ...] = Field(description="Where there are several geos.")
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


class PriceTried(Answer):
    """One price and the objective's measure of its best plan."""

    price: float
    value: float


class PriceDocument(Answer):
    """The price of the plan; gains hold what the price brings without own spend."""

    price: float
    current: float = Field(description="Mean of the last observed week.")
    effect: Interval = Field(description="Gain over the best plan at the current price.")
    probability_better: float
    observed: tuple[float, float] = Field(description="The lowest and the highest price so far.")
    beyond_observed: bool
    tried: tuple[PriceTried, ...]


class ScenarioDocument(Answer):
    """What the plan brings if one scenario comes true."""

    name: str
    probability: float
    gain: Interval
    outcome: Interval


class AllocationAnswer(Answer):
    """The plan that is best for the attitude to risk, and how good it is."""

    status: Literal["optimal", "feasible", "stay", "target_unreachable"]
    summary: str
    plan: Plan
    outcome: Interval = Field(description="Expected kpi of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    versus_current: Versus = Field(description="Today's spend, at the plan's price.")
    versus_proportional: Versus
    price: PriceDocument | None = Field(description="Where the price was decided.")
    scenarios: tuple[ScenarioDocument, ...]
    risk: RiskDocument
    certificate: CertificateDocument
    binding: tuple[BindingDocument, ...]
    target: ReachedDocument | None
    stay: StayDocument | None
    pairs: tuple[PairDocument, ...]
    stability: StabilityDocument | None = Field(description="With explain.")
    information: InformationDocument | None = Field(description="With explain.")
    warnings: tuple[str, ...]


class PlanEvaluation(Answer):
    """What the plan is expected to bring, how sure that is, and what speaks against it."""

    plan: Plan
    outcome: Interval = Field(description="Expected kpi of the horizon under the plan.")
    outcome_unit: str
    gain: Interval = Field(description="Value over no own spend in the window, less cost.")
    gain_unit: str
    versus_current: Versus
    versus_proportional: Versus
    risk: RiskDocument
    broken: tuple[str, ...] = Field(description="Limits that the plan breaks.")
    pairs: tuple[PairDocument, ...]
    warnings: tuple[str, ...]


class FrontierPoint(Answer):
    """One plan of the frontier; spend by channel over the horizon."""

    total: float
    risk_aversion: float | None
    status: str
    spend: dict[str, float]
    gain: Interval
    cvar: float
    tail: float
    value: float = Field(description="Of the objective.")
    outcome: Interval
    marginal_roi: float | None = Field(description="Value of the next unit, over the whole plan.")
    certificate: CertificateDocument


class FrontierAnswer(Answer):
    """The frontier in the order asked."""

    points: tuple[FrontierPoint, ...]
    gain_unit: str
    outcome_unit: str
    warnings: tuple[str, ...]
