"""Parses arguments such as ``tv:scale=0`` and ``tv=50000`` into parts of a request.

Invalid arguments raise BadParameter, which quotes the argument and shows the expected form.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typer import BadParameter

NUMBERS = ("set", "scale", "add", "shift", "share", "lag")
TEXTS = ("follows", "start", "end")
POLICY = ("follows", "share", "lag")
DO_FORM = (
    "VARIABLE:set|scale|add=NUMBER, VARIABLE:shift=WEEKS or "
    "VARIABLE:follows=OTHER:share=NUMBER[:lag=WEEKS], then [:start=YYYY-MM-DD][:end=YYYY-MM-DD]"
)


def intervention(text: str) -> dict[str, Any]:
    """Parse ``price:scale=1.03:start=2024-01-01`` into one ``do`` of a counterfactual.

    ``rival.price:follows=price:share=0.6`` is a policy.
    """
    variable, *parts = text.split(":")
    fields: dict[str, Any] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in (*NUMBERS, *TEXTS) or name in fields:
            raise BadParameter(f"{part!r} in {text!r}: write {DO_FORM}")
        fields[name] = number(value, text) if name in NUMBERS else value
    policy = {name: fields.pop(name) for name in POLICY if name in fields}
    if policy:
        fields["policy"] = policy
    if not variable or not fields.keys() - {"start", "end"}:
        raise BadParameter(f"{text!r}: write {DO_FORM}")
    if policy and not {"follows", "share"} <= policy.keys():
        raise BadParameter(f"{text!r}: a policy needs both follows and share: {DO_FORM}")
    return {"variable": variable, **fields}


def channel_bounds(options: Mapping[str, Iterable[str]]) -> dict[str, dict[str, float]]:
    """``{"min": ["tv=5"], "fixed": ["radio=2"]}`` -> ``{"tv": {"min": 5}, "radio": {...}}``."""
    bounds: dict[str, dict[str, float]] = {}
    for limit, items in options.items():
        for name, value in amounts(f"--{limit.replace('_', '-')}", items).items():
            bounds.setdefault(name, {})[limit] = value
    return bounds


def amounts(option: str, items: Iterable[str]) -> dict[str, float]:
    """``["tv=5", "radio=2"]`` -> ``{"tv": 5, "radio": 2}``."""
    values: dict[str, float] = {}
    for item in items:
        name, equals, value = item.rpartition("=")
        if not equals or not name:
            raise BadParameter(f"{option} {item!r}: write CHANNEL=NUMBER")
        values[name] = number(value, item)
    return values


def number(text: str, argument: str) -> float:
    """Parse ``text``, a part of ``argument``, as a number."""
    try:
        return float(text)
    except ValueError as error:
        raise BadParameter(f"{text!r} in {argument!r} is not a number") from error
