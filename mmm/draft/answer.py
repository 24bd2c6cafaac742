"""A drafted specification with the role of every column, and what a person has to decide."""

from typing import Literal

from pydantic import Field

from mmm.interval import Answer

type Role = Literal[
    "date",
    "geo",
    "product",
    "population",
    "kpi",
    "kpi_candidate",
    "value",
    "channel",
    "exposure",
    "unit_cost",
    "frequency",
    "owned_media",
    "mediator",
    "price",
    "rival_price",
    "rival_spend",
    "demand",
    "control",
    "event",
    "holiday",
    "follows_sales",
    "not_used",
]


class ColumnRole(Answer):
    """What a column is in the draft, and by which evidence of its name and values."""

    name: str
    role: Role
    reason: str


class Question(Answer):
    """Something that the table leaves open."""

    field: str = Field(description="JSON pointer into the model to the field that it decides.")
    question: str
    options: tuple[str, ...] = Field(description="Readings that fit; empty for any value.")
    chosen: str | None = Field(description="The one that the draft has; null for none.")


class Draft(Answer):
    """A model specification (JSON) with its evidence: every column of the table, in its order."""

    model: dict[str, object]
    columns: tuple[ColumnRole, ...]
    questions: tuple[Question, ...]
    warnings: tuple[str, ...]

    def named(self, role: Role) -> tuple[str, ...]:
        """The columns of ``role``, in the order of the table."""
        return tuple(column.name for column in self.columns if column.role == role)
