"""A first specification guessed from the columns' names and values, for a person to correct.

A note explains every guess. Columns that look like spend become channels; a column whose meaning is
unclear is left out rather than added as a control, because a wrong control biases effects.
"""

import re

import pandas as pd

from mmm.data.profile import profile_table
from mmm.data.table_profile import ColumnProfile
from mmm.interval import Answer

KPI = re.compile(r"^(kpi|sales|revenue|conversions|orders|units|y|target)(_|$)", re.IGNORECASE)
REVENUE = re.compile(r"revenue|sales|turnover|gmv", re.IGNORECASE)
RIVAL = re.compile(r"compet|rival", re.IGNORECASE)
PRICE = re.compile(r"price", re.IGNORECASE)
SPEND = re.compile(r"spend|cost|mdsp|(_|^)media|_s$", re.IGNORECASE)
GEO = re.compile(r"^(geo|region|market|dma|state|country|city)", re.IGNORECASE)
POPULATION = re.compile(r"^population", re.IGNORECASE)


class Draft(Answer):
    """A model specification (JSON), and notes on what was guessed."""

    model: dict[str, object]
    notes: tuple[str, ...]


def draft_spec(frame: pd.DataFrame) -> Draft:
    """Draft a specification; fields that could not be guessed contain a placeholder text."""
    columns = [column for column in profile_table(frame).columns if _varies(column)]
    taken: set[str] = set()
    notes: list[str] = []

    def take(pattern: re.Pattern[str], kind: str) -> list[str]:
        names = [
            column.name
            for column in columns
            if column.kind == kind and column.name not in taken and pattern.search(column.name)
        ]
        taken.update(names)
        return names

    dates = [column.name for column in columns if column.kind == "date"]
    model: dict[str, object] = {
        "kpi": _kpi(take(KPI, "number"), notes),
        "date": dates[0] if dates else "NAME_THE_DATE_COLUMN",
    }
    geos, people = take(GEO, "text"), take(POPULATION, "number")
    if geos:
        model["geo"] = geos[0]
        notes.append(f"geo: {geos[0]!r}, because it is text and named like a region")
        if people:
            model["population"] = people[0]
    rivals, prices = take(RIVAL, "number"), take(PRICE, "number")
    channels = take(SPEND, "number")
    model["channels"] = channels or ["NAME_THE_SPEND_COLUMNS"]
    notes.append(
        f"channels: {len(channels)} columns are named like spend; check that each is money"
    )
    if prices:
        model["price"] = {"column": prices[0]}
        notes.append(f"price: {prices[0]!r} is taken as the own price")
    if rivals:
        model["competitors"] = _rivals(rivals)
        notes.append(f"competitors: from {', '.join(rivals)}; check prices and spends")
    left = [c.name for c in columns if c.kind == "number" and c.name not in taken]
    if left:
        notes.append(
            "not used: " + ", ".join(left) + "; add as controls what drives both the KPI and the "
            "budgets (demand, season, distribution), not what the channels themselves cause"
        )
    return Draft(model=model, notes=tuple(notes))


def _varies(column: ColumnProfile) -> bool:
    return column.kind != "number" or column.minimum != column.maximum


def _kpi(columns: list[str], notes: list[str]) -> dict[str, object]:
    if not columns:
        notes.append("kpi: no column is named like sales; name it")
        return {"column": "NAME_THE_KPI_COLUMN", "kind": "revenue"}
    kind = "revenue" if REVENUE.search(columns[0]) else "units"
    notes.append(f"kpi: {columns[0]!r} is taken as {kind}; for units add value_per_unit")
    return {"column": columns[0], "kind": kind}


def _rivals(names: list[str]) -> list[dict[str, str]]:
    prices = [name for name in names if PRICE.search(name)]
    others = [name for name in names if name not in prices]
    rival: dict[str, str] = {"name": "rival"}
    if prices:
        rival["price"] = prices[0]
    if others:
        rival["spend"] = others[0]
    return [rival]
