"""What every part of the specification shares: strictness, names, columns."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Column = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^./~>]+$")]


class Frozen(BaseModel):
    """Base of the contract: immutable, unknown fields and non-finite numbers refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True
    )


def named(item: Any) -> Any:
    """``"tv"`` means ``{"name": "tv", "column": "tv"}``; a missing name or column is the other."""
    if isinstance(item, str):
        return {"name": item, "column": item}
    if isinstance(item, dict) and (("name" in item) != ("column" in item)):
        only = item.get("name", item.get("column"))
        return {"name": only, "column": only, **item}
    return item


def name_or_column(schema: dict[str, Any]) -> None:
    """JSON Schema of what ``named`` completes: one of the two is enough."""
    schema["required"] = [key for key in schema["required"] if key not in ("name", "column")]
    schema["anyOf"] = [{"required": ["name"]}, {"required": ["column"]}]
