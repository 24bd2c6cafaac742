"""Bodies and documents of experiments: a test from its draft to the lift test that it becomes."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from app.contract.base import Name, RequestBody, ResourceId, StoredDocument
from app.contract.experiments.design import MOST_WEEKS_OF_TEST, SpendChange
from app.contract.fit import FitData
from mmm.spec.base import Column
from mmm.spec.base import Name as ChannelName
from mmm.spec.calendar import Day
from mmm.spec.numbers import Positive
from mmm.spec.sizes import MOST_GEOS, GeoName

type ExperimentStatus = Literal["draft", "running", "read", "used"]

_EXAMPLE: dict[str, JsonValue] = {
    "name": "tv off in the north",
    "model_id": "mdl_01jd4q8z6k3v5x7y9b2c4d6f8g",
    "channel": "tv",
    "change": {"scale": 0.0},
    "treated": ["north", "east"],
    "start": "2024-07-01",
    "weeks": 6,
    "cooldown": 2,
}


_TABLE_EXAMPLE: dict[str, JsonValue] = {
    "data": {"dataset_id": "ds_01jd4q8z6k3v5x7y9b2c4d6f8g"},
    "date": "week",
    "geo": "region",
    "kpi": "sales",
    "spend": "tv_spend",
}


class ExperimentBody(RequestBody):
    """A test that is to be run: who is treated, from when, for how long, and how spend changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name = Field(min_length=1)
    model_id: ResourceId
    channel: ChannelName
    change: SpendChange
    treated: Annotated[tuple[GeoName, ...], Field(min_length=1, max_length=MOST_GEOS)]
    start: Day
    weeks: int = Field(ge=1, le=MOST_WEEKS_OF_TEST)
    cooldown: int = Field(
        default=0, ge=0, le=MOST_WEEKS_OF_TEST, description="Weeks that are read after the test."
    )

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.treated)) < len(self.treated):
            raise ValueError("a treated geo is named twice")
        return self

    @property
    def last_day(self) -> Day:
        """The last day of the cool-down: the test can be read from the next day on."""
        return self.start + timedelta(weeks=self.weeks + self.cooldown) - timedelta(days=1)


class ExperimentReadBody(RequestBody):
    """The table that an experiment is read from: a row for each day or week and geo.

    Who was treated and when is what the experiment says.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_TABLE_EXAMPLE]})

    data: FitData
    period: Literal["day", "week"] = Field(default="week", description="Of a row of the table.")
    date: Column
    geo: Column
    kpi: Column
    spend: Column = Field(description="What was spent on the channel, currency.")
    usual_spend: Column | None = Field(
        default=None,
        description="What would have been spent without the test. Default: each geo's mean before.",
    )
    excluded: Annotated[tuple[GeoName, ...], Field(max_length=MOST_GEOS)] = ()
    missing_rows: Literal["refuse", "zero"] = "refuse"
    value_per_unit: Positive = Field(default=1.0, description="Currency a unit of the KPI.")


class LiftTestMade(StoredDocument):
    """The lift test that a reading becomes, and how far it is from what the model expected."""

    test: dict[str, Any]
    transport_source: str = Field(description="What its transport s.d. is made of.")
    placebo_scatter: float = Field(
        description="By how much the standard error was raised, because untreated geos scatter "
        "more than the reading says; 1 where they do not."
    )
    surprise: float = Field(
        description="Measured less expected lift, in s.d.s of both; beyond 2 it contradicts."
    )
    told: str


class ExperimentDocument(StoredDocument):
    """An experiment as it stands."""

    id: str
    name: str
    model_id: str
    channel: str
    status: ExperimentStatus
    plan: ExperimentBody
    start: str
    ends: str = Field(description="Last day of the cool-down; it can be read when that is over.")
    reading: dict[str, Any] | None = Field(description="As :read answers; null before.")
    lift_test: LiftTestMade | None
    lift_test_id: str | None = Field(description="Of the registered lift test, once it is used.")
    created_at: datetime
    updated_at: datetime


class ExperimentSummary(StoredDocument):
    """An experiment in a list, without its documents."""

    id: str
    name: str
    model_id: str
    channel: str
    status: ExperimentStatus
    start: str
    ends: str
    created_at: datetime
