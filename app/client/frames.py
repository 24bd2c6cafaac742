"""Tables of answers as pandas data frames, and as HTML for a notebook."""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from app.client.rows import Rows
from app.display.figures import figure


def to_frame(rows: Rows) -> pd.DataFrame:
    """The rows of a table as a data frame; dates become timestamps."""
    frame = pd.DataFrame(rows)
    for column in frame.columns:
        if frame[column].map(lambda cell: isinstance(cell, date)).any():
            frame[column] = pd.to_datetime(frame[column])
    return frame


def page(headline: str, frames: Mapping[str, pd.DataFrame], warnings: Iterable[str]) -> str:
    """HTML for a notebook: headline, tables with their names, warnings."""
    parts = [f"<p><b>{escape(headline)}</b></p>"]
    for name, frame in frames.items():
        parts.append(f"<p>{escape(name)}</p>")
        parts.append(formatted(frame).to_html(index=False, border=0, na_rep=""))
    parts += [f"<p>note: {escape(warning)}</p>" for warning in warnings]
    return "\n".join(parts)


def formatted(frame: pd.DataFrame) -> pd.DataFrame:
    """The table as text: intervals in one column, three significant digits, no empty columns."""
    frame = frame.dropna(axis="columns", how="all") if len(frame) else frame
    cells_of = {}
    for column in frame.columns:
        name, _, part = str(column).rpartition("_")
        interval = [f"{name}_{end}" for end in ("mean", "p5", "p95")]
        if part in ("mean", "p5", "p50", "p95") and {*interval} <= {*frame.columns}:
            triples = frame[interval].itertuples(index=False)
            cells_of[name] = [_interval(*triple) for triple in triples]
        else:
            cells_of[str(column)] = [_cell(cell) for cell in frame[column]]
    return pd.DataFrame(cells_of)


def _interval(mean: Any, p5: Any, p95: Any) -> str:
    if pd.isna(mean):
        return ""
    return f"{figure(mean)} [{figure(p5)}, {figure(p95)}]"


def _cell(cell: Any) -> str:
    if isinstance(cell, pd.Timestamp):
        return str(cell.date())
    if isinstance(cell, float) and not pd.isna(cell):
        return figure(cell)
    missing = cell is None or cell is pd.NaT or isinstance(cell, float)
    return "" if missing else str(cell)
