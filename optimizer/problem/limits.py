"""Limits as plain data: on a channel, a sum of channels, a geo or week, and successive weeks.

Amounts are totals over the horizon in currency unless stated otherwise. Where the decision is by
geo or by week, the limits of a channel apply to the sum of its cells.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from optimizer.problem.base import Label, Number, ProblemPart, Times
from optimizer.problem.sizes import MOST_CHANNELS, ChannelName, ChannelNames, GeoName


class OnOff(ProblemPart):
    """The channel gets nothing, or at least `min_when_on`."""

    min_when_on: Number


class ChannelBounds(ProblemPart):
    """Limits on one channel.

    max_change: relative to its current spend (0.3: within 30 %), or to what it gets where it is
    active if that is 0.  committed: spend already bought,
    hence a minimum.  min_roi: least mean value of its response per unit of spend, if it gets any.
    """

    min: Number | None = None
    max: Number | None = None
    fixed: Number | None = None
    max_change: Times | None = None
    committed: Number | None = None
    on_off: OnOff | None = None
    min_roi: Times | None = None


class Group(ProblemPart):
    """Limits on a sum of channels; shares are of the plan's total spend."""

    channels: ChannelNames
    min: Number | None = None
    max: Number | None = None
    min_share: Number | None = None
    max_share: Number | None = None


class Ratio(ProblemPart):
    """min <= spend of the first channel / spend of the second <= max."""

    channels: Annotated[tuple[ChannelName, ...], Field(min_length=2, max_length=2)]
    min: Times | None = None
    max: Times | None = None


class CellBounds(ProblemPart):
    """Limits on the summed spend of a channel in a geo in a week; None stands for all of them."""

    channel: ChannelName | None = None
    geo: GeoName | None = None
    week: date | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _geo_or_week_is_given(self) -> Self:
        if self.geo is None and self.week is None:
            raise ValueError('give a "geo" or a "week"; limits on a channel belong in "channels"')
        return self


class Ramp(ProblemPart):
    """Limits on the change from each week to the next, for a channel or for all together.

    The first week is compared with the last observed one where that is known.
    max_change: relative to the week before (0.3: within 30 %).  max_step: in currency.
    """

    channel: ChannelName | None = None
    max_change: Times | None = None
    max_step: Number | None = None


class SecondBudget(ProblemPart):
    """A budget in another unit, e.g. carbon:  min <= sum of per_currency * spend <= max.

    per_currency: units that one unit of currency uses, by channel; 0 for those not named.
    """

    name: Label
    per_currency: Annotated[dict[ChannelName, Times], Field(min_length=1, max_length=MOST_CHANNELS)]
    max: Number | None = None
    min: Number | None = None


def describe_place(bounds: CellBounds) -> str:
    """The cells of the bounds in words, e.g. "tv in north in the week of 2024-07-01"."""
    parts = [bounds.channel or "all channels"]
    if bounds.geo is not None:
        parts.append(f"in {bounds.geo}")
    if bounds.week is not None:
        parts.append(f"in the week of {bounds.week}")
    return " ".join(parts)
