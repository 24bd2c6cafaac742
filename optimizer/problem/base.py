"""Building blocks of a problem: finite numbers of the right type, and frozen objects."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1)]
Probability = Annotated[Number, Field(gt=0, lt=1)]


class ProblemPart(BaseModel):
    """Base class of the objects in a problem: frozen, with unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
