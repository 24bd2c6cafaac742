"""Each template of docs/templates.md is a specification that fits a table with its columns."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmm.checks.prior import precheck
from mmm.data.panel import build_panel
from mmm.spec.model import ModelSpec, parse_spec

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
TEMPLATES = dict(re.findall(r"^## (.+?)\n.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
WEEKS = 160
BUSINESSES = {
    "Direct to consumer",
    "Retail with promotions",
    "Subscription",
    "Geo panel",
    "Marketplace with affiliates",
}


def table_for(spec: ModelSpec) -> pd.DataFrame:
    """Plausible numbers in every column that ``spec`` names."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2022-01-03", periods=WEEKS, freq="W-MON").strftime("%Y-%m-%d")
    geos = ["a", "b", "c"] if spec.geo else ["national"]
    national = {channel.column for channel in spec.channels if channel.national}
    labels = {spec.date, spec.geo, spec.population}
    everywhere = {column: rng.uniform(1.0, 9.0, WEEKS) for column in national}
    parts = []
    for position, geo in enumerate(geos):
        columns = {
            column: everywhere.get(column, rng.uniform(0.2, 0.9, WEEKS))
            for column, _ in spec.column_pointers
            if column not in labels
        }
        columns[spec.kpi.column] = rng.uniform(900.0, 1100.0, WEEKS)
        part = pd.DataFrame({spec.date: days, **columns})
        if spec.geo:
            part[spec.geo] = geo
        if spec.population:
            part[spec.population] = 1e5 * (position + 1)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def test_every_common_business_has_one() -> None:
    assert TEMPLATES.keys() == BUSINESSES


@pytest.mark.parametrize("business", sorted(BUSINESSES))
def test_it_passes_the_check_on_a_table_with_its_columns(business: str) -> None:
    spec = parse_spec(json.loads(TEMPLATES[business]))
    panel = build_panel(table_for(spec), spec)
    assert len(panel.weeks) == WEEKS
    precheck(spec, panel)
