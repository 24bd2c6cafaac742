"""Documents as rows of a table, and tables as they are read in a notebook."""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd
from pydantic import BaseModel

from app.display.figures import figure


def table(items: Iterable[BaseModel], **more: Any) -> pd.DataFrame:
    """A row for each document: nested fields are ``outer_inner``, as in the service's CSV.

    ``more`` are columns with one value. Dates become timestamps.
    """
    frame = pd.DataFrame([{**more, **flat(item)} for item in items])
    for column in frame.columns:
        if frame[column].map(lambda cell: isinstance(cell, date)).any():
            frame[column] = pd.to_datetime(frame[column])
    return frame


def flat(item: BaseModel) -> dict[str, Any]:
    """The fields of a document; those of a field that is one itself, or a mapping, by its name."""
    found: dict[str, Any] = {}
    for name in type(item).model_fields:
        value = getattr(item, name)
        if isinstance(value, BaseModel):
            found |= {f"{name}_{inner}": cell for inner, cell in flat(value).items()}
        elif isinstance(value, Mapping):
            found |= {f"{name}_{inner}": cell for inner, cell in value.items()}
        else:
            found[name] = value
    return found


def page(headline: str, frames: Mapping[str, pd.DataFrame], warnings: Iterable[str]) -> str:
    """HTML of a notebook: a sentence, tables under their names, warnings."""
    parts = [f"<p><b>{escape(headline)}</b></p>"]
    for name, frame in frames.items():
        parts.append(f"<p>{escape(name)}</p>")
        parts.append(read_aloud(frame).to_html(index=False, border=0, na_rep=""))
    parts += [f"<p>note: {escape(warning)}</p>" for warning in warnings]
    return "\n".join(parts)


def read_aloud(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with each interval in one column and numbers to three digits, without columns
    that are empty."""
    frame = frame.dropna(axis="columns", how="all") if len(frame) else frame
    shown = {}
    for column in frame.columns:
        name, _, part = str(column).rpartition("_")
        interval = [f"{name}_{end}" for end in ("mean", "p5", "p95")]
        if part in ("mean", "p5", "p50", "p95") and {*interval} <= {*frame.columns}:
            shown[name] = [_interval(*cells) for cells in frame[interval].itertuples(index=False)]
        else:
            shown[str(column)] = [_cell(cell) for cell in frame[column]]
    return pd.DataFrame(shown)


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
