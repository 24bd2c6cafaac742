"""Plain data: numbers that are finite and really numbers, objects that do not change."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1)]
Probability = Annotated[Number, Field(gt=0, lt=1)]


class ProblemPart(BaseModel):
    """Frozen; a field that it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
