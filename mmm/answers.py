"""Base of the JSON answers."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Immutable; serialises to the public JSON as it is."""

    model_config = ConfigDict(frozen=True)
