"""A fitted model without MCMC: real structures, parameters drawn from the priors with numpy."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from mmm.fitted import FittedModel, Method
from mmm.panel import Panel, build_panel
from mmm.posterior import Posterior
from mmm.priors import PRIORS
from mmm.scales import scales_of
from mmm.spec import ModelSpec, SamplingSpec, parse_spec
from mmm.structure import Structure, structure_of
from mmm.verdict import RULES, judge

START = date(2022, 1, 3)

RICH = {
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
        columns = {
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
    panel = build_panel(table(weeks, geos, seed), spec)
    structure = structure_of(spec)
    rng = np.random.default_rng(seed + 1)
    values = _draws(spec, structure, panel, draws, rng)
    data = {
        name: (
            ("chain", "draw", *(f"{name}_{axis}" for axis in range(array.ndim - 1))),
            array[None],
        )
        for name, array in values.items()
    }
    perfect = {rule.name: rule.caution for rule in RULES}
    return FittedModel(
        spec=spec,
        panel=panel,
        scales=scales_of(panel, spec, structure),
        posterior=Posterior(xr.Dataset(data)),
        verdict=judge(perfect),
        diagnostics=perfect,
        method=Method("none", "0", "prior", SamplingSpec(), 0.0),
    )


def _draws(
    spec: ModelSpec, s: Structure, panel: Panel, n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    def draw(name: str, *shape: int) -> np.ndarray:
        prior = PRIORS[name]
        a, b = (*prior.parameters, 0.0)[:2]
        size = (n, *shape)
        return {
            "normal": lambda: rng.normal(a, b, size),
            "half_normal": lambda: np.abs(rng.normal(0.0, a, size)),
            "lognormal": lambda: rng.lognormal(a, b, size),
            "beta": lambda: rng.beta(a, b, size),
            "gamma": lambda: rng.gamma(a, 1.0 / b, size),
        }[prior.family]()

    geos = len(panel.geos)
    p = {name: draw(name, len(media)) for name, media in s.parameter_media.items()}
    p["level"] = draw("level", geos)
    p["trend"], p["sigma"] = draw("trend"), draw("sigma")
    p["season"] = draw("season", 2 * s.yearly)
    p["beta"] = rng.lognormal(np.log(0.05), 1.0, (n, s.n_channels, geos))
    if geos > 1:
        p["shock_sd"] = draw("shock_sd")
        p["shock"] = p["shock_sd"][:, None] * rng.standard_normal((n, len(panel.weeks)))
    if s.has_price:
        p["elasticity"] = -draw("elasticity_size")
    if s.priced_rivals:
        p["cross_elasticity"] = draw("cross_elasticity", len(s.priced_rivals))
    if s.spending_rivals:
        p["gamma"] = draw("gamma_at_mean", len(s.spending_rivals))
    if s.controls:
        p["control_effect"] = draw("control_effect", len(s.controls))
    if spec.kpi.likelihood == "student_t":
        p["nu"] = 2.0 + draw("nu")
    return p
