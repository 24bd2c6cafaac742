"""The weeks that a plan is made for."""

from pydantic import Field

from mmm.spec.base import Frozen
from mmm.spec.calendar import Day
from mmm.spec.sizes import LONGEST_HORIZON


class Horizon(Frozen):
    """The weeks to plan, from the week after the data on."""

    start: Day
    weeks: int = Field(ge=1, le=LONGEST_HORIZON)
