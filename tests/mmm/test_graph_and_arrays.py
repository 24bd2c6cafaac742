"""The PyMC graph and the NumPy evaluator are one model: on draws, and under pm.do."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode

from mmm import equations
from mmm.evaluate import inputs_of, mean_by_geo
from mmm.intervention import answer
from mmm.model import build_model
from mmm.question import Counterfactual
from mmm.timeline import observed
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
QUICK = Mode(linker="py", optimizer="fast_compile")
CASES: dict[str, tuple[dict, int]] = {
    "rich": (RICH, 1),
    "rich panel": (RICH, 3),
    "revenue on baseline": (REVENUE, 1),
    "plain": (PLAIN, 1),
    "plain panel": (PLAIN, 2),
    "roi prior": (WITH_ROI, 2),
}


def graph_mean(model: pm.Model):
    """The node of the kpi's mean (both likelihoods place it as a parameter of the kpi)."""
    kpi = model["kpi"]
    location = 1 if "StudentT" in type(kpi.owner.op).__name__ else 0
    return kpi.owner.op.dist_params(kpi.owner)[location]


@pytest.mark.parametrize("case", list(CASES))
def test_graph_equals_arrays_on_prior_draws(case):
    document, geos = CASES[case]
    fitted = fake_model(document, geos=geos)
    model = build_model(fitted.spec, fitted.panel, fitted.scales)
    free = {rv.name: rv for rv in model.free_RVs}
    named = {**free, **{node.name: node for node in model.deterministics}}
    drawn = pm.draw([*named.values(), graph_mean(model)], draws=4, random_seed=1, mode=QUICK)
    p, mean = dict(zip(named, drawn[:-1], strict=True)), drawn[-1]
    inputs = inputs_of(fitted, observed(fitted.panel))
    terms = equations.terms(p, inputs, fitted.structure, np)
    ours = equations.mean(terms, fitted.structure) * fitted.scales.kpi_unit
    np.testing.assert_allclose(ours, mean, rtol=1e-9)


@pytest.mark.parametrize("document", [RICH, REVENUE], ids=["all", "baseline"])
def test_answer_equals_pm_do(document):
    """do(tv = 0, price x 1.1) in history: the graph cut by pm.do, at the same parameters."""
    fitted = fake_model(document)
    week = fitted.panel.weeks
    window = slice(20, len(week))
    world = observed(fitted.panel)
    spend, price = world.spend.copy(), world.price.copy()
    spend[window, :, 0] = 0.0
    price[window] *= 1.1
    after = mean_by_geo(fitted, replace(world, spend=spend, price=price))
    model = build_model(fitted.spec, fitted.panel, fitted.scales)
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
    mean = pytensor.function(parameters, graph_mean(cut), on_unused_input="ignore", mode=QUICK)
    draws = [fitted.posterior.draws[node.name] for node in parameters]
    return np.stack([mean(*values) for values in zip(*draws, strict=True)])


def _equation_parameters(fitted) -> list[str]:
    """The parameters that the equations take, fitted or deterministic, cut off from priors."""
    return [name for name in fitted.posterior.draws if name not in ("sigma", "nu")]
