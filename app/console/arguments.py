"""Arguments such as ``tv:scale=0`` and ``tv=50000`` as parts of a request.

Raises BadParameter, which names the argument and shows what it should look like.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typer import BadParameter

NUMBERS = ("set", "scale", "add", "shift", "share", "lag")
WORDS = ("follows", "start", "end")
POLICY = ("follows", "share", "lag")
DO_FORM = (
    "VARIABLE:set|scale|add=NUMBER, VARIABLE:shift=WEEKS or "
    "VARIABLE:follows=OTHER:share=NUMBER[:lag=WEEKS], then [:start=YYYY-MM-DD][:end=YYYY-MM-DD]"
)


def intervention(text: str) -> dict[str, Any]:
    """``price:scale=1.03:start=2024-01-01`` as one ``do`` of a counterfactual.

    ``rival.price:follows=price:share=0.6`` is a policy.
    """
    variable, *parts = text.split(":")
    found: dict[str, Any] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in (*NUMBERS, *WORDS) or name in found:
            raise BadParameter(f"{part!r} in {text!r}: write {DO_FORM}")
        found[name] = number(value, text) if name in NUMBERS else value
    policy = {name: found.pop(name) for name in POLICY if name in found}
    if policy:
        found["policy"] = policy
    if not variable or not found.keys() - {"start", "end"}:
        raise BadParameter(f"{text!r}: write {DO_FORM}")
    if policy and not {"follows", "share"} <= policy.keys():
        raise BadParameter(f"{text!r}: a policy needs both follows and share: {DO_FORM}")
    return {"variable": variable, **found}


def channel_bounds(given: Mapping[str, Iterable[str]]) -> dict[str, dict[str, float]]:
    """``{"min": ["tv=5"], "fixed": ["radio=2"]}`` -> ``{"tv": {"min": 5}, "radio": {...}}``."""
    bounds: dict[str, dict[str, float]] = {}
    for limit, items in given.items():
        for name, value in amounts(f"--{limit.replace('_', '-')}", items).items():
            bounds.setdefault(name, {})[limit] = value
    return bounds


def amounts(option: str, items: Iterable[str]) -> dict[str, float]:
    """``["tv=5", "radio=2"]`` -> ``{"tv": 5, "radio": 2}``."""
    found: dict[str, float] = {}
    for item in items:
        name, equals, value = item.rpartition("=")
        if not equals or not name:
            raise BadParameter(f"{option} {item!r}: write CHANNEL=NUMBER")
        found[name] = number(value, item)
    return found


def number(text: str, where: str) -> float:
    """``text`` as a number."""
    try:
        return float(text)
    except ValueError as error:
        raise BadParameter(f"{text!r} in {where!r} is not a number") from error
