"""Whatever is specified, the PyMC graph and the arrays that answer questions are one model.

For random specifications and parameters drawn from their priors:

prior predictive  every deterministic and the structural mean of ``pm.draw``, by the array code
                  from the same draws of the free variables
observe           log density of every observed cell after ``pm.observe``, by scipy at the means of
                  the array code
do                two worlds of the graph, the second cut by ``pm.do``, by the evaluator that
                  answers questions, and by the answer itself
"""

import numpy as np
import pytest
from scipy import stats

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.data.timeline import Variables, date_basis
from mmm.equations import mean as equations
from mmm.posterior.evaluate import Evaluation, evaluate
from mmm.types import Array
from tests.mmm.random_dos import by_hand, random_dos
from tests.mmm.random_specs import random_case
from tests.mmm.structures_of import EVERY, structures_of
from tests.mmm.two_codes import TwoCodes, Values

# The fewest of the first seeds that show every structure; the next show them in other company.
FEW = (0, 1, 2, 5, 11, 15, 19)
MORE = (pytest.param(s, marks=pytest.mark.slow) for s in range(20) if s not in FEW)
MANY = (pytest.param(s, marks=pytest.mark.proof) for s in range(20, 150))


@pytest.fixture(scope="module", params=[*FEW, *MORE, *MANY])
def both(request) -> TwoCodes:
    """One random specification as a graph and as arrays."""
    return TwoCodes(random_case(request.param), request.param)


def test_the_first_seeds_show_every_structure():
    cases = [random_case(seed) for seed in FEW]
    assert set().union(*(structures_of(case.spec) for case in cases)) == EVERY
    seen = [np.isfinite(case.panel.array("mediators")) for case in cases if case.spec.mediators]
    assert {bool(weeks.all()) for weeks in seen} == {True, False}


def test_prior_predictive(both):
    source, terms = both.arrays(both.drawn_mediators())
    for node in both.model.deterministics:
        found = source.drawn[node.name][1]
        agree(found, both.drawn[node.name], str(node.name))
    agree(equations.predictor(terms, both.s, np), both.drawn["predictor"])


def test_observe(both):
    found, expected = both.density(0), densities(both, 0)
    assert found.keys() == expected.keys()
    for name, values in found.items():
        agree(values, expected[name], name)


def test_do(both):
    model = both.fitted
    window, dos = random_dos(model, np.random.default_rng(both.seed))
    given, world = model.design.observed, by_hand(model, window, dos)
    before, innovations = both.as_observed()
    after = both.under_do(world, innovations)
    agree(predictor(both, given), before)
    agree(predictor(both, world), after)
    memory = evaluate(model, given, lambda found: found.terms.ar + np.zeros(after.shape))
    memory = np.zeros_like(memory) if both.s.counts_remember else memory
    totals = [kpi(both, found + memory)[:, window].sum((1, 2)) for found in (before, after)]
    weeks = model.panel.weeks[window]
    asked = {"window": {"start": weeks[0], "end": weeks[-1]}, "after": "continue", "do": dos}
    effect = answer(model, Counterfactual.model_validate(asked), times=np.inf).effect_in_window
    tiny = 1e-9 * np.abs(totals).max()
    assert effect.mean == pytest.approx((totals[1] - totals[0]).mean(), rel=1e-7, abs=tiny)


def agree(found: Array, expected: Array, name: str = "") -> None:
    """Up to rounding, which the exponentials of extreme prior draws enlarge."""
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9, err_msg=name)


def predictor(both: TwoCodes, world: Variables) -> Array:
    """(draw, week, geo) of the evaluator, less the memory of the noise: the graph has that in its
    covariance, but for that of counts."""

    def reduce(found: Evaluation) -> Array:
        full = equations.predictor(found.terms, both.s, np)
        return np.asarray(full if both.s.counts_remember else full - found.terms.ar)

    return evaluate(both.fitted, world, reduce)


def kpi(both: TwoCodes, predictor: Array) -> Array:
    """(draw, week, geo) expected kpi of a predictor with its memory."""
    mean = np.exp(predictor) if both.s.log_link else predictor
    if both.s.likelihood == "lognormal":
        mean = mean * np.exp(0.5 * _sigma(both)[:, None, :] ** 2)
    return np.asarray(mean * both.fitted.scales.kpi_unit)


def densities(both: TwoCodes, draw: int) -> Values:
    """Log density of every observed cell of the data at one draw, by scipy."""
    model, p = both.fitted, {k: v[draw] for k, v in both.fitted.posterior.draws.items()}
    found = {"log_kpi" if _logs_memory(both) else "kpi": _of_kpi(both, draw)}
    innovation = evaluate(model, model.design.observed, _innovation) if both.s.mediators else ()
    for i, name in enumerate(both.s.mediators):
        seen = np.isfinite(model.panel.array("mediators")[..., i])
        spread = model.scales.mediator_sd[:, i] * np.ones(seen.shape)
        apart = innovation[draw][i] * spread
        cells = stats.norm.logpdf(apart, 0.0, p["mediator_sd"][i] * spread)
        found[f"mediator_{name}"] = cells if seen.all() else cells[seen]
    season = date_basis(model.panel.weeks, model.scales, model.spec)["season"]
    for k, channel in enumerate(both.s.driven):
        spend = model.panel.array("spend")[..., channel].sum(1)
        mean = p["budget_level"][k] + p["budget_loading"][k] * p["demand"]
        mean = mean + (p["budget_season"][k] @ season if both.s.yearly else 0.0)
        logs = np.log(spend[spend > 0.0] / spend[spend > 0.0].mean())
        cells = stats.norm.logpdf(logs, mean[spend > 0.0], p["budget_sd"][k])
        found[f"budget_{both.s.channels[channel]}"] = cells
    if both.s.index is not None:
        found["demand_index"] = _of_index(both, p, season)
    return found


def _of_index(both: TwoCodes, p: Values, season: Array) -> Array:
    """(week,)"""
    model, at = both.fitted, both.s.index
    values = (model.panel.array("controls") - model.scales.control_mean) / model.scales.control_sd
    mean = p["index_level"][0] + p["index_loading"][0] * p["demand"]
    mean = mean + (p["index_season"][0] @ season if both.s.yearly else 0.0)
    if both.s.trend != "none":
        mean = mean + p["index_trend"][0] * np.linspace(-0.5, 0.5, len(values))
    return np.asarray(stats.norm.logpdf(values[..., at].mean(1), mean, p["index_sd"][0]))


def _innovation(found: Evaluation) -> Array:
    return np.asarray(found.parameters["innovation"])


def _of_kpi(both: TwoCodes, draw: int) -> Array:
    """(week, geo), or (geo,) where the noise has memory."""
    model, kind = both.fitted, both.s.likelihood
    value, unit = model.panel.array("kpi"), model.scales.kpi_unit
    mean = predictor(both, model.design.observed)[draw]
    p = {name: values[draw] for name, values in model.posterior.draws.items()}
    if kind == "negative_binomial":
        size, mean = p["dispersion"], unit * np.exp(mean)
        return np.asarray(stats.nbinom.logpmf(value, size, size / (size + mean)))
    scale = _sigma(both)[draw]
    if kind == "lognormal":
        mean, logs = mean + np.log(unit), np.log(value)
        if both.s.ar:
            return _with_memory(logs - mean, scale, p["noise_rho"])
        return np.asarray(stats.norm.logpdf(logs, mean, scale) - logs)
    mean, scale = unit * (np.exp(mean) if both.s.log_link else mean), scale * unit
    if kind == "student_t" and both.s.ar:
        before, first = value - mean, np.asarray(scale / np.sqrt(1.0 - p["noise_rho"] ** 2))
        mean = np.concatenate([mean[:1], mean[1:] + p["noise_rho"] * before[:-1]])
        scale = np.concatenate([first * np.ones_like(mean[:1]), scale * np.ones_like(mean[1:])])
    if kind == "student_t":
        return np.asarray(stats.t.logpdf(value, p["nu"], mean, scale))
    if both.s.ar:
        return _with_memory(value - mean, scale, p["noise_rho"])
    return np.asarray(stats.norm.logpdf(value, mean, scale))


def _with_memory(residual: Array, scale: Array, rho: Array) -> Array:
    """(geo,) of residuals (week, geo), each week's given the week before."""
    first = stats.norm.logpdf(residual[0], 0.0, scale / np.sqrt(1.0 - rho**2))
    later = np.asarray(stats.norm.logpdf(residual[1:], rho * residual[:-1], scale))
    return np.asarray(first + later.sum(0))


def _sigma(both: TwoCodes) -> Array:
    """(draw, geo) scale of the noise."""
    p = both.fitted.posterior.draws
    return p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]


def _logs_memory(both: TwoCodes) -> bool:
    return both.s.likelihood == "lognormal" and both.s.ar
