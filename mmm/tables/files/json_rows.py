"""Reads a table from JSON rows: ``{"rows": [{...}, ...]}``."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, NoReturn

import pandas as pd

from mmm.errors import DataError, Issue, pointer
from mmm.tables.files.grid import check_names
from mmm.tables.limits import TableLimits
from mmm.tables.place import ROW

BYTES_OF_A_CELL = 8
"""That a cell of a table in memory takes, also one that a JSON row leaves out."""
OBJECTS_OF_READ = 5
"""A recipe, and the objects inside it."""


def rows_to_frame(rows: Sequence[Mapping[str, Any]], limits: TableLimits) -> pd.DataFrame:
    """Make a table from JSON rows; a key that a row lacks becomes a missing cell.

    Raises DataError for no rows, a row that is not an object, a nested cell, a column without a
    name, and a table beyond the limits.
    """
    if not rows:
        raise DataError([Issue("/rows", "empty", "the table has no rows")])
    limits.check_rows(len(rows))
    columns: dict[str, None] = {}
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError([Issue(pointer("rows", index), "not_an_object", "is not an object")])
        for key, cell in row.items():
            if isinstance(cell, list | dict):
                detail = f"row {index + 1}, column {key!r}: holds a list or an object"
                raise DataError([Issue(pointer("data", "rows", index, key), "nested", detail)])
            columns[key] = None
        limits.check_columns(len(columns))
    check_names(list(columns), limits)
    limits.check_bytes(len(rows) * len(columns) * BYTES_OF_A_CELL)
    numbered = pd.RangeIndex(1, len(rows) + 1, name=ROW)
    return pd.DataFrame(
        {
            key: pd.Series([row.get(key) for row in rows], index=numbered, dtype=object)
            for key in columns
        },
        index=numbered,
    )


def read_json(content: bytes, limits: TableLimits) -> tuple[pd.DataFrame, Any]:
    """The table of a JSON document and the words of ``read`` in it, as they are.

    Raises DataError for anything else, TableTooLarge beyond the limits.
    """
    try:
        document = json.loads(
            content, parse_constant=_refuse_constant, object_pairs_hook=_counted_objects(limits)
        )
    except (ValueError, RecursionError) as error:
        raise DataError([Issue("", "json", f"the table is not valid JSON: {error}")]) from error
    if not isinstance(document, dict) or not {"rows"} <= set(document) <= {"rows", "read"}:
        detail = 'a table in JSON is {"rows": [...]}, with "read" beside it where it is needed'
        raise DataError([Issue("", "json", detail)])
    if not isinstance(document["rows"], list):
        raise DataError([Issue("/rows", "json", "rows must be a list of objects")])
    return rows_to_frame(document["rows"], limits), document.get("read", {})


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number; leave out what is missing")


def _counted_objects(limits: TableLimits) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Makes the objects of a JSON document; refuses a repeated key, and more rows than allowed.

    Every object of a table in JSON is a row, but for the outermost and the few of ``read``.
    """
    rows = count(1 - OBJECTS_OF_READ)

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        limits.check_rows(next(rows) - 1)
        limits.check_columns(len(pairs))
        made = dict(pairs)
        if len(made) < len(pairs):
            name, _ = Counter(key for key, _ in pairs).most_common(1)[0]
            raise ValueError(f"the key {name!r} appears more than once in an object")
        return made

    return distinct
