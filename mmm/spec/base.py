"""The base class and the field types that every part of the specification shares."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mmm.spec.sizes import LONGEST_NAME

CONTROL = r"\x00-\x1f\x7f-\x9f"
"""Control characters, for a class of a regular expression: no name may hold one."""

Column = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=rf"^[^{CONTROL}]+$")]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=rf"^[^./~>{CONTROL}]+$")]

_UNPRINTABLE = re.compile(rf"[{CONTROL}\ud800-\udfff]")


def is_printable(text: str) -> bool:
    """Whether ``text`` holds no control character and no half of a character."""
    return _UNPRINTABLE.search(text) is None


class Frozen(BaseModel):
    """Base class of the contract: immutable; refuses unknown fields and non-finite numbers."""

    model_config = ConfigDict(
        defer_build=True, frozen=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True
    )


def complete_name_and_column(item: Any) -> Any:
    """Complete ``"tv"`` to ``{"name": "tv", "column": "tv"}``, and fill in the one that is missing.

    Anything that is neither a string nor a dict with exactly one of the two is returned as it is.
    """
    if isinstance(item, str):
        return {"name": item, "column": item}
    if isinstance(item, dict) and (("name" in item) != ("column" in item)):
        given = item.get("name", item.get("column"))
        return {"name": given, "column": given, **item}
    return item


def require_name_or_column(schema: dict[str, Any]) -> None:
    """Change ``schema`` to require a name or a column: the other is filled in."""
    schema["required"] = [key for key in schema["required"] if key not in ("name", "column")]
    schema["anyOf"] = [{"required": ["name"]}, {"required": ["column"]}]
