"""ModelSpec: the declarative model, and the public JSON contract of a fit.

Only ``kpi``, ``date`` and ``channels`` are required; a channel or a control may be just its column.
Everything is frozen and unknown fields are refused, so that a stored spec means one model forever.
"""

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mmm.errors import Issue, SpecError, pointer

Column = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^./~]+$")]
RESERVED_NAMES = frozenset({"price", "kpi", "date", "geo", "baseline"})


class Frozen(BaseModel):
    """Base of the contract: immutable, unknown fields and non-finite numbers refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Kpi(Frozen):
    """The outcome. ``units`` counts things sold, ``revenue`` is currency."""

    column: Column
    kind: Literal["units", "revenue"] = "revenue"
    likelihood: Literal["normal", "student_t"] = "normal"
    value_per_unit: float | None = Field(
        default=None, gt=0, description="Currency earned per unit of the kpi (units only)."
    )

    @model_validator(mode="after")
    def _value_only_for_units(self) -> Self:
        if self.kind == "revenue" and self.value_per_unit is not None:
            raise ValueError("value_per_unit applies to kind 'units'; revenue is currency already")
        return self


class Adstock(Frozen):
    """Carryover over lags 0..max_lag weeks; weights sum to one."""

    kind: Literal["geometric", "delayed", "none"] = "geometric"
    max_lag: int = Field(default=8, ge=0, le=52)
    before: Literal["zero", "mean"] = Field(
        default="zero", description="Spend assumed in the weeks before the data begin."
    )


class Saturation(Frozen):
    """Diminishing returns on the adstocked exposure."""

    kind: Literal["hill", "logistic", "none"] = "hill"


class MedianP95(Frozen):
    """A positive quantity by its median and its 95 % quantile."""

    median: float = Field(gt=0)
    p95: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.p95 <= self.median:
            raise ValueError(f"p95 ({self.p95:g}) must lie above the median ({self.median:g})")
        return self


class ChannelPrior(Frozen):
    """What is believed of a channel before the data: its ROI, carry-out counted."""

    roi: MedianP95 | None = None


class Channel(Frozen):
    """An own medium: its weekly spend in currency."""

    name: Name
    column: Column
    adstock: Adstock = Adstock()
    saturation: Saturation = Saturation()
    prior: ChannelPrior = ChannelPrior()


class Control(Frozen):
    """A series that moves the kpi and is not decided here (demand, weather, a holiday)."""

    name: Name
    column: Column


class Price(Frozen):
    """Own price; it multiplies everything (``all``) or the baseline only."""

    column: Column
    acts_on: Literal["all", "baseline"] = "all"
    unit_cost: float | None = Field(default=None, ge=0)


class Competitor(Frozen):
    """A rival: its price raises our kpi (h >= 0), its spend lowers it (gamma >= 0)."""

    name: Name
    price: Column | None = None
    spend: Column | None = None
    adstock: Adstock = Adstock()
    saturation: Saturation = Saturation(kind="logistic")

    @model_validator(mode="after")
    def _something_known(self) -> Self:
        if self.price is None and self.spend is None:
            raise ValueError("a competitor needs a price column, a spend column, or both")
        return self


class Seasonality(Frozen):
    """Yearly seasonality as ``yearly`` pairs of sine and cosine; 0 for none."""

    yearly: int = Field(default=2, ge=0, le=12)


class Trend(Frozen):
    """Long-run movement of the baseline."""

    kind: Literal["linear", "none"] = "linear"


class Noise(Frozen):
    """Dependence of the noise over weeks."""

    kind: Literal["iid"] = "iid"


def _named(item: Any) -> Any:
    """``"tv"`` means ``{"name": "tv", "column": "tv"}``; a missing name or column is the other."""
    if isinstance(item, str):
        return {"name": item, "column": item}
    if isinstance(item, dict) and (("name" in item) != ("column" in item)):
        only = item.get("name", item.get("column"))
        return {"name": only, "column": only, **item}
    return item


class ModelSpec(Frozen):
    """The structural causal model of one kpi, declared."""

    kpi: Kpi
    date: Column
    channels: Annotated[
        tuple[Annotated[Channel, BeforeValidator(_named)], ...], Field(min_length=1, max_length=100)
    ]
    geo: Column | None = None
    population: Column | None = None
    price: Price | None = None
    competitors: Annotated[tuple[Competitor, ...], Field(max_length=50)] = ()
    controls: Annotated[
        tuple[Annotated[Control, BeforeValidator(_named)], ...], Field(max_length=200)
    ] = ()
    seasonality: Seasonality = Seasonality()
    trend: Trend = Trend()
    noise: Noise = Noise()
    link: Literal["identity"] = "identity"

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _refuse_repeats("name", self.names)
        _refuse_repeats("column", [column for column, _ in self.column_pointers])
        taken = RESERVED_NAMES.intersection(self.names)
        if taken:
            raise ValueError(f"the name {min(taken)!r} is reserved; choose another")
        if self.population is not None and self.geo is None:
            raise ValueError("population needs geo: it is the size of each geo")
        if self.price and self.price.unit_cost is not None and self.kpi.kind != "units":
            raise ValueError("price.unit_cost applies to a kpi of kind 'units'")
        if self.unit_cost is not None and self.kpi.value_per_unit is not None:
            raise ValueError("give kpi.value_per_unit or price.unit_cost, not both")
        if not self.has_currency and any(channel.prior.roi for channel in self.channels):
            raise ValueError(
                "an ROI prior needs kpi.value_per_unit, price.unit_cost or a kpi of kind 'revenue'"
            )
        return self

    @property
    def names(self) -> list[str]:
        """Names of channels, controls and competitors, in this order."""
        groups: tuple[tuple[Channel | Control | Competitor, ...], ...] = (
            self.channels,
            self.controls,
            self.competitors,
        )
        return [item.name for group in groups for item in group]

    @property
    def column_pointers(self) -> list[tuple[str, str]]:
        """Every data column that the spec names, with the JSON pointer that names it."""
        found = [(self.kpi.column, pointer("kpi", "column")), (self.date, pointer("date"))]
        optional = {"geo": self.geo, "population": self.population}
        found += [(column, pointer(key)) for key, column in optional.items() if column]
        for i, channel in enumerate(self.channels):
            found.append((channel.column, pointer("channels", i, "column")))
        for i, control in enumerate(self.controls):
            found.append((control.column, pointer("controls", i, "column")))
        if self.price:
            found.append((self.price.column, pointer("price", "column")))
        for i, rival in enumerate(self.competitors):
            named = {"price": rival.price, "spend": rival.spend}
            found += [(col, pointer("competitors", i, key)) for key, col in named.items() if col]
        return found

    @property
    def has_currency(self) -> bool:
        """Whether a unit of the kpi has a value in currency."""
        valued = self.kpi.value_per_unit is not None or self.unit_cost is not None
        return self.kpi.kind == "revenue" or valued

    @property
    def unit_cost(self) -> float | None:
        """Cost of one unit sold, if given: a unit is then worth its price less this."""
        return self.price.unit_cost if self.price else None

    @property
    def max_lag(self) -> int:
        """Longest carryover of own media, in weeks."""
        return max(
            channel.adstock.max_lag if channel.adstock.kind != "none" else 0
            for channel in self.channels
        )


class SamplingSpec(Frozen):
    """How to sample: draws and warm-up per chain, chains, seed."""

    draws: int = Field(default=1000, ge=50, le=20_000)
    tune: int = Field(default=1000, ge=50, le=20_000)
    chains: int = Field(default=4, ge=2, le=16, description="R-hat needs two.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    target_accept: float = Field(default=0.9, gt=0.5, lt=1.0)


def parse_spec(document: Any) -> ModelSpec:
    """ModelSpec from parsed JSON; raises SpecError with one issue a field."""
    try:
        return ModelSpec.model_validate(document)
    except ValidationError as error:
        raise SpecError(
            Issue(pointer(*item["loc"]), str(item["type"]), str(item["msg"]))
            for item in error.errors(include_url=False)
        ) from error


def _refuse_repeats(what: str, values: list[str]) -> None:
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise ValueError(f"the {what} {repeated[0]!r} is used more than once")
