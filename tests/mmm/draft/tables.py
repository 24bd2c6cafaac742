"""Small tables of the kinds that businesses have, with columns in several languages."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mmm.checks.prior import precheck
from mmm.data.panel import build_panel
from mmm.draft import draft_model
from mmm.spec.model import ModelSpec, parse_spec
from mmm.types import Array

WEEKS = 110


class Numbers:
    """Columns that belong together, from one seed."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        season = 1.0 + 0.1 * np.sin(np.arange(WEEKS) * 2.0 * np.pi / 52.0)
        self.revenue = np.round(1e5 * season * self.around(1.0, 0.08), 2)
        self.orders = np.round(self.revenue / 50.0 * self.around(1.0, 0.05))

    def around(self, level: float, spread: float) -> Array:
        """Numbers above zero around ``level``."""
        return np.asarray(level * np.exp(spread * self._rng.standard_normal(WEEKS)))

    def spend(self, mean: float, idle: float = 0.3) -> Array:
        """Amounts of money with idle weeks."""
        amounts = mean * self._rng.gamma(2.0, 0.5, WEEKS) * (self._rng.random(WEEKS) >= idle)
        return np.round(amounts, 2)

    def marks(self, share: float = 0.1) -> Array:
        """Ones in some weeks, at least two."""
        marked = self._rng.random(WEEKS) < share
        marked[[3, 60]] = True
        return marked.astype(np.float64)

    def signed(self) -> Array:
        """A score around zero."""
        return np.round(self._rng.standard_normal(WEEKS), 3)


def weekly(columns: Mapping[str, Any], date: str = "week") -> pd.DataFrame:
    """A national table of ``WEEKS`` Mondays."""
    days = pd.date_range("2022-01-03", periods=WEEKS, freq="W-MON").strftime("%Y-%m-%d")
    return pd.DataFrame({date: days, **columns})


def panel(columns: Mapping[str, Any], geos: int, *, date: str, geo: str) -> pd.DataFrame:
    """The same columns in each of ``geos``, larger from geo to geo by a factor that differs by
    column."""
    parts = []
    for place in range(geos):
        sized = {
            name: values * (1.0 + place if np.max(values) > 1.0 else 1.0)
            for name, values in columns.items()
        }
        part = weekly(sized, date)
        part.insert(1, geo, f"r{place}")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def roles(frame: pd.DataFrame) -> dict[str, str]:
    """The role of every column of the draft."""
    draft = draft_model(frame)
    assert [column.name for column in draft.columns] == [*map(str, frame.columns)]
    assert all(column.reason for column in draft.columns)
    return {column.name: column.role for column in draft.columns}


def reason(frame: pd.DataFrame, name: str) -> str:
    """Why a column has its role."""
    return next(each.reason for each in draft_model(frame).columns if each.name == name)


def checked(frame: pd.DataFrame) -> ModelSpec:
    """The specification of the draft, which passes its own check."""
    spec = parse_spec(draft_model(frame).model)
    precheck(spec, build_panel(frame, spec))
    return spec


def shop(**more: object) -> pd.DataFrame:
    """A shop with two channels, and other columns."""
    n = Numbers()
    return weekly(
        {
            "revenue": n.revenue,
            "tv_spend": n.spend(5000.0, 0.5),
            "search_spend": n.spend(3000.0, 0.0),
            **more,
        }
    )
