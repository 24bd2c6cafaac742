"""The document of what truly happened in a simulated world."""

from pydantic import BaseModel, Field


class ChannelTruth(BaseModel):
    """One channel: what it truly caused within the weeks of the data, and its true ROI."""

    name: str
    spend: float
    contribution: float = Field(description="KPI units caused within the weeks.")
    roi: float = Field(description="Value per unit of spend, carryover after the weeks counted.")


class TruthAnswer(BaseModel):
    """The truth behind a simulated brand."""

    channels: tuple[ChannelTruth, ...]
