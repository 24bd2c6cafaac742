"""The document of which channel to test next, and what each test is worth."""

from datetime import date

from pydantic import Field

from app.contract.plan_details import PlanDocument
from mmm.interval import Interval


class PossibleTest(PlanDocument):
    """A test that could be run, with what it costs and what its result is worth.

    Its lift and its cost are what the model expects of it, in weeks in which the channel was on.
    """

    weeks: int
    cooldown: int = Field(description="Weeks after the test that are read with it.")
    share: float = Field(description="Of sales that the test treats.")
    like_weeks_from: date = Field(description="The weeks of the data that stand for the test's.")
    spend: float = Field(description="Extra spend of the test, currency; negative for a cut.")
    lift: Interval = Field(description="Expected, in units of the KPI, cool-down included.")
    standard_error: float = Field(description="Expected of the measured lift, units of the KPI.")
    assurance: float = Field(
        description="Probability that an effect is found at 5 %, over all that the model believes."
    )
    cost: Interval = Field(description="Spend and what is lost or earned by it, in gain_unit.")
    value: float | None = Field(
        description="Expected gain that its result adds to the best plan over the horizon; null "
        "where effects do not add up."
    )
    net_value: float | None = Field(
        description="The value less the expected cost; what a cut saves needs no test, and is not "
        "counted."
    )


class ValuedTest(PossibleTest):
    """A possible test of a channel, beside those of the others."""

    channel: str
    change: float = Field(description="Spend in the treated part relative to usual: -1 is off.")
    geos: tuple[str, ...] | None = Field(description="Treated ones; null in a national model.")
    detectable: float = Field(description="Lift that is found four times in five, KPI units.")
    detectable_share: float = Field(description="The same relative to the treated sales.")
    value_noise: float | None = Field(description="Half-width of what a test of nothing shows.")


class ChannelToTest(PlanDocument):
    """A channel, what knowing its effect would be worth, and its best tests."""

    channel: str
    worth_knowing: float | None = Field(description="Of knowing the effect exactly; a limit.")
    tests: tuple[ValuedTest, ...] = Field(description="Best first; empty for one that is off.")


class NextExperiment(PlanDocument):
    """Channels by what their best test adds to the next plan, after its cost."""

    summary: str
    horizon_weeks: int
    gain_unit: str
    channels: tuple[ChannelToTest, ...]
    warnings: tuple[str, ...]
