"""A plan as it is told to people: what its page, its file and its slide hold, and nothing else.

No id, no model and no column of the tenant stands in it, besides the channels of the plan and the
variables that were assumed.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mmm.counterfactual.question import ReferenceKind
from mmm.interval import Interval

Counted = Literal["profit", "revenue", "sales", "units"]
type Group = Literal["do_now", "test_first", "hold"]
type Standing = Literal["ready", "draft", "stopped", "not_ready"]


class ToldPart(BaseModel):
    """Base of what is told of a plan; a document of another release may have more fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class ToldGrade(ToldPart):
    """How the effect of a channel is known: the grade and its label."""

    grade: str
    label: str


class ToldTest(ToldPart):
    """What a test would decide: spend if it confirms the model, and what knowing is worth."""

    to: float
    worth: float | None


class ToldChannel(ToldPart):
    """One channel: totals over the weeks of the plan, currency.

    ``now``: where the moves that can be defended now bring it. ``per_unit``: what the next unit of
    currency brings. ``beyond``: more than was ever seen in so many weeks.
    """

    name: str
    group: Group
    today: float
    plan: float
    now: float
    per_unit: Interval
    grade: ToldGrade | None
    test: ToldTest | None
    beyond: bool


class ToldTime(ToldPart):
    """When the extra comes: within the weeks of the plan, and later by carryover."""

    inside: Interval
    later: Interval


class ToldPlan(ToldPart):
    """A plan beside today's: its channels, what it earns, how sure that is, what was assumed.

    ``second``: the second model's probability that the plan is better than today's; None where it
    says none. ``chances_in_20``: None where no odds are given. ``by_time``: None in a plan that an
    older release told.
    """

    name: str
    start: date
    end: date
    currency: str | None
    counted: Counted
    in_money: bool
    reference: ReferenceKind | None
    total: float
    today: float
    extra: Interval
    by_time: ToldTime | None = None
    chances_in_20: int | None
    second: float | None
    channels: tuple[ToldChannel, ...]
    assumed: tuple[str, ...]
    standing: Standing
    told_at: datetime
