"""Reads and writes the files of the command line: tables, specifications, requests, models."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from app.console.arguments import read_words
from app.console.options import note
from app.services.catalog.finite import finite_document
from app.tables.answers import table_bytes
from mmm.errors import DataError, Issue, QueryError, SpecError
from mmm.spec.model import ModelSpec, parse_spec
from mmm.tables.formats import NAMES, SUFFIXES, joined_files, media_type_of
from mmm.tables.read import UNDECIDED, Table, read_table
from mmm.tables.recipe import Recipe

if TYPE_CHECKING:
    from mmm.posterior.fitted import FittedModel


def load_table(
    path: Path,
    read: Sequence[str] = (),
    earlier: Recipe = UNDECIDED,
    beside: Path | None = None,
    *,
    keep_days: bool = False,
) -> Table:
    """Load the table in ``path``, whose type follows from its first bytes and its suffix.

    ``read``: arguments of ``--read``; ``earlier``: the recipe of the file before it; ``beside``: a
    second file that is joined to it by date; ``keep_days``: a daily table stays daily. Raises
    DataError.
    """
    content, kind = _file(path)
    recipe = earlier.continued_by(read_words(read), NAMES[kind])
    if beside is not None:
        return read_table(*joined_files(content, kind, *_file(beside)), recipe)
    return read_table(content, kind, recipe, keep_days=keep_days)


def _file(path: Path) -> tuple[bytes, str]:
    content = path.read_bytes()
    kind = media_type_of(path.name, content)
    if kind is None:
        detail = f"{path.name}: the suffix must be one of {', '.join(SUFFIXES)}"
        raise DataError([Issue("", "media_type", detail)])
    return content, kind


def note_reading(recipe: Recipe) -> None:
    """Tell, on standard error, what was decided of a file that is no plain one."""
    for word in recipe.words:
        if recipe.decided_beyond_usual(word):
            said = f"{shown_word(recipe, word)}: {recipe.evidence.get(word, '')}"
            note(f"read: {word} {said}".rstrip(": "))
    for sentence in recipe.left_out:
        note(f"read: left out: {sentence}")


def shown_word(recipe: Recipe, word: str) -> str:
    """The value of a word of a recipe, as a line of a terminal shows it."""
    value = getattr(recipe, word)
    if word == "with_file":
        value = value.words
    elif word == "with_sheets":
        value = {sheet: words.words for sheet, words in value.items()}
    return json.dumps(value, default=str, ensure_ascii=False).strip('"')


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


def save_tables(kind: str, answer: BaseModel, path: Path | None, name: str | None = None) -> None:
    """Write the tables of an answer of this kind to a .csv or .xlsx file, if one is given.

    Raises QueryError for a table ``name`` that the answer does not have.
    """
    if path is None:
        if name is not None:
            detail = f"--table {name} chooses a table of a file: add -o FILE.csv or -o FILE.xlsx"
            raise QueryError([Issue("", "no_table_wanted", detail)])
        return
    document = finite_document(answer)
    path.write_bytes(table_bytes(kind, document, SUFFIXES[path.suffix.lower()], name))
    note(f"wrote {path}")


def save_text(text: str, path: Path) -> None:
    """Write ``text`` with exactly one newline at its end."""
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def load_accepted(path: Path, accept_rejected: bool) -> tuple["FittedModel", list[str]]:
    """The model, and the warnings of its verdict; raises ModelRejected unless accepted."""
    from app.services.catalog.trust import standing_warnings
    from mmm.posterior.fitted import load_model

    model = load_model(path)
    return model, standing_warnings(model.verdict, accept_rejected=accept_rejected)


def horizon_after_data(model: "FittedModel", weeks: int) -> dict[str, Any]:
    """The horizon of a request that starts in the week after the data."""
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return {"start": start.isoformat(), "weeks": weeks}
