"""What the service computes from tables that callers sent: pure functions of their bytes.

They need neither the web framework nor the database, so that they can run in a process apart. A
table is read cell by cell into Python objects, which may take a hundred times the bytes sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from pathlib import Path
from typing import Self

import pandas as pd
import xarray as xr

from app.errors import InvalidRequest
from mmm.checks.implied_channel import ImpliedChannel
from mmm.checks.implied_channels import implied_channels
from mmm.checks.prior import Precheck, precheck
from mmm.data.cells import dates
from mmm.data.design import design_of
from mmm.data.panel import Panel, build_panel
from mmm.data.profile import profile_table
from mmm.data.table_profile import TableProfile
from mmm.draft import Draft, draft_model
from mmm.errors import Issue, TableTooLarge
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.history import History
from mmm.experiments.reading.question import HistoryColumns, ReadTestQuestion
from mmm.experiments.reading.table import geo_test_of, history_in
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import append_weeks, newest_rows
from mmm.spec.model import ModelSpec
from mmm.tables.formats import CSV, JSON, NAMES, bare
from mmm.tables.limits import TableLimits
from mmm.tables.read import UNDECIDED, Table, read_table
from mmm.tables.recipe import Recipe


@dataclass(frozen=True)
class SentTable:
    """A table as a caller sent it: its bytes, or the file that they are stored in.

    ``recipe``: the words by which it is read.
    """

    content: bytes | Path
    media_type: str
    limits: TableLimits
    recipe: Recipe = UNDECIDED

    @property
    def length(self) -> int:
        """Bytes that were sent."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def size(self) -> float:
        """How much work it is to read, in bytes; infinite where these do not say it."""
        return inf if self.media_type not in (CSV, JSON) else self.length

    def bytes(self) -> bytes:
        """What was sent."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content

    def like(self, recipe: Recipe) -> Self:
        """The table read by an earlier file's recipe, where it was not read by one of its own."""
        if self.recipe.format is not None:
            return self
        return replace(self, recipe=recipe.continued_by(self.recipe, NAMES[bare(self.media_type)]))

    def read(self, pointer: str = "/data", *, keep_days: bool = False) -> Table:
        """The weekly table and its recipe; ``pointer`` is its place in the request.

        ``keep_days``: a daily table stays daily.

        Raises DataError for what is not a table, and InvalidRequest for one above the size limits.
        """
        try:
            return read_table(
                self.bytes(), self.media_type, self.recipe, self.limits, keep_days=keep_days
            )
        except TableTooLarge as error:
            issues = (replace(issue, pointer=pointer) for issue in error.issues)
            raise InvalidRequest(issues) from error


def read_profile(table: SentTable) -> tuple[TableProfile, Recipe]:
    """The profile and recipe of a table that is the body of a request; raises like ``read``."""
    found = table.read(pointer="")
    return profile_table(found.frame), found.recipe


def read_draft(table: SentTable) -> Draft:
    """A drafted specification for a table; raises like ``read``."""
    found = table.read()
    return draft_model(found.frame, found.recipe)


def check_for_fit(table: SentTable, spec: ModelSpec) -> tuple[Panel, Precheck]:
    """The panel of a table, and what the specification implies for it.

    Raises DataError, InvalidRequest or SpecError.
    """
    found = table.read()
    panel = build_panel(found.frame, spec, found.recipe)
    return panel, precheck(spec, panel)


def read_geo_test(table: SentTable, question: ReadTestQuestion) -> GeoTest:
    """The geo test in a table by day or week; raises DataError, InvalidRequest or QueryError."""
    return geo_test_of(table.read(keep_days=True).frame, question)


def read_geo_history(table: SentTable, columns: HistoryColumns) -> History:
    """The sales by geo in a table by day or week; raises DataError and InvalidRequest."""
    return history_in(table.read(keep_days=True).frame, columns)


def implied_by_priors(panel: Panel, spec: ModelSpec) -> tuple[ImpliedChannel, ...]:
    """What the priors alone imply of each channel."""
    return implied_channels(design_of(spec, panel))


@dataclass(frozen=True)
class ContinuedTable:
    """A model's data with new weeks: ``content`` is the whole table as CSV."""

    panel: Panel
    content: bytes
    changed: bool


def continue_data(
    model: FittedModel, table: SentTable, spec: ModelSpec, accept: bool
) -> ContinuedTable:
    """The model's data continued by ``table``; ``changed`` where any week is new or restated.

    Raises DataError, InvalidRequest or SpecError.
    """
    found = table.like(model.panel.recipe).read()
    continued = append_weeks(model, found.frame, spec, accept=accept)
    precheck(spec, continued.panel)
    changed = bool(continued.new_weeks or continued.restated)
    content = continued.table.to_csv(index=False).encode()
    return ContinuedTable(continued.panel, content, changed)


def actual_weeks(
    model: FittedModel, table: SentTable, posted: Sequence[SentTable]
) -> tuple[date, ...]:
    """The weeks of a table of actuals, which continues the model's data with those posted before.

    Raises DataError, InvalidRequest or SpecError.
    """
    column, frame = model.spec.date, table.like(model.panel.recipe).read().frame
    weeks, _ = dates(frame, column) if column in frame else ([], [])
    known = tuple(week for week in weeks if week is not None)
    earlier = newest_rows(model, _read_all(model, posted))
    if len(earlier):
        sent = {week.isoformat() for week in known}
        others = earlier[[str(cell)[:10] not in sent for cell in earlier[column]]]
        frame = pd.concat([frame.astype(object), others.astype(object)], ignore_index=True)
    append_weeks(model, frame, accept=True)
    return known


def actual_panel(
    model: FittedModel, first: pd.DataFrame | None, posted: Sequence[SentTable]
) -> Panel | None:
    """The model's data continued by the later weeks of ``first`` and then of ``posted``.

    None without a later week. Raises DataError or SpecError.
    """
    tables = [] if first is None else [first]
    rows = newest_rows(model, [*tables, *_read_all(model, posted)])
    return append_weeks(model, rows).panel if len(rows) else None


def without_draws(model: FittedModel) -> FittedModel:
    """The model as the functions above need it, small enough for another process."""
    return replace(model, posterior=Posterior(xr.Dataset()))


def _read_all(model: FittedModel, tables: Sequence[SentTable]) -> list[pd.DataFrame]:
    """Tables with the columns of the model, so that no more of them is held than is needed."""
    needed = {column for column, _ in model.spec.column_pointers}
    frames = (table.like(model.panel.recipe).read().frame for table in tables)
    return [frame[[name for name in frame.columns if name in needed]] for frame in frames]


def issue_in_body(issue: Issue) -> Issue:
    """An issue below a fit's ``/data``, with its pointer into a body that is the table."""
    return replace(issue, pointer=issue.pointer.removeprefix("/data"))
