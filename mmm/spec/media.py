"""The part of the specification about media: own channels, their mediators, and rivals."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from mmm.spec.base import Column, Frozen, Name, require_name_or_column
from mmm.spec.calendar import Begins
from mmm.spec.number_or_column import PositiveOrColumn
from mmm.spec.numbers import Positive
from mmm.spec.sizes import MOST_CHANNELS, VariableName

WIDEST = 1e6
"""Most times that a prior's 95 % quantile may be its median."""
USUAL_COST_WINDOW = 13
"""Weeks: a quarter, which bonus weeks and late bills even out over."""


class Adstock(Frozen):
    """Carryover over lags 0..max_lag weeks; weights sum to one.

    ``delayed``, ``weibull`` and ``gamma`` have two parameters each: they may build up before they
    fade.
    """

    kind: Literal["geometric", "delayed", "weibull", "gamma", "none"] = "geometric"
    max_lag: int = Field(default=8, ge=0, le=52)
    before: Literal["zero", "mean"] = Field(
        default="zero", description="Spend assumed in the weeks before the data begin."
    )


class Saturation(Frozen):
    """Diminishing returns: on the adstocked exposure, or on each week's exposure before it carries
    over."""

    kind: Literal["hill", "logistic", "michaelis_menten", "tanh", "power", "none"] = "hill"
    order: Literal["carryover_first", "saturation_first"] = Field(
        default="carryover_first",
        description="saturation_first: a week's own exposure saturates, and its effect then "
        "carries over. Weeks of a flight then do not saturate one another.",
    )


class MedianP95(Frozen):
    """The prior of a positive quantity, given by its median and its 95 % quantile."""

    median: Positive
    p95: Positive

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.p95 <= self.median:
            raise ValueError(f"p95 ({self.p95:g}) must lie above the median ({self.median:g})")
        if self.p95 > WIDEST * self.median:
            raise ValueError(
                f"p95 ({self.p95:g}) is more than {WIDEST:g} times the median ({self.median:g}): "
                "such a prior says nothing; leave it out"
            )
        return self


class ChannelPrior(Frozen):
    """Prior beliefs about a channel, of which at most one is about the size of its effect.

    ``roi`` and ``marginal_roi``: value per currency over the observed spend, including carryover
    after the last week; ``share``: its contribution as a share of the KPI; ``elasticity``: percent
    change of the KPI per percent of spend; ``half_life``: weeks after which half of a week's effect
    is past.
    """

    roi: MedianP95 | None = None
    marginal_roi: MedianP95 | None = None
    share: MedianP95 | None = None
    elasticity: MedianP95 | None = None
    half_life: MedianP95 | None = None

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        given = [name for name in EFFECT_PRIORS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} all fix the same effect; give one of them")
        return self

    @property
    def effect(self) -> tuple[str, MedianP95] | None:
        """The kind and the prior of the belief about the size of the effect, or None."""
        given = [(n, getattr(self, n)) for n in EFFECT_PRIORS if getattr(self, n) is not None]
        return given[0] if given else None


EFFECT_PRIORS = ("roi", "marginal_roi", "share", "elasticity")


class Channel(Frozen):
    """An own channel: its weekly spend in currency, and the exposure that enters its curve.

    ``exposure`` names the column of impressions, GRP or reach that the spend bought; without it the
    spend itself enters. ``frequency`` (average contacts per person reached, with reach as exposure)
    makes it a reach-and-frequency channel. ``national`` spend is one number per week for all geos,
    repeated in each. Where some weeks have exposure without spend, or spend without exposure, as
    bonus weeks and late bills do, the cost of a unit is that of ``cost_window`` weeks around each
    week, and the total spend stays. With ``unit_cost`` ``column`` is the exposure, and spend is
    their product. With ``cost`` "none" it is an owned or organic medium: ``column`` has its
    exposure, it has no ROI, and no plan decides it.
    """

    model_config = ConfigDict(json_schema_extra=require_name_or_column)

    name: Name
    column: Column
    cost: Literal["spend", "none"] = Field(
        default="spend",
        description="spend: the column is money. none: owned or organic media, whose column is "
        "what was sent, published or seen.",
    )
    exposure: Column | None = None
    cost_window: int = Field(
        default=USUAL_COST_WINDOW,
        ge=1,
        le=53,
        description="Weeks around each week over which the cost of exposure is averaged where a "
        "week has spend or exposure without the other; 1 refuses such weeks.",
    )
    unit_cost: PositiveOrColumn | None = Field(
        default=None,
        description="Currency for each piece of the column, which then is exposure; or the column "
        "that has it by week. Spend is their product.",
    )
    frequency: Column | None = None
    national: bool = False
    begins: Begins = None
    adstock: Adstock = Adstock()
    saturation: Saturation = Saturation()
    effect: Literal["positive", "any"] = Field(
        default="positive",
        description="any: its direct effect may be negative too, with a normal prior of the same "
        "median and 95 % quantile in place of the log-normal one.",
    )
    prior: ChannelPrior = ChannelPrior()

    @property
    def is_signed(self) -> bool:
        """Whether its direct effect may be negative."""
        return self.effect == "any"

    @property
    def is_owned(self) -> bool:
        """Whether it costs nothing: owned or organic media."""
        return self.cost == "none"

    @property
    def has_exposure(self) -> bool:
        """Whether something else than money enters its curve, at a cost that the data have."""
        return self.exposure is not None or self.unit_cost is not None

    @property
    def unit_cost_column(self) -> str | None:
        """The column of ``unit_cost``; None where it is a number or not stated."""
        return self.unit_cost if isinstance(self.unit_cost, str) else None

    @model_validator(mode="after")
    def _owned_has_no_spend(self) -> Self:
        if self.is_owned and self.exposure is not None:
            raise ValueError("a channel without cost has no exposure: its column is the exposure")
        stated = self.prior.effect
        if self.is_owned and stated is not None and "roi" in stated[0]:
            raise ValueError(f"a channel without cost has no {stated[0]}; give its share instead")
        return self

    @model_validator(mode="after")
    def _unit_cost_makes_spend(self) -> Self:
        if self.unit_cost is not None and (self.is_owned or self.exposure is not None):
            raise ValueError(
                "unit_cost is of a channel whose column is exposure: it has no exposure beside it, "
                "and is not without cost"
            )
        return self

    @model_validator(mode="after")
    def _frequency_needs_reach(self) -> Self:
        if self.frequency is not None and not self.has_exposure:
            raise ValueError("frequency needs exposure: the column of people reached")
        return self

    @model_validator(mode="after")
    def _half_life_needs_carryover(self) -> Self:
        if self.prior.half_life is not None and self.adstock.kind == "none":
            raise ValueError("prior.half_life needs an adstock that carries over")
        return self


class Competitor(Frozen):
    """A rival: its price raises our KPI (h >= 0), its spend lowers it (gamma >= 0).

    ``from``: where its columns begin later than the data. Before it its spend is zero and its price
    acts as at its mean.
    """

    name: Name
    price: Column | None = None
    spend: Column | None = None
    begins: Begins = None
    adstock: Adstock = Adstock()
    saturation: Saturation = Saturation(kind="logistic")

    @model_validator(mode="after")
    def _price_or_spend(self) -> Self:
        if self.price is None and self.spend is None:
            raise ValueError("a competitor needs a price column, a spend column, or both")
        return self


class Mediator(Frozen):
    """A series between media and the KPI, with its own equation; empty cells are unobserved weeks.

    ``parents`` are channels, other mediators, controls or ``price``. Media act on it through
    ``adstock`` and ``saturation`` of its own.
    """

    name: Name
    column: Column
    parents: tuple[VariableName, ...] = Field(min_length=1, max_length=MOST_CHANNELS)
    adstock: Adstock = Adstock()
    saturation: Saturation = Saturation(kind="logistic")


ADSTOCK_PARAMETERS: dict[str, tuple[str, ...]] = {
    "geometric": ("adstock_alpha",),
    "delayed": ("adstock_alpha", "adstock_theta"),
    "weibull": ("adstock_shape", "adstock_scale"),
    "gamma": ("adstock_shape", "adstock_mean"),
    "none": (),
}


SATURATION_PARAMETERS: dict[str, tuple[str, ...]] = {
    "hill": ("saturation_half", "saturation_slope"),
    "logistic": ("saturation_rate",),
    "michaelis_menten": ("saturation_half",),
    "tanh": ("saturation_rate",),
    "power": ("saturation_power",),
    "none": (),
}
