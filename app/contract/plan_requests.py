"""Request bodies about plans: horizon, assumptions, objective and limits."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.contract.base import Name, RequestBody, ResourceId
from mmm.counterfactual.question import (
    AFTER,
    REFERENCE,
    REFERENCE_SPEND,
    After,
    Future,
    Intervention,
    ReferenceKind,
    ReferenceSpend,
)
from mmm.plan.horizon import Horizon
from mmm.spec.calendar import Day
from mmm.spec.numbers import LARGEST, NotNegative, PartOfOne, Positive
from mmm.spec.sizes import (
    LONGEST_HORIZON,
    MOST_FUTURE_NUMBERS,
    MOST_GEOS,
    MOST_INTERVENTIONS,
    MOST_MIXED,
    MOST_SCENARIOS,
    GeoName,
)
from optimizer.problem import AllocationProblem, Budget
from optimizer.problem.base import SMALLEST_BUDGET
from optimizer.problem.conditions import Conditions
from optimizer.problem.limits import ChannelBounds, Group, Ratio, SecondBudget
from optimizer.problem.objective import Expected, Objective
from optimizer.problem.sizes import MOST_BUDGETS, MOST_CHANNELS, MOST_LIMITS, ChannelName

SLACK = 1e-6

Spend = Annotated[float, Field(ge=0, le=LARGEST)]
"""Spend of a plan, which may hold the traces that a solver leaves."""

WeeklyProfile = Annotated[tuple[NotNegative, ...], Field(max_length=LONGEST_HORIZON)]

GeoWeeks = Annotated[dict[GeoName, WeeklyProfile], Field(min_length=1, max_length=MOST_GEOS)]

GeoSplit = Annotated[dict[GeoName, NotNegative], Field(min_length=1, max_length=MOST_GEOS)]

_EXAMPLE: dict[str, Any] = {
    "horizon": {"start": "2024-07-01", "weeks": 13},
    "budget": {"total": 1_000_000},
    "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
    "channels": {"tv": {"min": 50_000, "max": 400_000}, "search": {"fixed": 120_000}},
    "groups": [{"channels": ["tv", "radio"], "max_share": 0.6}],
    "assume": [{"variable": "rival.spend", "scale": 1.2}],
    "conditions": [{"kind": "target", "kpi": 5_000_000, "probability": 0.8}],
}


class Phasing(RequestBody):
    """How a channel's total is spread over weeks and geos, or whether the plan optimizes it."""

    kind: Literal["historic", "even", "optimised"] = Field(
        default="historic",
        description="Over weeks: as in the reference, evenly, or optimized.",
    )
    geos: Literal["usual", "optimised"] = Field(
        default="usual", description="Over geos: according to kind, or optimized."
    )
    profile: dict[ChannelName, WeeklyProfile] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="Weekly spend, or its proportions, of individual channels.",
    )
    split: dict[ChannelName, GeoSplit] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="Spend by geo, or its proportions, of individual channels: every geo has one.",
    )
    weeks_by_geo: dict[ChannelName, GeoWeeks] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="Weekly spend of every geo, or its proportions, of individual channels, in "
        "place of profile and split.",
    )


class WorldScenario(RequestBody):
    """One scenario of the horizon: assumptions in addition to those of all scenarios."""

    name: Name = Field(min_length=1, max_length=100)
    probability: PartOfOne
    assume: tuple[Intervention, ...] = Field(default=(), max_length=MOST_INTERVENTIONS)
    future: Future = Field(default_factory=dict)


class PriceDecision(RequestBody):
    """Own price over the horizon: the best of a grid, or the best between two bounds."""

    grid: tuple[Positive, ...] | None = Field(default=None, min_length=2, max_length=25)
    min: Positive | None = None
    max: Positive | None = None

    @model_validator(mode="after")
    def _grid_or_bounds(self) -> Self:
        if (self.grid is None) == (self.min is None or self.max is None):
            raise ValueError('give either a "grid" of prices or both "min" and "max"')
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self


class MixedModel(RequestBody):
    """A model of a mixture, and its weight in it."""

    model_id: ResourceId
    weight: float = Field(ge=0, le=1)


class PlanHorizon(RequestBody):
    """The horizon to plan, and the assumptions about it.

    ``scenarios`` have probabilities that add up to one; one plan is optimized for all of them.
    """

    horizon: Horizon
    reference: ReferenceKind | None = Field(default=None, description=REFERENCE)
    reference_spend: ReferenceSpend = Field(default_factory=dict, description=REFERENCE_SPEND)
    after: After = Field(default="continue", description=AFTER)
    phasing: Phasing = Phasing()
    assume: tuple[Intervention, ...] = Field(default=(), max_length=MOST_INTERVENTIONS)
    future: Future = Field(default_factory=dict)
    discount_rate: float = Field(
        default=0.0,
        ge=0,
        le=10,
        allow_inf_nan=False,
        description="Yearly rate, applied to carryover after the horizon.",
    )
    scenarios: tuple[WorldScenario, ...] = Field(default=(), max_length=MOST_SCENARIOS)
    explore: bool = Field(
        default=False,
        description="Allow plans beyond what the data support; outcomes are then more uncertain.",
    )
    mix: tuple[MixedModel, ...] = Field(
        default=(),
        max_length=MOST_MIXED,
        description="Models of the same data whose draws are taken together, by weights that add "
        "up to one, such as the stacking weights of a comparison; the model of the path is among "
        "them. Verdict, evidence and second model are those of the path's.",
    )

    @model_validator(mode="after")
    def _weights_of_the_mixture(self) -> Self:
        total = sum(each.weight for each in self.mix)
        if self.mix and abs(total - 1.0) > SLACK:
            raise ValueError(f"the weights of the mix add up to {total:g}, not 1")
        return self

    @model_validator(mode="after")
    def _probabilities_of_scenarios(self) -> Self:
        total = sum(scenario.probability for scenario in self.scenarios)
        if self.scenarios and abs(total - 1.0) > SLACK:
            raise ValueError(f"the probabilities of the scenarios add up to {total:g}, not 1")
        return self

    @model_validator(mode="after")
    def _not_too_many_numbers(self) -> Self:
        futures = (self.future, *(scenario.future for scenario in self.scenarios))
        numbers = sum(
            len(rule) for future in futures for rule in future.values() if isinstance(rule, list)
        )
        if numbers > MOST_FUTURE_NUMBERS:
            detail = f"the futures hold {numbers:,} numbers; the limit is {MOST_FUTURE_NUMBERS:,}"
            raise ValueError(detail)
        return self


class WithMoves(PlanHorizon):
    """A question about a plan whose answer ends in moves."""

    under_test: dict[ChannelName, Day] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="Channels with a running test, and its last day: the moves hold them until "
        "then. The service adds its own running experiments.",
    )


class AllocateBody(AllocationProblem, WithMoves):
    """An allocation: a budget over a horizon, under limits, with a risk objective."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    price: PriceDecision | None = Field(
        default=None, description="Decide the own price too; needs a unit cost."
    )
    explain: bool = Field(
        default=False, description="Add stability, regret and the value of information (slower)."
    )
    prove: bool = Field(
        default=True,
        description="Compute a global bound if curves are S-shaped; false is faster, with a weaker "
        "certificate.",
    )
    time_limit_s: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="Seconds that the search for the plan may take, and again that for its moves; "
        "of a frontier, each point. At its end comes the best plan so far, with the gap that is "
        "proved by then and the status `stopped`.",
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1, description="Seed of the random starts.")
    accept_rejected: bool = Field(
        default=False, description="Answer even if the model failed its checks."
    )


type Weekly = Annotated[tuple[Spend, ...], Field(min_length=1, max_length=LONGEST_HORIZON)]


class GivenPlan(PlanHorizon):
    """A plan: for every channel its total over the horizon, or its spend week by week."""

    plan: dict[ChannelName, Spend | Weekly] = Field(min_length=1, max_length=MOST_CHANNELS)
    objective: Objective = Expected()
    accept_rejected: bool = Field(default=False, description="Answer although the checks failed.")


class EvaluatePlanBody(GivenPlan, WithMoves):
    """A plan: for every channel its total over the horizon, or its spend week by week.

    The plan is checked against ``budget``, the limits and the conditions, also where it spends
    nothing or no plan could keep them; the budget defaults to its own total.
    """

    budget: Budget | None = None
    committed: dict[ChannelName, Weekly] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="What of the plan is bought already, week by week; an allocation of the "
        "scenario keeps it.",
    )
    channels: dict[ChannelName, ChannelBounds] = Field(
        default_factory=dict, max_length=MOST_CHANNELS
    )
    groups: tuple[Group, ...] = Field(default=(), max_length=MOST_LIMITS)
    ratios: tuple[Ratio, ...] = Field(default=(), max_length=MOST_LIMITS)
    budgets: tuple[SecondBudget, ...] = Field(default=(), max_length=MOST_BUDGETS)
    conditions: Conditions = ()

    @model_validator(mode="after")
    def _committed_within_the_plan(self) -> Self:
        for name, bought in self.committed.items():
            planned = self.plan.get(name)
            if not isinstance(planned, tuple) or len(planned) != len(bought):
                raise ValueError(f"committed {name!r} needs as many weeks of {name!r} in the plan")
            for week, (part, whole) in enumerate(zip(bought, planned, strict=True), start=1):
                if part > whole * (1.0 + SLACK):
                    detail = f"of {name!r}, {part:g} is committed in week {week} and {whole:g}"
                    raise ValueError(f"{detail} is planned")
        return self


type Totals = Annotated[
    tuple[Annotated[float, Field(ge=SMALLEST_BUDGET, le=LARGEST)], ...], Field(max_length=50)
]


type Aversions = Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(max_length=50)]


class FrontierBody(AllocateBody):
    """An allocation, solved for each of several totals or risk aversions."""

    totals: Totals = ()
    risk_aversions: Aversions = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [values for values in (self.totals, self.risk_aversions) if values]
        if len(given) != 1 or len(given[0]) < 2:
            raise ValueError('give two or more "totals" or two or more "risk_aversions"')
        used = {"price": self.price, "explain": self.explain, "under_test": self.under_test}
        if unused := next((name for name, value in used.items() if value), None):
            raise ValueError(f'a frontier does not use "{unused}"; ask for one allocation instead')
        if self.risk_aversions and not hasattr(self.objective, "risk_aversion"):
            detail = f"an objective of kind {self.objective.kind!r} has no risk aversion"
            raise ValueError(detail)
        return self
