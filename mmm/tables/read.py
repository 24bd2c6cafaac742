"""Bytes -> a weekly table, and the recipe that says how it was read.

Sizes come before content. The cells of a file are read first, then understood, each decision by all
of its values. A word of the recipe that is given is followed and checked; one that is not is
decided, or asked for where two readings fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import ValidationError

from mmm.errors import DataError, Issue, pointer
from mmm.tables.beside import Beside, join, require_columns, words_beside
from mmm.tables.decisions import Decisions
from mmm.tables.files.csv_file import read_csv
from mmm.tables.files.json_rows import read_json, rows_to_frame
from mmm.tables.files.parquet_file import read_parquet
from mmm.tables.files.workbook import read_workbook
from mmm.tables.formats import CSV, JSON, MEDIA_TYPES, NAMES, PARQUET, XLSX, parted
from mmm.tables.limits import UNLIMITED, TableLimits
from mmm.tables.recipe import Recipe, TableRecipe
from mmm.tables.understand import weekly_table

UNDECIDED = Recipe()
"""The recipe that leaves every word to the file."""


@dataclass(frozen=True)
class Table:
    """A weekly table and the recipe of its file.

    ``frame``: cells as they were sent, but dates written YYYY-MM-DD and numbers in plain form; its
    index has the line or row of each row in the file.
    """

    frame: pd.DataFrame
    recipe: Recipe


def read_table(
    content: bytes,
    media_type: str,
    read: Recipe = UNDECIDED,
    limits: TableLimits = UNLIMITED,
    *,
    keep_days: bool = False,
) -> Table:
    """Read a weekly table from ``content`` by the words of ``read``.

    ``keep_days``: leave a daily table daily.

    Raises DataError where it is not valid ``media_type``, has no rows, can be read in two ways or
    does not fit ``read``; TableTooLarge where it exceeds the limits.
    """
    kind, content, second = parted(content, media_type)
    if kind not in NAMES:
        detail = f"{kind!r} is not one of {', '.join(MEDIA_TYPES)}"
        raise DataError([Issue("", "media_type", detail)])
    frame, decisions = _cells(content, kind, read, limits)
    if keep_days:
        _refuse_joined(decisions, second is not None)
    frame = _weekly(frame, decisions, keep_days=keep_days)
    for sheet, words in (decisions.given.with_sheets or {}).items():
        if kind != XLSX:
            require_columns(frame, words, "with_sheets", f"sheet {sheet!r}")
            continue
        given = words_beside(words, sheet)
        beside = Beside("with_sheets", sheet, *_cells(content, kind, given, limits, beside=True))
        frame = join(frame, decisions, beside)
    of_file = decisions.given.with_file
    if second is not None:
        given = words_beside(of_file or TableRecipe())
        cells = _cells(second.content, second.media_type, given, limits, beside=True)
        frame = join(frame, decisions, Beside("with_file", None, *cells))
    elif of_file is not None:
        require_columns(frame, of_file, "with_file", "the second file")
    return Table(frame, decisions.recipe())


def _cells(
    content: bytes, kind: str, read: Recipe, limits: TableLimits, *, beside: bool = False
) -> tuple[pd.DataFrame, Decisions]:
    """The cells of a file, and what is decided of it so far; ``beside``: it may have months."""
    if kind == JSON:
        frame, words = read_json(content, limits)
        read = parse_recipe(words).with_words(read)
        return frame, Decisions(read, "json", takes_months=beside)
    decisions = Decisions(read, NAMES[kind], takes_months=beside)
    if kind == CSV:
        return read_csv(content, decisions, limits), decisions
    if kind == PARQUET:
        return read_parquet(content, limits), decisions
    return read_workbook(content, decisions, limits), decisions


def read_rows(
    rows: Sequence[Mapping[str, Any]], read: Recipe = UNDECIDED, limits: TableLimits = UNLIMITED
) -> Table:
    """Like ``read_table``, for JSON rows that are parsed already."""
    decisions = Decisions(read, "json")
    frame = _weekly(rows_to_frame(rows, limits), decisions)
    return Table(frame, decisions.recipe())


def parse_recipe(words: Any) -> Recipe:
    """The recipe that a caller writes; raises DataError naming each word that is not one."""
    try:
        return Recipe.model_validate(words)
    except ValidationError as error:
        raise DataError(
            Issue(pointer("read", *item["loc"]), str(item["type"]), _said(dict(item)))
            for item in error.errors(include_url=False)[:20]
        ) from None


def _said(item: Mapping[str, Any]) -> str:
    name, given = ".".join(map(str, item["loc"])) or "read", item.get("input")
    if item["type"] == "extra_forbidden":
        return f"there is no word {name!r}; the words are {', '.join(Recipe.model_fields)}"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" + (f" (given: {given!r})" if isinstance(given, str) else "")


def _weekly(frame: pd.DataFrame, decisions: Decisions, *, keep_days: bool = False) -> pd.DataFrame:
    if frame.empty:
        raise DataError([Issue("", "empty", "the table has no rows below its names")])
    return weekly_table(frame, decisions, keep_days=keep_days)


def _refuse_joined(decisions: Decisions, second: bool) -> None:
    if second or decisions.given.with_sheets or decisions.given.with_file:
        detail = "a geo test is read from one table by day; send it without a second sheet or file"
        raise DataError([Issue("/read", "joined", detail)])
