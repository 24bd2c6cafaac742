"""Documents as the rows of a table, without pandas."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

type Rows = list[dict[str, Any]]


def rows(items: Iterable[BaseModel], *, without: str | None = None, **more: Any) -> Rows:
    """A row for each document: nested fields are ``outer_inner``, as in the service's CSV.

    ``more`` are columns with one value; ``without`` names a field that is left out.
    """
    return [
        {**more, **{name: cell for name, cell in flat(item).items() if name != without}}
        for item in items
    ]


def flat(item: BaseModel) -> dict[str, Any]:
    """The fields of a document; those of a field that is one itself, or a mapping, by its name."""
    found: dict[str, Any] = {}
    for name in type(item).model_fields:
        value = getattr(item, name)
        if isinstance(value, BaseModel):
            found |= {f"{name}_{inner}": cell for inner, cell in flat(value).items()}
        elif isinstance(value, Mapping):
            found |= {f"{name}_{inner}": cell for inner, cell in value.items()}
        else:
            found[name] = value
    return found
