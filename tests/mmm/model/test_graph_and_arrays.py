"""The PyMC graph and the NumPy evaluator are one model: on draws, and under pm.do."""

from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.traversal import ancestors

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.equations import mean as equations
from mmm.model.build import PREDICTOR, build_model
from mmm.posterior.abduction import at_known_states
from mmm.posterior.evaluate import mean_by_geo
from tests.mmm.fakes import RICH, fake_model

REVENUE = {
    **RICH,
    "kpi": {"column": "sales", "kind": "revenue", "likelihood": "student_t"},
    "price": {"column": "price", "acts_on": "baseline"},
    "competitors": [],
}
PLAIN = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "week",
    "channels": ["tv_spend", "search_spend"],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}
WITH_ROI = {
    **RICH,
    "channels": [
        {"name": "tv", "column": "tv_spend", "prior": {"roi": {"median": 1.0, "p95": 4.0}}},
        "search_spend",
    ],
}
MEDIATED: dict[str, Any] = {
    **RICH,
    "mediators": [
        {"name": "awareness", "column": "awareness", "parents": ["tv", "demand"]},
        {"name": "queries", "column": "queries", "parents": ["tv", "awareness", "price"]},
    ],
    "edges": {
        "add": [{"from": "awareness", "to": "kpi", "lag": 1}],
        "remove": [{"from": "mail", "to": "kpi"}],
    },
    "events": [
        {"name": "promo", "column": "promo", "adstock": {"max_lag": 2}},
        {"name": "strike", "weeks": ["2022-03-07"]},
    ],
    "interactions": [["tv", "search"]],
    "time_varying": [{"channels": ["tv", "radio"]}],
}
SMOOTH = {
    **RICH,
    "kpi": {"column": "sales", "kind": "revenue", "likelihood": "lognormal"},
    "channels": [
        {
            "name": "tv",
            "column": "tv_spend",
            "adstock": {"kind": "weibull", "max_lag": 6},
            "prior": {"half_life": {"median": 2.0, "p95": 6.0}},
        },
        {
            "name": "search",
            "column": "search_spend",
            "exposure": "search_clicks",
            "saturation": {"kind": "michaelis_menten"},
            "prior": {"share": {"median": 0.05, "p95": 0.2}},
        },
        {
            "name": "radio",
            "column": "radio_spend",
            "exposure": "radio_reach",
            "frequency": "radio_frequency",
            "saturation": {"kind": "none"},
        },
        {
            "name": "mail",
            "column": "mail_spend",
            "saturation": {"kind": "tanh"},
            "prior": {"elasticity": {"median": 0.02, "p95": 0.1}},
        },
    ],
    "trend": {"kind": "smooth"},
    "holidays": {"country": "DE"},
}
FEASTS = {
    **RICH,
    "holidays": {"country": "DE", "weeks_before": 2, "weeks_after": 1},
    "events": [
        {"name": "promo", "column": "promo"},
        {"name": "strike", "weeks": ["2022-03-07", "2022-10-03"], "adstock": {"max_lag": 2}},
    ],
}
COUNTS = {
    **RICH,
    "kpi": {
        "column": "orders",
        "kind": "units",
        "likelihood": "negative_binomial",
        "value_per_unit": 7.0,
    },
    "channels": [
        {
            "name": "tv",
            "column": "tv_spend",
            "saturation": {"kind": "power"},
            "prior": {"marginal_roi": {"median": 1.0, "p95": 4.0}},
        },
        "search_spend",
    ],
    "trend": {"kind": "piecewise"},
}
LATENT = {**RICH, "controls": [], "demand": {"kind": "latent", "drives": ["tv", "search"]}}
FIRST = {"saturation": {"kind": "hill", "order": "saturation_first"}}
FORM = {
    **RICH,
    "channels": [
        {"name": "tv", "column": "tv_spend", "adstock": {"kind": "gamma", "max_lag": 6}, **FIRST},
        {"name": "search", "column": "search_spend", "adstock": {"kind": "gamma", "max_lag": 4},
         "prior": {"half_life": {"median": 1.0, "p95": 3.0}}},
        {"name": "radio", "column": "radio_spend", "exposure": "radio_reach",
         "frequency": "radio_frequency", "adstock": {"max_lag": 3, "before": "mean"}, **FIRST},
        {"name": "mail", "column": "mail_spend", "adstock": {"kind": "none"}, **FIRST},
    ],
}  # fmt: skip
"""Gamma carryover, and saturation before carryover."""
SIGNED = {
    **RICH,
    "channels": [
        {"name": "tv", "column": "tv_spend", "effect": "any"},
        {"name": "search", "column": "search_spend", "effect": "any",
         "prior": {"share": {"median": 0.1, "p95": 0.4}}},
        "radio_spend",
    ],
}  # fmt: skip
"""Effects that may be negative."""
SENSOR = {**RICH, "controls": [], "demand": {"kind": "sensor", "column": "demand"}}
AUTOREGRESSIVE = {**RICH, "noise": {"kind": "ar1"}}
QUICK = Mode(linker="py", optimizer="fast_compile")
CASES: dict[str, tuple[dict, int]] = {
    "rich": (RICH, 1),
    "rich panel": (RICH, 3),
    "revenue on baseline": (REVENUE, 1),
    "plain": (PLAIN, 1),
    "plain panel": (PLAIN, 2),
    "roi prior": (WITH_ROI, 2),
    "mediated": (MEDIATED, 1),
    "mediated panel": (MEDIATED, 2),
    "smooth log-normal": (SMOOTH, 1),
    "feasts": (FEASTS, 1),
    "counts": (COUNTS, 2),
    "latent demand": (LATENT, 1),
    "gamma carryover, saturation first": (FORM, 2),
    "effects of any sign": (SIGNED, 2),
    "demand by a noisy index": (SENSOR, 2),
    "autoregressive": (AUTOREGRESSIVE, 1),
}


def predictor_of(model: pm.Model):
    """The node of the kpi's structural mean, on the scale of the link."""
    kpi = next(rv for rv in model.observed_RVs if rv.name in ("kpi", "log_kpi"))
    return next(node for node in ancestors([kpi]) if node.name == PREDICTOR)


@pytest.mark.parametrize("case", list(CASES))
def test_graph_equals_arrays_on_prior_draws(case):
    document, geos = CASES[case]
    fitted = fake_model(document, geos=geos)
    s = fitted.structure
    model = build_model(fitted.design)
    nodes = [*model.free_RVs, *model.deterministics, *model.observed_RVs]
    drawn = pm.draw([*nodes, predictor_of(model)], draws=4, random_seed=1, mode=QUICK)
    p = {node.name: values for node, values in zip(nodes, drawn[:-1], strict=True)}
    inputs = fitted.design.inputs
    mediator_value = at_known_states(drawn_states(fitted, p)) if s.mediators else None
    terms = equations.terms(p, inputs, s, np, mediator_value)
    np.testing.assert_allclose(equations.predictor(terms, s, np), drawn[-1], rtol=1e-9, atol=1e-12)


def drawn_states(fitted, p) -> np.ndarray:
    """Standardised mediators as the graph drew them, observed weeks and unseen ones."""
    values = fitted.panel.array("mediators")
    found = np.empty((len(p["beta"]), values.shape[-1], *values.shape[:2]))
    for i, name in enumerate(fitted.structure.mediators):
        seen = np.isfinite(values[..., i])
        natural = np.full((len(found), *seen.shape), np.nan)
        shape = natural[:, seen].shape
        natural[:, seen] = p[f"mediator_{name}"].reshape(shape)
        mean, sd = fitted.scales.mediator_mean[:, i], fitted.scales.mediator_sd[:, i]
        found[:, i] = (natural - mean) / sd
        if not seen.all():
            found[:, i][:, ~seen] = p[f"unseen_{name}"]
    return found


@pytest.mark.parametrize("document", [RICH, REVENUE], ids=["all", "baseline"])
def test_answer_equals_pm_do(document):
    """do(tv = 0, price x 1.1) in history: the graph cut by pm.do, at the same parameters."""
    fitted = fake_model(document)
    week = fitted.panel.weeks
    window = slice(20, len(week))
    world = fitted.design.observed
    spend, price = world.spend.copy(), world.price.copy()
    spend[window, :, 0] = 0.0
    price[window] *= 1.1
    after = mean_by_geo(fitted, replace(world, spend=spend, price=price))
    model = build_model(fitted.design)
    np.testing.assert_allclose(after, _under_do(model, fitted, spend, price), rtol=1e-9)
    asked = answer(
        fitted,
        Counterfactual.model_validate(
            {
                "window": {"start": week[20], "end": week[-1]},
                "after": "continue",
                "do": [{"variable": "tv", "set": 0}, {"variable": "price", "scale": 1.1}],
            }
        ),
    )
    effect = (after - mean_by_geo(fitted, world)).sum((1, 2))
    assert asked.effect_in_window.mean == pytest.approx(effect.mean(), rel=1e-9)


def _under_do(model: pm.Model, fitted, spend, price) -> np.ndarray:
    cut = pm.do(model, {"spend": spend, "price": price})
    parameters = [cut[name] for name in _equation_parameters(fitted)]
    mean = pytensor.function(parameters, predictor_of(cut), on_unused_input="ignore", mode=QUICK)
    draws = [fitted.posterior.draws[node.name] for node in parameters]
    found = np.stack([mean(*values) for values in zip(*draws, strict=True)])
    return np.asarray(found * fitted.scales.kpi_unit)


def _equation_parameters(fitted) -> list[str]:
    """The parameters that the equations take, fitted or deterministic, cut off from priors."""
    return [name for name in fitted.posterior.draws if name not in ("sigma", "nu")]
