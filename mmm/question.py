"""A what-if question and its answer, as JSON."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from mmm.answers import Answer
from mmm.future import Rule
from mmm.interval import Effect, Interval
from mmm.spec_base import Frozen

Kind = Literal["forecast", "interventional", "counterfactual"]


class Window(Frozen):
    """Week-start dates, both inclusive."""

    start: date
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        return self


class Do(Frozen):
    """Set, scale or add to one variable in each week and geo of its range (default: the window)."""

    variable: str
    set: float | None = None
    scale: float | None = Field(default=None, ge=0)
    add: float | None = None
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in ("set", "scale", "add") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of set, scale, add; got {given or 'none'}")
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
    """The part of the effect that runs along one path; the last row is what they leave over."""

    path: tuple[str, ...]
    effect: Interval


class WeekEffect(Answer):
    """One week of the window or its carry-out."""

    week: date
    baseline: Interval
    scenario: Interval
    effect: Interval


class CounterfactualAnswer(Answer):
    """Effect with carry-out, and within the window; baseline and scenario are window totals."""

    effect: Effect
    effect_in_window: Effect
    baseline: Interval
    scenario: Interval
    by_path: tuple[PathEffect, ...]
    by_week: tuple[WeekEffect, ...]
    unit: str
    kind: Kind
    warnings: tuple[str, ...]
