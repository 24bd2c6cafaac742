"""What the service computes from tables that callers sent: pure functions of their bytes.

They need neither the web framework nor the database, so that they can run in a process apart. A
table is read cell by cell into Python objects, which may take a hundred times the bytes sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from pathlib import Path

import pandas as pd
import xarray as xr

from app.errors import InvalidRequest
from mmm.checks.prior import Precheck, precheck
from mmm.data.cells import dates
from mmm.data.panel import Panel, build_panel
from mmm.data.profile import profile_table
from mmm.data.table_limits import TableLimits
from mmm.data.table_profile import TableProfile
from mmm.data.table_reader import PARQUET, read_table
from mmm.errors import Issue, TableTooLarge
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import append_weeks, newest_rows
from mmm.spec.model import ModelSpec


@dataclass(frozen=True)
class SentTable:
    """A table as a caller sent it: its bytes, or the file that they are stored in."""

    content: bytes | Path
    media_type: str
    limits: TableLimits

    @property
    def length(self) -> int:
        """Bytes that were sent."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def size(self) -> float:
        """How much work it is to read, in bytes; infinite where these do not say it (Parquet)."""
        return inf if self.media_type == PARQUET else self.length

    def bytes(self) -> bytes:
        """What was sent."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content

    def read(self, pointer: str = "/data") -> pd.DataFrame:
        """The table; ``pointer`` is its place in the request.

        Raises DataError for what is not a table, and InvalidRequest for one above the size limits.
        """
        try:
            return read_table(self.bytes(), self.media_type, self.limits)
        except TableTooLarge as error:
            issues = (replace(issue, pointer=pointer) for issue in error.issues)
            raise InvalidRequest(issues) from error


def read_profile(table: SentTable) -> TableProfile:
    """The profile of a table that is the whole body of a request; raises like ``read``."""
    return profile_table(table.read(pointer=""))


def check_for_fit(table: SentTable, spec: ModelSpec) -> tuple[Panel, Precheck]:
    """The panel of a table, and what the specification implies for it.

    Raises DataError, InvalidRequest or SpecError.
    """
    panel = build_panel(table.read(), spec)
    return panel, precheck(spec, panel)


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
    continued = append_weeks(model, table.read(), spec, accept=accept)
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
    column, frame = model.spec.date, table.read()
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
    frames = (table.read() for table in tables)
    return [frame[[name for name in frame.columns if name in needed]] for frame in frames]


def issue_in_body(issue: Issue) -> Issue:
    """An issue below a fit's ``/data``, with its pointer into a body that is the table."""
    return replace(issue, pointer=issue.pointer.removeprefix("/data"))
