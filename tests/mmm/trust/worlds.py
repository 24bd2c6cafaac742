"""A small world with plain curves, whose parts are known and whose fit takes a second."""

from typing import Any

import numpy as np
import pandas as pd

from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.interval import Answer
from mmm.posterior.trust.options import Options
from mmm.spec.model import parse_spec
from mmm.trust.part import Part, Work
from mmm.types import Array

PLAIN = {"adstock": {"kind": "none"}, "saturation": {"kind": "none"}}
WEEKS = 104


def spends(seed: int, weeks: int = WEEKS) -> dict[str, Array]:
    """tv in flights, search always on."""
    rng = np.random.default_rng(seed)
    flights = np.repeat(rng.random(weeks // 4 + 1) < 0.5, 4)[:weeks]
    return {
        "tv": 100.0 * rng.lognormal(0.0, 0.5, weeks) * flights,
        "search": 100.0 * rng.lognormal(0.0, 0.5, weeks),
    }


def world(effects: dict[str, Array], spend: dict[str, Array], seed: int, **spec: Any) -> Design:
    """The design of sales of 1,000 a week and the sum of ``effects`` (week,), with noise 40."""
    rng, weeks = np.random.default_rng(seed), len(spend["tv"])
    sales = 1000.0 + sum(effects.values()) + rng.normal(0.0, 40.0, weeks)
    dates = pd.date_range("2022-01-03", periods=weeks, freq="7D").strftime("%Y-%m-%d")
    document = {
        "kpi": {"column": "sales", "kind": "revenue"},
        "date": "week",
        "channels": [{"name": name, "column": name, **PLAIN} for name in spend],
        "seasonality": {"yearly": 0},
        "trend": {"kind": "none"},
        **spec,
    }
    parsed = parse_spec(document)
    return design_of(
        parsed, build_panel(pd.DataFrame({"week": dates, "sales": sales, **spend}), parsed)
    )


def found_by[Asked: Options, Found: Answer](
    part: Part[Asked, Found], work: Work, options: Asked
) -> Found:
    """What a part finds that is not stopped before it has an answer."""
    found = part.run(work, options)
    assert found is not None
    return found
