"""The part of the specification around the media: KPI, price, demand, events, baseline, edges."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from mmm.spec.base import Column, Frozen, Name, require_name_or_column
from mmm.spec.calendar import Begins, Day
from mmm.spec.media import Adstock
from mmm.spec.number_or_column import NotNegativeOrColumn, PositiveOrColumn, ShareOrColumn
from mmm.spec.sizes import (
    LONGEST_HOLIDAY_WINDOW,
    LONGEST_NAME,
    MOST_CHANNELS,
    MOST_EDGES,
    MOST_HOLIDAYS,
    MOST_LISTED_WEEKS,
    MOST_PARTS,
    VariableName,
)

Between = Annotated[
    Literal["hold", "linear"] | None,
    Field(
        description="What stands in the empty cells between two numbers of a column that is known "
        "in some weeks only, such as a monthly one. hold: each number until the next one. linear: "
        "the straight line between them. Without a rule an empty cell is refused.",
    ),
]
"""How a column is read that has a number in some weeks only."""

COUNTS, POSITIVE = frozenset({"negative_binomial"}), frozenset({"lognormal"})


class Kpi(Frozen):
    """The outcome to explain. ``units`` counts things sold; ``revenue`` is currency."""

    column: Column
    kind: Literal["units", "revenue"] = "revenue"
    likelihood: Literal["normal", "student_t", "lognormal", "negative_binomial"] = "normal"
    value_per_unit: PositiveOrColumn | None = Field(
        default=None,
        description="Currency that a unit of the KPI earns before media is paid for, counted as "
        "profit (units only); or the column that has it by week.",
    )
    margin: ShareOrColumn | None = Field(
        default=None,
        description="Share of revenue that is left as profit before media is paid for (revenue "
        "only); or the column that has it by week. Value, gain and returns are then profit.",
    )

    @property
    def worth(self) -> float | str | None:
        """The value of a unit, or its share that counts; as a number or as a column."""
        return self.value_per_unit if self.kind == "units" else self.margin

    @property
    def worth_column(self) -> str | None:
        """The column of ``worth``; None where it is a number or not stated."""
        return self.worth if isinstance(self.worth, str) else None

    @model_validator(mode="after")
    def _matches_kind(self) -> Self:
        if self.kind == "revenue" and self.value_per_unit is not None:
            raise ValueError("value_per_unit applies to kind 'units'; revenue has a margin")
        if self.kind == "units" and self.margin is not None:
            raise ValueError("margin applies to kind 'revenue'; units have a value_per_unit")
        if self.kind == "revenue" and self.likelihood in COUNTS:
            raise ValueError(f"likelihood {self.likelihood!r} counts units; revenue is not a count")
        return self


class Control(Frozen):
    """A series that moves the KPI and is not decided here (distribution, weather)."""

    model_config = ConfigDict(json_schema_extra=require_name_or_column)

    name: Name
    column: Column
    begins: Begins = None
    between: Between = None


class Price(Frozen):
    """Own price; it multiplies everything (``all``) or the baseline only."""

    column: Column
    acts_on: Literal["all", "baseline"] = "all"
    unit_cost: NotNegativeOrColumn | None = Field(
        default=None,
        description="What one unit sold costs; or the column that has it by week, which is held at "
        "its last value after the data. A unit is then worth its price less this cost.",
    )


class Demand(Frozen):
    """Demand drives both budgets and sales: it confounds the effects of media.

    ``series``: a column measures it. ``sensor``: a column measures it with noise of single weeks,
    and an autoregressive state is inferred from the column and the KPI; both rise with it.
    ``latent``: the state is inferred from the KPI and from the budgets of the channels in
    ``drives``, which may be named beside a ``sensor`` too. ``none``: the user declares that
    nothing drives both except what the specification names.
    """

    kind: Literal["series", "sensor", "latent", "none"]
    column: Column | None = None
    between: Between = None
    drives: Annotated[tuple[Name, ...], Field(max_length=MOST_CHANNELS)] = ()

    @model_validator(mode="after")
    def _matches_kind(self) -> Self:
        if (self.kind in ("series", "sensor")) != (self.column is not None):
            raise ValueError("a column belongs to kind 'series' or 'sensor', and only to them")
        if self.between is not None and self.kind != "series":
            raise ValueError("between is about the cells of a column, which kind 'series' has")
        if self.drives and self.kind not in ("latent", "sensor"):
            raise ValueError(
                "drives (the channels whose budgets follow it) belongs to 'latent' or 'sensor'"
            )
        if self.kind == "latent" and not self.drives:
            raise ValueError("'latent' needs drives: the channels whose budgets follow it")
        return self

    @property
    def is_inferred(self) -> bool:
        """Whether it is a state that the model infers."""
        return self.kind in ("latent", "sensor")


class Event(Frozen):
    """A promotion, launch or strike: a column (0, 1 or an intensity) or a list of week starts.

    Its effect carries over by ``adstock``; none by default.
    """

    name: Name
    column: Column | None = None
    weeks: Annotated[tuple[Day, ...], Field(max_length=MOST_LISTED_WEEKS)] = ()
    adstock: Adstock = Adstock(kind="none")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is None) == (not self.weeks):
            raise ValueError("give an event either a column or its weeks")
        return self


class Holidays(Frozen):
    """Public holidays of a country (ISO 3166 code), or of one of its subdivisions.

    ``weeks_before`` and ``weeks_after``: whole weeks around each holiday that have an effect of
    their own, as the weeks of shopping before Christmas do.
    """

    country: str = Field(min_length=2, max_length=3)
    subdivision: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None
    names: tuple[Annotated[str, Field(max_length=LONGEST_NAME)], ...] = Field(
        default=(),
        max_length=MOST_HOLIDAYS,
        description="Names of the holidays to use; empty for all of them.",
    )
    weeks_before: int = Field(
        default=0,
        ge=0,
        le=LONGEST_HOLIDAY_WINDOW,
        description="Weeks before each holiday, each with an effect of its own.",
    )
    weeks_after: int = Field(
        default=0,
        ge=0,
        le=LONGEST_HOLIDAY_WINDOW,
        description="Weeks after each holiday, each with an effect of its own.",
    )

    @property
    def offsets(self) -> tuple[int, ...]:
        """Weeks after the holiday of every effect: its own week first, then those around it."""
        return (0, *range(-self.weeks_before, 0), *range(1, self.weeks_after + 1))


class Seasonality(Frozen):
    """Yearly seasonality as ``yearly`` pairs of sine and cosine; 0 for none."""

    yearly: int = Field(default=2, ge=0, le=12)


class Trend(Frozen):
    """Long-run movement of the baseline.

    ``piecewise``: linear with ``changepoints`` kinks. ``smooth``: linear plus a Gaussian process
    (Hilbert-space approximation) whose typical wave lasts ``lengthscale`` weeks: a baseline that
    varies over time. ``random_walk``: linear plus a level that wanders without returning, as far
    as the data say; after the data it wanders on, and forecasts grow less certain.
    """

    kind: Literal["linear", "piecewise", "smooth", "random_walk", "none"] = "linear"
    changepoints: int = Field(default=6, ge=1, le=30)
    lengthscale: float = Field(default=26.0, ge=4.0, le=260.0, description="Weeks.")


class TimeVarying(Frozen):
    """A group of channels whose effectiveness shares one smooth multiplier over time."""

    channels: tuple[Name, ...] = Field(min_length=1, max_length=MOST_CHANNELS)
    lengthscale: float = Field(default=52.0, ge=8.0, le=260.0, description="Weeks.")


class Noise(Frozen):
    """Dependence of the noise over weeks, and whether each geo has its own noise scale.

    ``ar1``: what moved a week moves the next, of every likelihood; of counts on the log scale, and
    over geos each for itself, while the weekly shock that they share stays in its week.
    """

    kind: Literal["iid", "ar1"] = "iid"
    scale: Literal["common", "geo"] = "common"


class Edge(Frozen):
    """A cause and its effect; ``lag`` in weeks."""

    cause: VariableName = Field(alias="from")
    effect: VariableName = Field(alias="to")
    lag: int = Field(default=0, ge=0, le=52)


class Edges(Frozen):
    """The user's changes to the causal graph that the rest of the specification implies.

    ``unobserved`` names causes that no column measures; they may appear in ``add`` only.
    """

    add: Annotated[tuple[Edge, ...], Field(max_length=MOST_EDGES)] = ()
    remove: Annotated[tuple[Edge, ...], Field(max_length=MOST_EDGES)] = ()
    unobserved: Annotated[tuple[Name, ...], Field(max_length=MOST_PARTS)] = ()
