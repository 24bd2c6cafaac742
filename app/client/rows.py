"""Documents as the rows of a table, without pandas."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

type Rows = list[dict[str, Any]]


def rows(items: Iterable[BaseModel], *, without: str | None = None, **more: Any) -> Rows:
    """A row for each document; nested fields are named ``outer_inner``, as in the service's CSV.

    ``more``: columns with a constant value; ``without``: a field to omit.
    """
    return [
        {**more, **{name: cell for name, cell in flat(item).items() if name != without}}
        for item in items
    ]


def flat(item: BaseModel) -> dict[str, Any]:
    """The fields of a document, with nested documents and mappings flattened."""
    cells: dict[str, Any] = {}
    for name in type(item).model_fields:
        value = getattr(item, name)
        if isinstance(value, BaseModel):
            cells |= {f"{name}_{inner}": cell for inner, cell in flat(value).items()}
        elif isinstance(value, Mapping):
            cells |= {f"{name}_{inner}": cell for inner, cell in value.items()}
        else:
            cells[name] = value
    return cells
