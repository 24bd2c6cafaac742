"""The tables of every answer that has some, by the kind of the answer."""

from collections.abc import Callable, Mapping, Sequence

from app.tables import attribution, checks, experiments, plans, what_if
from app.tables.sheet import Json, Sheet
from app.tables.write import csv_text, workbook
from mmm.errors import Issue, QueryError
from mmm.tables.formats import CSV, XLSX

SHEETS: Mapping[str, Callable[[Json], tuple[Sheet, ...]]] = {
    "contributions": attribution.contributions,
    "curves": attribution.curves,
    "weeks": attribution.weeks,
    "plan": plans.plan,
    "frontier": plans.frontier,
    "next_experiment": experiments.next_experiment,
    "reading": experiments.reading,
    "counterfactual": what_if.what_if,
    "plan_vs_actual": what_if.variance,
    "model": checks.model,
    "verdict": checks.checks,
    "stability": checks.stability,
}
"""The sheets of an answer's document; the first is what CSV holds unless another is named."""

TABLE_TYPES = (CSV, XLSX)


def table_bytes(kind: str, document: Json, media_type: str, name: str | None = None) -> bytes:
    """The tables of an answer in a media type: CSV holds one, a workbook all of them.

    ``name``: the sheet wanted. Raises QueryError for one that the answer has not.
    """
    return written(SHEETS[kind](document), media_type, name)


def written(sheets: Sequence[Sheet], media_type: str, name: str | None = None) -> bytes:
    """The sheets in a media type, or the one called ``name``; raises QueryError without it."""
    if name is not None:
        wanted = [sheet for sheet in sheets if sheet.name == name]
        if not wanted:
            names = ", ".join(sheet.name for sheet in sheets)
            detail = f"the answer has no table {name!r}; it has {names}"
            raise QueryError([Issue("/table", "unknown_table", detail)])
        sheets = wanted
    return workbook(sheets) if media_type == XLSX else csv_text(sheets[0]).encode()
