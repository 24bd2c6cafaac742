"""A what-if question and its answer, as JSON."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mmm.interval import Answer, Effect, Interval
from mmm.posterior.evidence import GradeNote
from mmm.spec.base import Frozen
from mmm.spec.calendar import Day
from mmm.spec.numbers import MOST_TIMES, NotNegative, Number, Times
from mmm.spec.sizes import MOST_INTERVENTIONS, MOST_VARIABLES, MOST_WEEKS, VariableName

ReferenceKind = Literal["last_weeks", "last_year", "given"]
After = Literal["zero", "continue"]
AFTER = (
    "Own spend after the last week, in every world alike: zero, or going on. Weeks after the data "
    "then get the mean per week of the window or the plan."
)
CounterfactualKind = Literal["forecast", "interventional", "counterfactual"]
ACTIONS = ("set", "scale", "add", "shift", "policy")
type FutureRule = (
    Literal["hold", "last_year"]
    | Annotated[list[Number], Field(min_length=1, max_length=MOST_WEEKS)]
)
"""The future of a variable: a rule, or its value in each week after the data."""
Future = Annotated[dict[VariableName, FutureRule], Field(max_length=MOST_VARIABLES)]

type WeeklyAmounts = Annotated[tuple[NotNegative, ...], Field(max_length=MOST_WEEKS)]
ReferenceSpend = Annotated[
    dict[VariableName, NotNegative | WeeklyAmounts], Field(max_length=MOST_VARIABLES)
]
"""Own spend of a given reference by channel: a total over the weeks, or one amount a week."""

REFERENCE = (
    "Today's plan after the data: the last weeks again, the same weeks of last year, or given in "
    "reference_spend. Default: last year's where the data have 60 weeks, else the last ones."
)
REFERENCE_SPEND = (
    "Of a given reference: every channel's total over the weeks after the data, or one amount a "
    "week."
)


class WeekRange(Frozen):
    """A range of weeks by the dates of the first and the last week's start."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        return self


class Policy(Frozen):
    """A reaction: the variable changes by ``share`` times the relative change of ``follows``.

    The change of ``follows`` is relative to the world without the question's interventions, in the
    same geo, ``lag`` weeks before.
    """

    follows: VariableName
    share: Annotated[float, Field(ge=-MOST_TIMES, le=MOST_TIMES)]
    lag: int = Field(default=0, ge=0, le=52)


class Intervention(Frozen):
    """One intervention in each week and geo of its range (default: the window).

    ``set``, ``scale`` and ``add`` change values, in the variable's own unit; for a national channel
    the number is its total over geos. ``shift`` moves the variable's values by that many weeks
    (later where positive) within the range; the gap is filled with zero for spend and events, and
    with the value of the week next to the range for prices and controls. ``policy`` makes the
    variable react to another one. A mediator that is scaled or added to still follows its causes;
    one that is set does not.
    """

    variable: VariableName
    set: Number | None = None
    scale: Times | None = None
    add: Number | None = None
    shift: int | None = Field(default=None, ge=-104, le=104, description="Weeks.")
    policy: Policy | None = None
    start: Day | None = None
    end: Day | None = None

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            choice = ", ".join(ACTIONS)
            raise ValueError(f"give exactly one of {choice}; got {', '.join(given) or 'none'}")
        if self.shift == 0:
            raise ValueError("a shift of 0 weeks moves nothing")
        return self


class Counterfactual(Frozen):
    """A what-if question."""

    window: WeekRange
    kind: CounterfactualKind = "interventional"
    do: tuple[Intervention, ...] = Field(min_length=1, max_length=MOST_INTERVENTIONS)
    future: Future = Field(default_factory=dict)
    reference: ReferenceKind | None = Field(default=None, description=REFERENCE)
    reference_spend: ReferenceSpend = Field(default_factory=dict, description=REFERENCE_SPEND)
    after: After = Field(default="zero", description=AFTER)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class PathEffect(Answer):
    """The effect along one path, everything else as in the baseline.

    Where there are several rows, the last, ``interaction``, is the remainder: products with a
    price, the log link, several variables at once. The rows add up to the effect.
    """

    path: tuple[str, ...]
    effect: Interval


class WeekEffect(Answer):
    """One week of the window or of its carryover after the window."""

    week: date
    baseline: Interval
    scenario: Interval
    effect: Interval


class MoneyEffect(Answer):
    """Currency: the effect with carryover after the window, and within it; the others are totals of
    the window."""

    effect: Effect
    effect_in_window: Effect
    baseline: Interval
    scenario: Interval


class Money(Answer):
    """The answer in currency, where the KPI counts units and has a price.

    ``revenue`` is price times units; ``profit``, where the cost of a unit is known, is (price -
    cost) times units, less own spend.
    """

    revenue: MoneyEffect
    profit: MoneyEffect | None


class UncertaintySplit(Answer):
    """Standard deviation of a window total: of its expectation over draws, and of the noise.

    The variance of a forecast is the sum of their squares.
    """

    parameter_sd: float
    noise_sd: float


class Uncertainty(Answer):
    """Sources of the intervals of baseline and scenario; only a forecast has noise."""

    baseline: UncertaintySplit
    scenario: UncertaintySplit


class CounterfactualAnswer(Answer):
    """The answer to a what-if question.

    ``effect`` includes the carryover after the window, ``effect_in_window`` does not; baseline and
    scenario are totals of the window. ``evidence``: the grades of the channels and the price
    intervened on; null where the model has no record.
    """

    effect: Effect
    effect_in_window: Effect
    baseline: Interval
    scenario: Interval
    uncertainty: Uncertainty
    money: Money | None
    by_path: tuple[PathEffect, ...]
    by_week: tuple[WeekEffect, ...]
    unit: str
    kind: CounterfactualKind
    evidence: dict[str, GradeNote] | None = None
    warnings: tuple[str, ...]
