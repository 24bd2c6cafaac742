"""Reads and writes the files of the command line: tables, specifications, requests, results."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ValidationError

from mmm.data.table_reader import CSV, JSON, PARQUET, read_table
from mmm.errors import DataError, Issue, QueryError, SpecError, pointer
from mmm.spec.model import ModelSpec, parse_spec

MEDIA_TYPES = {".csv": CSV, ".txt": CSV, ".parquet": PARQUET, ".pq": PARQUET, ".json": JSON}


def load_table(path: Path) -> pd.DataFrame:
    """Load the table in ``path``, whose type follows from the suffix; raises DataError."""
    kind = MEDIA_TYPES.get(path.suffix.lower())
    if kind is None:
        detail = f"{path.name}: the suffix must be one of {', '.join(MEDIA_TYPES)}"
        raise DataError([Issue("", "media_type", detail)])
    return read_table(path.read_bytes(), kind)


def load_spec(path: Path) -> ModelSpec:
    """Load the model specification in ``path``; raises SpecError."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        detail = f"{path.name} is not valid JSON: {error}"
        raise SpecError([Issue("", "json", detail)]) from error
    return parse_spec(document)


def load_request(path: Path) -> dict[str, Any]:
    """Load the JSON object in ``path``; raises QueryError."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        detail = f"{path.name} is not valid JSON: {error}"
        raise QueryError([Issue("", "json", detail)]) from error
    if not isinstance(document, dict):
        raise QueryError([Issue("", "json", f"{path.name} must hold one JSON object")])
    return document


def request_of[Request: BaseModel](kind: type[Request], document: dict[str, Any]) -> Request:
    """Validate ``document`` as a request; raises QueryError naming each invalid field."""
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise QueryError(
            Issue(pointer(*item["loc"]), str(item["type"]), str(item["msg"]))
            for item in error.errors(include_url=False)
        ) from error


def save_text(text: str, path: Path) -> None:
    """Write ``text`` with exactly one newline at its end."""
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
