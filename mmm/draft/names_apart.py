"""Names of a drafted model that are all different, and none of them reserved."""

from typing import Any

from mmm.spec.rules import RESERVED_NAMES

NAMED = ("channels", "controls", "events", "competitors")


def with_names_apart(model: dict[str, object]) -> dict[str, object]:
    """``model`` with a number after each name that an earlier part has, or that is reserved."""
    taken = {*RESERVED_NAMES, *(["demand"] if "demand" in model else [])}
    changed = dict(model)
    for part in NAMED:
        items = model.get(part)
        if isinstance(items, list):
            changed[part] = [_named_apart(item, taken) for item in items]
    return changed


def names_taken(model: dict[str, object]) -> set[str]:
    """The names that the parts of ``model`` have, and those that are reserved."""
    taken = {*RESERVED_NAMES, *(["demand"] if "demand" in model else [])}
    for part in NAMED:
        items = model.get(part)
        for item in items if isinstance(items, list) else []:
            taken.add(item if isinstance(item, str) else str(item.get("name", item.get("column"))))
    return taken


def free_name(name: str, taken: set[str]) -> str:
    """``name``, with a number behind it where it is ``taken``; it is taken then."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    taken.add(free)
    return free


def _named_apart(item: Any, taken: set[str]) -> Any:
    """A column's name alone, or an object with ``name``, ``column`` or both."""
    name = item if isinstance(item, str) else str(item.get("name", item.get("column")))
    free = free_name(name, taken)
    if free == name:
        return item
    return {**({"column": item} if isinstance(item, str) else item), "name": free}
