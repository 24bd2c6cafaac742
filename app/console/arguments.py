"""Arguments such as ``tv:scale=0`` and ``tv=50000`` as parts of a request.

Raises BadParameter, which names the argument and shows what it should look like.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typer import BadParameter

ACTIONS = ("set", "scale", "add")
DO_FORM = "VARIABLE:set|scale|add=NUMBER[:start=YYYY-MM-DD][:end=YYYY-MM-DD]"


def intervention(text: str) -> dict[str, Any]:
    """``price:scale=1.03:start=2024-01-01`` as one ``do`` of a counterfactual."""
    variable, *parts = text.split(":")
    found: dict[str, Any] = {"variable": variable}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in (*ACTIONS, "start", "end") or name in found:
            raise BadParameter(f"{part!r} in {text!r}: write {DO_FORM}")
        found[name] = number(value, text) if name in ACTIONS else value
    if not variable or not any(name in found for name in ACTIONS):
        raise BadParameter(f"{text!r}: write {DO_FORM}")
    return found


def channel_bounds(given: Mapping[str, Iterable[str]]) -> dict[str, dict[str, float]]:
    """``{"min": ["tv=5"], "fixed": ["radio=2"]}`` -> ``{"tv": {"min": 5}, "radio": {...}}``."""
    bounds: dict[str, dict[str, float]] = {}
    for limit, items in given.items():
        for item in items:
            name, equals, value = item.rpartition("=")
            if not equals or not name:
                raise BadParameter(f"--{limit.replace('_', '-')} {item!r}: write CHANNEL=NUMBER")
            bounds.setdefault(name, {})[limit] = number(value, item)
    return bounds


def number(text: str, where: str) -> float:
    """``text`` as a number."""
    try:
        return float(text)
    except ValueError as error:
        raise BadParameter(f"{text!r} in {where!r} is not a number") from error
