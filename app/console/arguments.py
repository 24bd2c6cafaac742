"""Parses arguments such as ``tv:scale=0`` and ``dates=day_first`` into parts of a request.

Invalid arguments raise BadParameter, which quotes the argument and shows the expected form.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

if TYPE_CHECKING:
    from mmm.tables.recipe import Recipe

NUMBERS = ("set", "scale", "add", "shift", "share", "lag")
TEXTS = ("follows", "start", "end")
POLICY = ("follows", "share", "lag")
DO_FORM = (
    "VARIABLE:set|scale|add=NUMBER, VARIABLE:shift=WEEKS or "
    "VARIABLE:follows=OTHER:share=NUMBER[:lag=WEEKS], then [:start=YYYY-MM-DD][:end=YYYY-MM-DD]"
)
LISTS = ("signs", "values", "keys", "sparse", "drop")
"""Words with several values, which are given one by one or with commas."""
MAPS = ("weekly", "weights")
"""Words with a value for each column: ``weekly.price=mean``."""
BESIDE = ("with_file", "with_sheets")
"""Words about a table beside the first: ``with_file.dates=day_first``, ``with_sheets=Macro``."""
READ_FORM = (
    "write WORD=VALUE, weekly.COLUMN=sum|mean|last|max, or the file of a recipe, RECIPE.json"
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


def read_words(given: Sequence[str]) -> "Recipe":
    """The recipe of arguments such as ``dates=month_first`` and ``weekly.price=mean``.

    Raises BadParameter for what is not of this form, or not a word.
    """
    from mmm.errors import DataError
    from mmm.tables.read import parse_recipe

    words: dict[str, Any] = {}
    for text in given:
        if text.endswith(".json") and "=" not in text:
            words |= _recipe_file(Path(text))
            continue
        word, equals, value = text.partition("=")
        if word.startswith(BESIDE) and equals:
            _set_beside(words, text)
            continue
        name, dot, column = word.partition(".")
        if not equals or (name in MAPS) != bool(dot and column):
            raise BadParameter(f"--read {text!r}: {READ_FORM}")
        if name in MAPS:
            words.setdefault(name, {})[column] = value
        elif name in LISTS:
            words[name] = [*words.get(name, ()), *value.split(",")]
        else:
            words[name] = (
                int(value) if name in ("header", "header_rows") and value.isdecimal() else value
            )
    try:
        return parse_recipe(words)
    except DataError as error:
        raise BadParameter("--read " + "; ".join(i.detail for i in error.issues)) from error


def _set_beside(words: dict[str, Any], text: str) -> None:
    """Set ``with_file.WORD=VALUE``, ``with_sheets=SHEET`` or ``with_sheets.SHEET.WORD=VALUE``."""
    path, _, value = text.partition("=")
    name, _, rest = path.partition(".")
    given = words.setdefault(name, {})
    if name == "with_sheets" and not rest:
        given.update({sheet: given.get(sheet, {}) for sheet in value.split(",")})
        return
    if name == "with_sheets":
        sheet, dot, rest = rest.rpartition(".")
        if not dot:
            raise BadParameter(f"--read {text!r}: write with_sheets.SHEET.WORD=VALUE")
        given = given.setdefault(sheet, {})
    given |= read_words([f"{rest}={value}"]).words


def _recipe_file(path: Path) -> dict[str, Any]:
    """The recipe in a file, or in the field ``read`` of the document of a data set."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadParameter(f"--read {path}: {error}") from error
    if isinstance(document, dict) and isinstance(document.get("read"), dict):
        document = document["read"]
    if not isinstance(document, dict):
        raise BadParameter(f"--read {path}: the file holds no recipe")
    return {name: value for name, value in document.items() if value is not None}
