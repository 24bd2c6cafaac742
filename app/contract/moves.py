"""Documents of what a plan comes to: moves to make now, moves to test first, channels to hold."""

from pydantic import ConfigDict, Field

from app.contract.plan_details import FewestMovesDocument, PlanDocument, RoundingDocument
from app.contract.planned_spend import GainByTime, Plan
from mmm.interval import Interval


class Move(PlanDocument):
    """A change of a channel's spend over the horizon that can be defended now."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)

    channel: str
    from_spend: float = Field(alias="from", description="Today's spend, currency.")
    to: float
    why: str


class TestFirst(PlanDocument):
    """A change that the model alone would make, and that a test should decide.

    The channel goes to ``if_good`` where a test confirms the model, and to ``if_not``, the spend of
    the moves that can be made now, where it does not.
    """

    channel: str
    if_good: float
    if_not: float
    worth_knowing: float | None = Field(
        description="Expected gain of knowing this effect before planning, by the joint draws; "
        "null where effects do not add up."
    )
    why: str


class Hold(PlanDocument):
    """A channel that stays as it is, and why."""

    channel: str
    why: str


class Moves(PlanDocument):
    """What to do now, what to test first, and what to hold.

    The moves of ``do_now`` are best for the worst of model and second model, each effect cut to the
    share that its evidence calls causal, risk on the gain over current spend.
    """

    do_now: tuple[Move, ...]
    test_first: tuple[TestFirst, ...]
    hold: tuple[Hold, ...]
    plan: Plan | None = Field(
        description="The plan with the moves of do_now alone, its marginal ROI by causal shares; "
        "null where the limits allow none."
    )
    gain: Interval | None = Field(
        description="Of that plan over current spend, by the less favourable of the models, with "
        "causal shares alone."
    )
    by_time: GainByTime | None = Field(
        default=None,
        description="When that gain comes; null in answers of a release that did not tell it.",
    )
    even: Interval | None = Field(
        default=None,
        description="The same for today's mix at that plan's total: an even cut, or an even raise. "
        "Null where the total is today's.",
    )
    fewest_moves: FewestMovesDocument | None = Field(
        default=None,
        description="How many moves were left out because they add little, and what they would "
        "add; null where nothing can be gained.",
    )
    rounding: RoundingDocument | None = Field(default=None, description="Only with round_to.")
    chances_in_20: int | None = Field(
        description="In how many of 20 cases that plan is better than current spend, if the model "
        "is right; from 1 to 19 unless tested. Null where nothing moves, and where more than a "
        "third of the moved money rests on what could be coincidence."
    )
    probability_better: float | None = Field(
        description="The same as a probability, by the model with causal shares alone."
    )
    second_model: float | None = Field(
        description="The same by the second model; null where it is not ready."
    )
    cost_of_waiting: float = Field(
        description="Gain a week that the model alone expects of the moves to test first."
    )
    summary: str
