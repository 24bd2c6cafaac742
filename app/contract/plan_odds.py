"""The document of how a plan compares with today's, by what of the evidence can be defended."""

from pydantic import Field

from app.contract.plan_answers import REFERENCE, ReferenceDocument
from app.contract.plan_details import PlanDocument
from app.contract.planned_spend import GainByTime, PlannedChannel
from mmm.interval import Interval


class PlanOdds(PlanDocument):
    """A given plan against current spend, judged as moves are: by the less favourable of model and
    second model, each effect cut to the share that its evidence calls causal.

    Own spend after the horizon goes on as in current spend, in both worlds.
    """

    total: float = Field(description="Spend of the plan over the horizon, currency.")
    reference_total: float = Field(description="Current spend over the same weeks.")
    reference: ReferenceDocument | None = REFERENCE
    channels: tuple[PlannedChannel, ...]
    gain: Interval = Field(description="Over current spend.")
    by_time: GainByTime = Field(description="When that gain comes.")
    gain_unit: str
    chances_in_20: int | None = Field(
        description="In how many of 20 cases the plan is better than current spend, if the model "
        "is right; from 1 to 19 unless tested. Null where nothing moves, and where more than a "
        "third of the moved money rests on what could be coincidence."
    )
    probability_better: float | None = Field(description="The same as a probability.")
    second_model: float | None = Field(
        description="The same by the second model; null where it is not ready."
    )
    warnings: tuple[str, ...]
