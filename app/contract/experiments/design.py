"""Documents of designing a test: what is asked, and the designs that answer it."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from app.contract.base import RequestBody, ResourceId
from app.contract.experiments.next_experiment import PossibleTest
from app.contract.fit import FitData
from app.contract.plan_details import PlanDocument
from app.contract.plan_requests import Spend
from mmm.experiments.reading.question import HistoryColumns
from mmm.interval import Interval
from mmm.spec.base import Name as ChannelName
from mmm.spec.numbers import Number, Positive, Times
from mmm.spec.sizes import LONGEST_HORIZON, MOST_GEOS, GeoName

MOST_WEEKS_OF_TEST = 26
MOST_LENGTHS = 3

_EXAMPLE: dict[str, JsonValue] = {
    "model_id": "mdl_01jd4q8z6k3v5x7y9b2c4d6f8g",
    "channel": "tv",
    "change": {"scale": 0.0},
    "weeks": [4, 8],
}


class SpendChange(RequestBody):
    """What the test does to the channel's spend, in exactly one way."""

    scale: Times | None = Field(default=None, description="Times usual spend; 0 switches it off.")
    add: Positive | None = Field(
        default=None, description="Currency per week on top, over the treated geos."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.scale is None) == (self.add is None):
            raise ValueError('give either "scale" or "add"')
        if self.scale == 1.0:
            raise ValueError('a "scale" of 1 changes nothing')
        return self


class HistoryTable(HistoryColumns):
    """A data set or rows of sales by day or week and region, before any test."""

    data: FitData


type Weeks = Annotated[int, Field(ge=1, le=MOST_WEEKS_OF_TEST)]


class DesignBody(RequestBody):
    """A test of a channel that is to be designed: what changes, for how long, where it may run."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    model_id: ResourceId
    channel: ChannelName
    change: SpendChange | None = None
    plan: Spend | None = Field(
        default=None,
        description="In place of a change: currency per week that a plan has for the channel over "
        "all geos. It begins in the treated geos, and in the others once the test was read.",
    )
    weeks: Annotated[tuple[Weeks, ...], Field(min_length=1, max_length=MOST_LENGTHS)] = (4, 8)
    geos: Annotated[tuple[GeoName, ...], Field(min_length=1, max_length=MOST_GEOS)] | None = Field(
        default=None, description="That may be treated; null for all."
    )
    history: HistoryTable | None = Field(
        default=None,
        description="Sales by region, for a model without regions; else the model has its own.",
    )
    most_cost: Number | None = Field(
        default=None, description="Expected, of spend and sales lost; null for no limit."
    )
    horizon_weeks: int = Field(
        default=13, ge=1, le=LONGEST_HORIZON, description="Of the plan that the result informs."
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    accept_rejected: bool = Field(default=False, description="Answer although the checks failed.")

    @model_validator(mode="after")
    def _change_or_plan(self) -> Self:
        if (self.change is None) == (self.plan is None):
            raise ValueError('give either a "change" or the "plan" that begins with the test')
        return self


class RolloutGeo(PlanDocument):
    """One geo's spend per week in currency: ``usual`` before its week ``begins``, then
    ``planned``; the first week of the test is 1."""

    geo: str
    usual: float
    planned: float
    begins: int


class Rollout(PlanDocument):
    """A plan that begins in the treated geos; the others wait until the test was read."""

    by_geo: tuple[RolloutGeo, ...] = Field(
        description="A model without regions splits spend like sales."
    )
    cost_of_waiting: Interval = Field(
        description="What the plan would bring meanwhile in the geos that wait, less what they "
        "would spend more; in gain_unit. Negative where waiting saves money."
    )


class DesignedTest(PossibleTest):
    """One way to run the test.

    Its errors are those that the same reading makes on the history, where nothing was done.
    """

    kind: Literal["pairs", "strata", "single"]
    treated: tuple[str, ...]
    controls: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = Field(description="Treated geo, and what it pairs with.")
    relative_lift: Interval = Field(description="The lift as a share of the treated sales.")
    detectable: float | None = Field(
        description="Share of sales that is found four times in five; null where none is."
    )
    size: float = Field(
        description="Share of the history's windows that read an effect at 10 %, where none was."
    )
    windows: int = Field(description="How many windows that were.")
    rollout: Rollout | None = Field(
        default=None, description="Only where a plan begins with the test."
    )


class Switchback(PlanDocument):
    """Whether the channel could be tested by switching it on and off week by week, and why not."""

    possible: bool
    why: str


class DesignAnswer(PlanDocument):
    """Designs of a test, most net value first."""

    summary: str
    channel: str
    change: SpendChange = Field(description="Of the treated geos, as asked or as the plan has it.")
    gain_unit: str
    size: float = Field(description="Of all designs and windows that were tried, at 10 %.")
    designs: tuple[DesignedTest, ...]
    switchback: Switchback
    warnings: tuple[str, ...]
