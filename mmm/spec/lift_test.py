"""A lift test in the specification: two worlds of spend, and the lift measured between them.

    lift = kpi(treatment) - kpi(control), summed over the test's geos, its weeks and its cool-down

*Within the series* the observed spend is one world; ``control`` or ``treatment``, whichever is
given, describes the other: ``{"scale": 0}``, ``{"add": 500}`` per week, or weekly currency.
*Outside the series* both worlds are given, at least one in currency, with the spend ``before`` the
test for as many weeks as spend has an effect. *Without dates* both worlds are steady: spend has
been constant for as long as it has an effect, and the lift is that of one week.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from mmm.errors import FieldsError, Issue, pointer
from mmm.spec.base import Frozen, Name
from mmm.spec.calendar import Day
from mmm.spec.numbers import SMALLEST, NotNegative, Number, PartOfOne, Positive, Times
from mmm.spec.sizes import MOST_GEOS, MOST_PARTS, MOST_WEEKS, GeoName, VariableName

FORMS = ("lift", "percent", "roas", "cost_per_unit")


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


type Numbers = Number | Annotated[list[Number], Field(min_length=1, max_length=MOST_WEEKS)]
WEEKS = Field(
    min_length=1,
    max_length=MOST_WEEKS,
    description="One number for every week, or a list with one per week.",
)
one_or_many = BeforeValidator(_as_tuple, json_schema_input_type=Numbers)
Weekly = Annotated[tuple[NotNegative, ...], WEEKS, one_or_many]
Prices = Annotated[tuple[Positive, ...], WEEKS, one_or_many]


Path = Annotated[tuple[VariableName, ...], Field(max_length=MOST_PARTS + 2)]
"""Nodes from a channel through mediators to the KPI."""


class SpendPath(Frozen):
    """Spend of one world in the test's weeks, given in exactly one way.

    ``scale`` and ``add`` (currency per week, total over the test's geos) start from the other
    world; ``weekly`` is currency per week, total over the test's geos, spread evenly over their
    people; ``by_geo`` is currency per week in each. ``before`` and ``after`` (the cool-down) belong
    to a test outside the series; a world that lacks them has those of the other.
    """

    scale: Times | None = None
    add: Number | None = None
    weekly: Weekly | None = None
    by_geo: dict[GeoName, Weekly] | None = Field(default=None, min_length=1, max_length=MOST_GEOS)
    before: Weekly | None = None
    after: Weekly | None = None

    @model_validator(mode="after")
    def _exactly_one_way(self) -> Self:
        ways = ("scale", "add", "weekly", "by_geo")
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(ways)}; got {given or 'none'}")
        return self

    @property
    def explicit(self) -> bool:
        """Whether the spend is given in currency, not relative to the other world."""
        return self.weekly is not None or self.by_geo is not None

    def count_numbers(self) -> int:
        """How many numbers it holds, by week or by geo and week."""
        lists = (self.weekly, self.before, self.after, *(self.by_geo or {}).values())
        return sum(len(numbers) for numbers in lists if numbers)


class LiftResult(Frozen):
    """The measured result in exactly one form, with ``se`` or an interval ``low, high, level``.

    ``lift`` is in units of the KPI; ``percent`` is relative to ``control_total`` (the KPI without
    the treatment, summed over the test); ``roas`` is the value of the lift per currency of extra
    spend, where a unit of the KPI counts as ``value_per_unit`` (default: the KPI's own);
    ``cost_per_unit`` is extra spend per unit of lift. ``unit`` is the unit of the KPI that the test
    counted; it must agree with the model's.
    """

    lift: Number | None = None
    percent: Number | None = None
    control_total: Positive | None = None
    roas: Number | None = None
    cost_per_unit: Number | None = None
    value_per_unit: Positive | None = None
    se: Positive | None = None
    low: Number | None = None
    high: Number | None = None
    level: float | None = Field(
        default=None, ge=SMALLEST, lt=1, description="0.9 for a 90 % interval."
    )
    unit: Literal["units", "currency"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        issues = [*self._form_issues(), *self._uncertainty_issues()]
        if issues:
            raise FieldsError(issues)
        return self

    def _form_issues(self) -> Iterator[Issue]:
        given = [name for name in FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            detail = f"give exactly one of {', '.join(FORMS)}; got {given or 'none'}"
            yield Issue("", "one_form", detail)
        if self.percent is not None and self.control_total is None:
            detail = "a percent lift needs control_total: the KPI without the treatment"
            yield Issue("/control_total", "missing", detail)
        if self.percent is None and self.control_total is not None:
            yield Issue("/control_total", "unused", "control_total belongs to percent")
        if self.roas is None and self.value_per_unit is not None:
            yield Issue("/value_per_unit", "unused", "value_per_unit belongs to roas")
        if self.cost_per_unit == 0.0:
            yield Issue("/cost_per_unit", "zero", "a cost of zero per unit has no finite lift")

    def _uncertainty_issues(self) -> Iterator[Issue]:
        interval = {name: getattr(self, name) for name in ("low", "high", "level")}
        missing = [name for name, value in interval.items() if value is None]
        if self.se is not None and len(missing) < len(interval):
            yield Issue("/se", "two_spreads", "give se or an interval, not both")
        elif self.se is None and missing:
            detail = f"give se, or low, high and level; missing: {', '.join(missing)}"
            yield Issue(pointer(missing[0]) if len(missing) < 3 else "/se", "missing", detail)
        if self.low is None or self.high is None:
            return
        if not self.low <= self.value <= self.high or self.low == self.high:
            detail = f"{self.value:g} must lie within low {self.low:g} and high {self.high:g}"
            yield Issue("/low", "not_an_interval", detail)
        elif self.cost_per_unit is not None and self.low <= 0.0 <= self.high:
            detail = (
                f"a cost between {self.low:g} and {self.high:g} leaves the lift without a bound; "
                "give the interval of the lift"
            )
            yield Issue("/low", "through_zero", detail)

    @property
    def form(self) -> str:
        """Which of ``FORMS`` is given."""
        return next((name for name in FORMS if getattr(self, name) is not None), FORMS[0])

    @property
    def value(self) -> float:
        """The measured number, in its own form."""
        return float(getattr(self, self.form) or 0.0)


class LiftTest(Frozen):
    """An experiment on one channel; ``start`` and ``end`` are week starts, both inclusive.

    ``geos``: None for all. ``treated_share``: the share of these geos' people that the test covered
    (below one in a national series, where the test ran in some places only). ``price``: own price
    in the test, outside the series. ``path``: ``total``, or nodes from the channel to ``kpi``.

    ``transport_sd`` is the relative s.d. by which the effect in the test differs from the model's
    (audience, creative, season, rivals). The default of 0.1 is a judgement: it is small compared
    with the s.e. of most tests, and keeps a test with a tiny s.e. from overruling other data.
    """

    name: Name | None = None
    channel: Name
    start: Day | None = None
    end: Day | None = None
    cooldown: int = Field(
        default=0, ge=0, le=104, description="Weeks after the test that the measurement includes."
    )
    geos: Annotated[tuple[GeoName, ...], Field(min_length=1, max_length=MOST_GEOS)] | None = None
    treated_share: PartOfOne = 1.0
    control: SpendPath | None = None
    treatment: SpendPath | None = None
    price: Prices | None = None
    result: LiftResult
    transport_sd: float = Field(default=0.1, ge=0, le=1)
    path: Literal["total"] | Path = "total"

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        issues = [*self._date_issues(), *self._world_issues()]
        if self.geos is not None and len(set(self.geos)) < len(self.geos):
            issues.append(Issue("/geos", "repeated", "a geo is named twice"))
        if issues:
            raise FieldsError(issues)
        return self

    def _date_issues(self) -> Iterator[Issue]:
        if (self.start is None) != (self.end is None):
            where = "/start" if self.start is None else "/end"
            yield Issue(where, "missing", "give both start and end, or neither (steady spend)")
        elif self.start is None and self.cooldown:
            yield Issue("/cooldown", "undated", "a test without dates has no cool-down")
        elif self.start and self.end and self.end < self.start:
            detail = f"the test ends ({self.end}) before it starts ({self.start})"
            yield Issue("/end", "reversed", detail)
        elif self.start and self.end and (self.end - self.start).days // 7 >= MOST_WEEKS:
            detail = f"from {self.start} to {self.end} are more than {MOST_WEEKS} weeks of a test"
            yield Issue("/end", "too_long", detail)

    def _world_issues(self) -> Iterator[Issue]:
        worlds = {"control": self.control, "treatment": self.treatment}
        given = {name: path for name, path in worlds.items() if path is not None}
        if not given:
            detail = "give control or treatment: the world whose spend was not observed"
            yield Issue("/control", "missing", detail)
        elif len(given) == 2 and not any(path.explicit for path in given.values()):
            detail = "control and treatment cannot both be relative; give one in currency"
            yield Issue("/control", "both_relative", detail)
        for name, path in given.items():
            for field in ("before", "after"):
                if not path.explicit and getattr(path, field) is not None:
                    detail = f"{field} belongs to the world given in currency"
                    yield Issue(pointer(name, field), "unused", detail)

    def count_numbers(self) -> int:
        """How many numbers its worlds hold, by week or by geo and week."""
        return sum(path.count_numbers() for path in (self.control, self.treatment) if path)

    @property
    def label(self) -> str:
        """The test's name, or else its channel and first week."""
        return self.name or f"{self.channel} {self.start or 'steady'}"
