"""A fitted model without MCMC: real structures, parameters drawn from the priors with numpy."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel, Method
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from mmm.priors.sample import prior_draws
from mmm.spec.model import ModelSpec, parse_spec
from mmm.spec.sampling import SamplingSpec

START = date(2022, 1, 3)

TINY: dict[str, Any] = {
    "kpi": {"column": "sales"},
    "date": "week",
    "channels": [
        {"name": "tv", "column": "tv_spend", "adstock": {"kind": "none"},
         "saturation": {"kind": "none"}}
    ],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}  # fmt: skip
"""As little as a model may be: it is compiled where nothing of it is stored yet."""

RICH: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 7.0},
    "date": "week",
    "channels": [
        {"name": "tv", "column": "tv_spend", "adstock": {"kind": "delayed", "max_lag": 6}},
        {"name": "search", "column": "search_spend", "saturation": {"kind": "logistic"}},
        {"name": "radio", "column": "radio_spend", "adstock": {"max_lag": 3, "before": "mean"}},
        {"name": "mail", "column": "mail_spend", "adstock": {"kind": "none"}},
    ],
    "price": {"column": "price"},
    "competitors": [{"name": "rival", "price": "rival_price", "spend": "rival_spend"}],
    "controls": ["demand"],
}


def table(weeks: int = 60, geos: int = 1, seed: int = 0) -> pd.DataFrame:
    """A table that ``RICH`` fits, with plausible numbers and no truth."""
    rng = np.random.default_rng(seed)
    frames = []
    for geo in range(geos):
        size = 1.0 + geo
        columns: dict[str, Any] = {
            "week": [(START + timedelta(weeks=t)).isoformat() for t in range(weeks)],
            "region": f"r{geo}",
            "people": 1000.0 * size,
            "sales": size * rng.normal(100.0, 8.0, weeks),
            "price": rng.uniform(9.0, 11.0, weeks),
            "rival_price": rng.uniform(9.0, 12.0, weeks),
            "rival_spend": rng.uniform(0.0, 30.0, weeks),
            "demand": rng.normal(0.0, 1.0, weeks),
        }
        for name in ("tv", "search", "radio", "mail"):
            spend = size * rng.lognormal(3.0, 0.5, weeks)
            columns[f"{name}_spend"] = spend * (rng.random(weeks) < 0.8)
        columns |= {
            "orders": rng.poisson(size * 100.0, weeks),
            "awareness": rng.normal(50.0, 4.0, weeks),
            "queries": size * rng.normal(200.0, 20.0, weeks),
            "promo": (rng.random(weeks) < 0.1).astype(float),
            "search_clicks": columns["search_spend"] / rng.uniform(0.4, 0.6, weeks),
            "radio_reach": columns["radio_spend"] / rng.uniform(0.01, 0.02, weeks),
            "radio_frequency": rng.uniform(1.0, 4.0, weeks),
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def panel_spec(document: dict, geos: int) -> ModelSpec:
    """``document`` as a spec, with the geo columns where there are several geos."""
    extra = {"geo": "region", "population": "people"} if geos > 1 else {}
    return parse_spec({**document, **extra})


def fake_model(
    document: dict | None = None, *, weeks: int = 60, geos: int = 1, draws: int = 30, seed: int = 0
) -> FittedModel:
    """Prior draws of ``document`` (default RICH) on ``table``, judged as if all checks passed."""
    spec = panel_spec(document or RICH, geos)
    frame = table(weeks, geos, seed)
    frame.loc[frame.index % 4 != 3, "awareness"] = np.nan
    panel = build_panel(frame, spec)
    design = design_of(spec, panel)
    drawn = prior_draws(design, draws, seed + 1)
    perfect = {rule.name: rule.caution for rule in RULES}
    return FittedModel(
        design=design,
        posterior=Posterior(drawn),
        verdict=judge(perfect),
        diagnostics=perfect,
        method=Method("none", "0", "prior", SamplingSpec(), 0.0),
    )
