"""A what-if question and its answer, as JSON."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from mmm.counterfactual.future import Rule
from mmm.interval import Answer, Effect, Interval
from mmm.spec.base import Frozen

Kind = Literal["forecast", "interventional", "counterfactual"]
ACTIONS = ("set", "scale", "add", "shift", "policy")


class Window(Frozen):
    """Week-start dates, both inclusive."""

    start: date
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        return self


class Policy(Frozen):
    """A reaction: the variable changes by ``share`` times the relative change of ``follows``.

    The change of ``follows`` is taken against the world without the question's interventions, in
    the same geo, ``lag`` weeks before.
    """

    follows: str
    share: float
    lag: int = Field(default=0, ge=0, le=52)


class Do(Frozen):
    """One intervention in each week and geo of its range (default: the window).

    ``set``, ``scale`` and ``add`` change values, in the variable's own unit; a national channel's
    number is its total over geos. ``shift`` moves the variable's path by so many weeks (later where
    positive) within the range: spend and events leave zero behind, prices and controls the value
    of the week next to the range. ``policy`` makes it react to another variable. A mediator that is
    scaled or added to keeps following its causes; one that is set does not.
    """

    variable: str
    set: float | None = None
    scale: float | None = Field(default=None, ge=0)
    add: float | None = None
    shift: int | None = Field(default=None, ge=-104, le=104, description="Weeks.")
    policy: Policy | None = None
    start: date | None = None
    end: date | None = None

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

    window: Window
    kind: Kind = "interventional"
    do: tuple[Do, ...] = Field(min_length=1, max_length=100)
    future: dict[str, Rule] = Field(default_factory=dict)
    after: Literal["zero", "continue"] = "zero"
    seed: int = Field(default=0, ge=0)


class PathEffect(Answer):
    """The effect that runs along one path, all else as in the baseline.

    Where there are several rows the last, ``interaction``, is what they leave over: products with a
    price, the log link, several variables at once. The rows add up to the effect.
    """

    path: tuple[str, ...]
    effect: Interval


class WeekEffect(Answer):
    """One week of the window or its carry-out."""

    week: date
    baseline: Interval
    scenario: Interval
    effect: Interval


class MoneyEffect(Answer):
    """In currency: effect with carry-out and within the window; the others are window totals."""

    effect: Effect
    effect_in_window: Effect
    baseline: Interval
    scenario: Interval


class Money(Answer):
    """What the question means in currency, where the kpi counts units and has a price.

    ``revenue`` is price times units; ``profit``, where a unit's cost is known, is (price - cost)
    times units, less own spend.
    """

    revenue: MoneyEffect
    profit: MoneyEffect | None


class Spread(Answer):
    """S.d. of a window total: of its expectation over the draws, and of the noise around it.

    The variance of a forecast is the sum of their squares.
    """

    parameter_sd: float
    noise_sd: float


class Uncertainty(Answer):
    """What the intervals of baseline and scenario are made of; only a forecast has noise."""

    baseline: Spread
    scenario: Spread


class CounterfactualAnswer(Answer):
    """Effect with carry-out, and within the window; baseline and scenario are window totals."""

    effect: Effect
    effect_in_window: Effect
    baseline: Interval
    scenario: Interval
    uncertainty: Uncertainty
    money: Money | None
    by_path: tuple[PathEffect, ...]
    by_week: tuple[WeekEffect, ...]
    unit: str
    kind: Kind
    warnings: tuple[str, ...]
