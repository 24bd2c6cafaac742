"""ModelSpec: the declarative model, and the public JSON contract of a fit.

Only ``kpi``, ``date`` and ``channels`` are required; a channel or a control may be just its column.
Everything is frozen and unknown fields are refused, so that a stored spec means one model forever.
What the fields must agree on among themselves is in ``spec_rules``.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from mmm.errors import FieldsError, Issue, SpecError, pointer
from mmm.spec.base import Column, Frozen, Name, named
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
from mmm.spec.rules import spec_issues

type Many[T] = Annotated[tuple[T, ...], Field(max_length=50)]


ChannelOrColumn = Annotated[
    Channel, BeforeValidator(named, json_schema_input_type=Channel | Column)
]
ControlOrColumn = Annotated[
    Control, BeforeValidator(named, json_schema_input_type=Control | Column)
]


class ModelSpec(Frozen):
    """The structural causal model of one kpi, declared."""

    kpi: Kpi
    date: Column
    channels: Annotated[
        tuple[
            Annotated[Channel, BeforeValidator(named, json_schema_input_type=Channel | Column)], ...
        ],
        Field(min_length=1, max_length=100),
    ]
    geo: Column | None = None
    product: Column | None = None
    population: Column | None = None
    price: Price | None = None
    competitors: Many[Competitor] = ()
    mediators: Many[Mediator] = ()
    demand: Demand | None = None
    controls: Annotated[
        tuple[
            Annotated[Control, BeforeValidator(named, json_schema_input_type=Control | Column)], ...
        ],
        Field(max_length=200),
    ] = ()
    events: Many[Event] = ()
    holidays: Holidays | None = None
    interactions: Many[tuple[Name, Name]] = ()
    time_varying: Many[TimeVarying] = ()
    lift_tests: Annotated[tuple[LiftTest, ...], Field(max_length=200)] = ()
    edges: Edges = Edges()
    seasonality: Seasonality = Seasonality()
    trend: Trend = Trend()
    noise: Noise = Noise()
    link: Literal["identity", "log"] | None = Field(
        default=None,
        description="identity, or log for a lognormal or negative binomial kpi, where not given.",
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        found = spec_issues(self)
        if found:
            raise FieldsError(found)
        return self

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
        """Every data column that the spec names, with the JSON pointer that names it."""
        found = [(self.kpi.column, pointer("kpi", "column")), (self.date, pointer("date"))]
        optional = {"geo": self.geo, "product": self.product, "population": self.population}
        found += [(column, pointer(key)) for key, column in optional.items() if column]
        for i, channel in enumerate(self.channels):
            for key in ("column", "exposure", "frequency"):
                if getattr(channel, key):
                    found.append((getattr(channel, key), pointer("channels", i, key)))
        if self.demand and self.demand.column:
            found.append((self.demand.column, pointer("demand", "column")))
        for i, control in enumerate(self.controls):
            found.append((control.column, pointer("controls", i, "column")))
        for i, mediator in enumerate(self.mediators):
            found.append((mediator.column, pointer("mediators", i, "column")))
        for i, event in enumerate(self.events):
            if event.column:
                found.append((event.column, pointer("events", i, "column")))
        if self.price:
            found.append((self.price.column, pointer("price", "column")))
        for i, rival in enumerate(self.competitors):
            named_columns = {"price": rival.price, "spend": rival.spend}
            found += [
                (col, pointer("competitors", i, key)) for key, col in named_columns.items() if col
            ]
        return found

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """The controls, a demand series first: it enters the kpi as they do."""
        if self.demand is None or self.demand.column is None:
            return self.controls
        return (Control(name="demand", column=self.demand.column), *self.controls)

    @property
    def log_link(self) -> bool:
        """Whether the terms add up on the log scale."""
        needs = self.kpi.likelihood in COUNTS | POSITIVE
        return needs if self.link is None else self.link == "log"

    @property
    def has_currency(self) -> bool:
        """Whether a unit of the kpi has a value in currency."""
        valued = self.kpi.value_per_unit is not None or self.unit_cost is not None
        return self.kpi.kind == "revenue" or valued

    @property
    def unit_cost(self) -> float | None:
        """Cost of one unit sold, if given: a unit is then worth its price less this."""
        return self.price.unit_cost if self.price else None


class SamplingSpec(Frozen):
    """How to sample: by which method; draws and warm-up per chain, chains, seed."""

    method: Literal["nuts", "laplace", "pathfinder"] = Field(
        default="nuts",
        description="nuts is exact. laplace and pathfinder make a draft in seconds: draws times "
        "chains of an approximation, never trusted; tune and target_accept have no say then.",
    )

    backend: Literal["numba", "jax"] = Field(
        default="numba",
        description="jax runs nuts on the accelerator that JAX finds; needs the extra 'gpu'.",
    )
    draws: int = Field(default=1000, ge=50, le=20_000)
    tune: int = Field(default=1000, ge=50, le=20_000)
    chains: int = Field(default=4, ge=2, le=16, description="R-hat needs two.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    target_accept: float = Field(default=0.9, gt=0.5, lt=1.0)

    @model_validator(mode="after")
    def _jax_is_exact(self) -> Self:
        if self.backend == "jax" and self.draft:
            detail = f"'jax' samples by nuts only, not by {self.method!r}: leave one of them out"
            raise FieldsError([Issue("/backend", "needs_nuts", detail)])
        return self

    @property
    def draft(self) -> bool:
        """Whether the draws are those of an approximation."""
        return self.method != "nuts"


def parse_spec(document: Any) -> ModelSpec:
    """ModelSpec from parsed JSON; raises SpecError with one issue a field."""
    try:
        return ModelSpec.model_validate(document)
    except ValidationError as error:
        raise SpecError(
            issue for item in error.errors(include_url=False) for issue in issues_of(dict(item))
        ) from error


def issues_of(item: dict[str, Any]) -> list[Issue]:
    """The issues behind one error of a validation."""
    cause = item.get("ctx", {}).get("error")
    where = pointer(*item["loc"])
    if isinstance(cause, FieldsError):
        return [Issue(where + issue.pointer, issue.code, issue.detail) for issue in cause.issues]
    return [Issue(where, str(item["type"]), str(item["msg"]))]
