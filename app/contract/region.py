"""Documents of the region that data support: how much, and when it was seen."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SupportedAmount(BaseModel):
    """The most that a plan may spend, from the most that was ever spent in as many weeks."""

    model_config = ConfigDict(frozen=True)

    most: float = Field(description="Currency over the horizon: the multiple of ``seen``.")
    seen: float = Field(description="The most that was spent in a window of the horizon's length.")
    first_week: date = Field(description="First week of that window.")
    last_week: date = Field(description="Last week of that window.")
    scaled: bool = Field(description="Whether fewer weeks were seen, scaled to the horizon.")
    in_season: float | None = Field(
        description="The most in windows at this time of year; null where the data do not reach."
    )


class SupportedRegion(BaseModel):
    """What the data support: by channel, and for all media together."""

    model_config = ConfigDict(frozen=True)

    multiple: float = Field(description="How far beyond the most seen a plan may go.")
    explore: bool = Field(description="Whether the plan was allowed to leave the region.")
    channels: dict[str, SupportedAmount]
    together: SupportedAmount


SUPPORTED: Any = Field(
    default=None, description="The region that the data support; null in answers of older releases."
)
