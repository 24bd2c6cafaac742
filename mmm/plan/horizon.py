"""The weeks that a plan is made for."""

from datetime import date

from pydantic import Field

from mmm.spec.base import Frozen


class Horizon(Frozen):
    """The weeks to plan, from the week after the data on."""

    start: date
    weeks: int = Field(ge=1, le=104)
