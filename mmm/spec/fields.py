"""The fields of a model's specification, before the rules between fields are checked.

Those rules (in ``rules``, ``edges`` and ``lift_rules``) read these fields; ``model`` applies them.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mmm.errors import pointer
from mmm.spec.base import Column, Frozen, Name, complete_name_and_column
from mmm.spec.environment import (
    COUNTS,
    POSITIVE,
    Control,
    Demand,
    Edges,
    Event,
    Holidays,
    Kpi,
    Noise,
    Price,
    Seasonality,
    TimeVarying,
    Trend,
)
from mmm.spec.lift_test import LiftTest
from mmm.spec.media import Channel, Competitor, Mediator
from mmm.spec.sizes import MOST_CHANNELS, MOST_CONTROLS, MOST_LIFT_TESTS, MOST_PARTS

CurrencyCode = Annotated[str, Field(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")]

type Many[T] = Annotated[tuple[T, ...], Field(max_length=MOST_PARTS)]


ChannelOrColumn = Annotated[
    Channel, BeforeValidator(complete_name_and_column, json_schema_input_type=Channel | Column)
]


ControlOrColumn = Annotated[
    Control, BeforeValidator(complete_name_and_column, json_schema_input_type=Control | Column)
]


class ModelFields(Frozen):
    """The fields of a model's specification, each valid by itself, and their derived properties."""

    kpi: Kpi
    currency: CurrencyCode | None = Field(
        default=None,
        description="ISO 4217 code, such as EUR, of every amount of money; units name it.",
    )
    date: Column
    channels: Annotated[
        tuple[ChannelOrColumn, ...],
        Field(min_length=1, max_length=MOST_CHANNELS),
    ]
    geo: Column | None = None
    product: Column | None = None
    population: Column | None = None
    price: Price | None = None
    competitors: Many[Competitor] = ()
    mediators: Many[Mediator] = ()
    demand: Demand | None = None
    controls: Annotated[
        tuple[ControlOrColumn, ...],
        Field(max_length=MOST_CONTROLS),
    ] = ()
    events: Many[Event] = ()
    holidays: Holidays | None = None
    interactions: Many[tuple[Name, Name]] = ()
    time_varying: Many[TimeVarying] = ()
    lift_tests: Annotated[tuple[LiftTest, ...], Field(max_length=MOST_LIFT_TESTS)] = ()
    edges: Edges = Edges()
    seasonality: Seasonality = Seasonality()
    trend: Trend = Trend()
    noise: Noise = Noise()
    link: Literal["identity", "log"] | None = Field(
        default=None,
        description="Default: log for a lognormal or negative binomial KPI, else identity.",
    )

    @property
    def names(self) -> list[str]:
        """Names of channels, controls, mediators, events and competitors, in this order."""
        groups: tuple[tuple[Channel | Control | Mediator | Event | Competitor, ...], ...] = (
            self.channels,
            self.controls,
            self.mediators,
            self.events,
            self.competitors,
        )
        return [item.name for group in groups for item in group]

    @property
    def column_pointers(self) -> list[tuple[str, str]]:
        """Every data column that the spec names, with the JSON pointer to its field."""
        columns = [(self.kpi.column, pointer("kpi", "column")), (self.date, pointer("date"))]
        optional = {"geo": self.geo, "product": self.product, "population": self.population}
        columns += [(column, pointer(key)) for key, column in optional.items() if column]
        if self.kpi.worth_column:
            key = "margin" if self.kpi.kind == "revenue" else "value_per_unit"
            columns.append((self.kpi.worth_column, pointer("kpi", key)))
        for i, channel in enumerate(self.channels):
            for key in ("column", "exposure", "unit_cost", "frequency"):
                if isinstance(column := getattr(channel, key), str):
                    columns.append((column, pointer("channels", i, key)))
        if self.demand and self.demand.column:
            columns.append((self.demand.column, pointer("demand", "column")))
        for i, control in enumerate(self.controls):
            columns.append((control.column, pointer("controls", i, "column")))
        for i, mediator in enumerate(self.mediators):
            columns.append((mediator.column, pointer("mediators", i, "column")))
        for i, event in enumerate(self.events):
            if event.column:
                columns.append((event.column, pointer("events", i, "column")))
        if self.price:
            columns.append((self.price.column, pointer("price", "column")))
        if self.unit_cost_column:
            columns.append((self.unit_cost_column, pointer("price", "unit_cost")))
        for i, rival in enumerate(self.competitors):
            named_columns = {"price": rival.price, "spend": rival.spend}
            columns += [
                (col, pointer("competitors", i, key)) for key, col in named_columns.items() if col
            ]
        return columns

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """The controls, the demand series first if there is one: it acts on the KPI as they do."""
        if self.demand is None or self.demand.column is None:
            return self.controls
        demand = Control(name="demand", column=self.demand.column, between=self.demand.between)
        return (demand, *self.controls)

    @property
    def log_link(self) -> bool:
        """Whether the terms add up on the log scale."""
        by_default = self.kpi.likelihood in COUNTS | POSITIVE
        return by_default if self.link is None else self.link == "log"

    @property
    def has_currency(self) -> bool:
        """Whether a unit of the KPI has a value in currency."""
        valued = self.kpi.value_per_unit is not None or self.unit_cost is not None
        return self.kpi.kind == "revenue" or valued

    @property
    def value_is_revenue(self) -> bool:
        """Whether value counts all revenue, whatever share of it is left as profit."""
        return self.kpi.kind == "revenue" and self.kpi.margin is None

    @property
    def unit_cost(self) -> float | str | None:
        """Cost of one unit sold or its column, if given; a unit is then worth its price less it."""
        return self.price.unit_cost if self.price else None

    @property
    def unit_cost_column(self) -> str | None:
        """The column of ``unit_cost``; None where it is a number or not stated."""
        return self.unit_cost if isinstance(self.unit_cost, str) else None

    @property
    def worth_column(self) -> str | None:
        """The column that the value of a unit of the KPI comes from: its margin, its value or its
        cost by week; None where that is a number or not stated."""
        return self.unit_cost_column or self.kpi.worth_column
