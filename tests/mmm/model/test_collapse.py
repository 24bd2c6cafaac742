"""The collapsed model is the same posterior: identity of densities, and equal answers."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from scipy.stats import multivariate_normal

from mmm.equations import mean as equations
from mmm.model import collapse
from mmm.model.build import build_collapsed, build_model, scaled_kpi
from mmm.model.whitening import Observations
from mmm.posterior.abduction import at_known_states, known_states
from mmm.posterior.latent_demand import sensor_rows
from mmm.priors.coefficients import linear_prior
from mmm.priors.table import PRIORS
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.model.test_graph_and_arrays import (
    AUTOREGRESSIVE,
    FEASTS,
    LATENT,
    MEDIATED,
    PLAIN,
    SENSOR,
    SMOOTH,
    WITH_ROI,
)

QUICK = Mode(linker="py", optimizer="fast_compile")
BASELINE = {**RICH, "price": {"column": "price", "acts_on": "baseline"}}
BY_GEO = {**RICH, "noise": {"scale": "geo"}, "trend": {"kind": "piecewise"}}
LATENT_LOGS = {**LATENT, "kpi": SMOOTH["kpi"], "noise": {"scale": "geo"}}
LATENT_MEMORY = {**LATENT, "noise": {"kind": "ar1"}}
SENSOR_AND_BUDGETS = {**SENSOR, "demand": {**SENSOR["demand"], "drives": ["tv", "mail"]}}
SENSOR_MEMORY = {**SENSOR, "noise": {"kind": "ar1"}, "trend": {"kind": "none"}}
HEAVY = {**RICH, "kpi": {**RICH["kpi"], "likelihood": "student_t"}}
HEAVY_MEMORY = {**HEAVY, "noise": {"kind": "ar1", "scale": "geo"}}
LATENT_HEAVY = {**LATENT_MEMORY, "kpi": HEAVY["kpi"]}
MEMORY_ON_BASELINE = {**BASELINE, "noise": {"kind": "ar1"}}
SLOW, PROOF = pytest.mark.slow, pytest.mark.proof
# The quick ones differ in kind: one geo or several, with a mediator, with memory, with demand.
CASES = [
    pytest.param(RICH, 1, id="rich"),
    pytest.param(RICH, 3, id="rich panel"),
    pytest.param(PLAIN, 1, id="plain"),
    pytest.param(MEDIATED, 1, id="mediated"),
    pytest.param(FEASTS, 1, id="holidays with their weeks, and events"),
    pytest.param(SMOOTH, 2, id="smooth log-normal panel", marks=PROOF),
    pytest.param(BY_GEO, 2, id="noise by geo", marks=SLOW),
    pytest.param(AUTOREGRESSIVE, 1, id="autoregressive"),
    pytest.param(LATENT, 1, id="latent demand"),
    pytest.param(LATENT_LOGS, 2, id="latent demand in a log-normal panel", marks=SLOW),
    pytest.param(LATENT_MEMORY, 1, id="latent demand beside autoregressive noise", marks=SLOW),
    pytest.param(SENSOR, 1, id="demand by a noisy index"),
    pytest.param(SENSOR_AND_BUDGETS, 2, id="a noisy index and budgets in a panel", marks=SLOW),
    pytest.param(SENSOR_MEMORY, 1, id="a noisy index beside autoregressive noise", marks=SLOW),
    pytest.param({**HEAVY, "noise": {"kind": "ar1"}}, 1, id="heavy tails and memory"),
    pytest.param(MEMORY_ON_BASELINE, 2, id="memory over geos"),
    pytest.param(HEAVY, 2, id="heavy tails in a panel", marks=SLOW),
    pytest.param(HEAVY_MEMORY, 2, id="heavy tails and memory in a panel", marks=SLOW),
    pytest.param(LATENT_HEAVY, 1, id="latent demand beside both", marks=SLOW),
    pytest.param(PLAIN, 2, id="plain panel", marks=SLOW),
    pytest.param(BASELINE, 2, id="baseline panel", marks=SLOW),
    pytest.param(WITH_ROI, 1, id="roi prior", marks=SLOW),
]


def log_density(model: pm.Model) -> Callable[[dict[str, np.ndarray]], float]:
    """Log density of all free variables and the kpi at a point (no change of variables)."""
    values = [model.rvs_to_values[rv] for rv in model.free_RVs]
    terms = model.logp(jacobian=False, sum=False)
    evaluate = pytensor.function(values, terms, mode=QUICK, on_unused_input="ignore")
    natural = [rv.type() for rv in model.free_RVs]
    moved = [_transformed(model, rv, x) for rv, x in zip(model.free_RVs, natural, strict=True)]
    given = dict(zip(model.free_RVs, natural, strict=True))
    moved = graph_replace(moved, given, strict=False)  # a transform may depend on a parameter
    transform = pytensor.function(natural, moved, mode=QUICK, on_unused_input="ignore")

    def at(point: dict[str, np.ndarray]) -> float:
        found = evaluate(*transform(*[point[rv.name] for rv in model.free_RVs]))
        return float(sum(np.sum(term) for term in found))

    return at


def _transformed(model: pm.Model, rv, x):
    transform = model.rvs_to_transforms[rv]
    return x if transform is None else transform.forward(x, *rv.owner.inputs)


@pytest.mark.parametrize(("document", "geos"), CASES)
def test_joint_equals_evidence_times_conditional(document, geos):
    """log p(kpi, w | theta) = log p(kpi | theta) + log p(w | kpi, theta) at several random w."""
    fitted = fake_model(document, geos=geos, weeks=40)
    plain = build_model(fitted.design, weighted=True)
    collapsed = build_collapsed(fitted.design)
    inputs = fitted.design.inputs
    kpi = scaled_kpi(fitted.design)
    nodes = [*plain.free_RVs, *plain.deterministics]
    drawn = pm.draw(nodes, draws=3, random_seed=2, mode=QUICK)
    raw = fitted.panel.array("kpi")
    volume = raw if fitted.structure.log_link else fitted.scales.kpi_unit + 0.0 * raw
    joint_at, evidence_at = log_density(plain), log_density(collapsed)
    for i in range(3):
        point = {node.name: values[i] for node, values in zip(nodes, drawn, strict=True)}
        joint, evidence = joint_at(point), evidence_at(point)
        states = known_states(fitted.design, _one(point))
        conditional = _log_conditional(point, inputs, fitted, kpi, at_known_states(states))
        assert joint == pytest.approx(evidence - np.log(volume).sum() + conditional, rel=1e-8)


def seen(fitted, kpi) -> Observations:
    """All of the data."""
    everything = np.ones(fitted.panel.array("kpi").shape, dtype=bool)
    return Observations(kpi, everything, sensor_rows(fitted.design))


def _one(point):
    return {name: np.asarray(values)[None] for name, values in point.items()}


def _log_conditional(p, inputs, fitted, kpi, mediator_value) -> float:
    """log p(w | kpi, theta) in the plain model's own variables, shocks given the rest last. The
    sign of a spread is taken into its innovations."""
    side = linear_prior(fitted.design)
    given = {name: values for name, values in p.items() if name != "demand"}
    m = _single(collapse.moments(_one(given), inputs, side, seen(fitted, kpi), np, mediator_value))
    parts, volume = [(p["level_mean"] - side.mean()[:1]) / side.sd(p, np)[:1]], 0.0
    volume -= np.log(side.sd(p, np)[0])
    for item in side.vectors:
        if item.pooled:
            parts.append(np.ravel(p[item.name]) / item.sd(p))
        else:
            parts.append((np.ravel(p[item.name]) - item.mean) / item.fixed)
            volume -= item.size * np.log(item.fixed)
    eta = np.concatenate(parts)
    rest = np.float64(0.0)
    if "shock_sd" in p:
        rest += _log_conditional_shocks(p, m, eta)
        eta = np.concatenate([*parts, p["level_z"]])
    if m.path is not None:
        own, scale = _sensor_coefficients(p, fitted)
        eta = np.concatenate([eta, own])
        volume -= scale
        rest += _log_conditional_demand(p, _single(m.path), eta)
    covariance = np.linalg.inv(m.a)
    gaussian = multivariate_normal(covariance @ m.b, covariance, allow_singular=False)
    return float(gaussian.logpdf(eta) + volume + rest)


def _sensor_coefficients(p, fitted) -> tuple[np.ndarray, float]:
    """Level, trend and season of each budget and of the index in prior s.d., and the log of what
    that divided by."""
    priors = {"budget_level": "budget_level", "budget_season": "mediator_season"}
    found, volume = [], 0.0
    for rows in sensor_rows(fitted.design):
        names = [f"{rows.kind}_{part}" for part in ("level", "trend", "season")]
        parts = []
        for name in [name for name in names if name in p]:
            sd = PRIORS[priors.get(name, name)].parameters[1]
            parts.append(p[name].reshape(len(rows.values), -1) / sd)
            volume += p[name].size * np.log(sd)
        found.append(np.column_stack(parts).ravel())
    return np.concatenate(found), float(volume)


def _log_conditional_shocks(p, m, eta) -> float:
    """log p(shocks | coefficients, data), where z are the shocks in their s.d.: by their joint
    precision, dense, from what a unit of each shock does to the whitened rows."""
    rows, weeks = m.rows, len(p["shock"])
    state = p["level_sd"] * p["level_z"] * rows.level
    if m.path is not None:
        state = state + rows.own * (p["demand_effect"] * p["demand"])[:, None]
    rest = (rows.residual - np.einsum("ktg,k->tg", rows.design, eta) - state) / p["sigma"]
    load = np.einsum("tg,tu->tgu", rows.own, np.eye(weeks))
    if rows.before is not None:
        load += np.einsum("tg,tu->tgu", rows.before, np.eye(weeks, k=-1))
    load = (load * p["shock_sd"] / p["sigma"]).reshape(-1, weeks)
    covariance = np.linalg.inv(np.eye(weeks) + load.T @ load)
    center = covariance @ load.T @ rest.ravel()
    return float(multivariate_normal(center, covariance).logpdf(p["shock"] / p["shock_sd"]))


def _log_conditional_demand(p, path, eta) -> float:
    """log p(innovations | coefficients, data): demand's density, dense, times the volume that its
    innovations make."""
    precision = np.diag(path.diagonal) + np.diag(path.off, 1) + np.diag(path.off, -1)
    covariance = np.linalg.inv(precision)
    center = covariance @ (path.information - path.cross.T @ eta)
    volume = 0.5 * (len(center) - 1) * np.log(1.0 - p["demand_rho"] ** 2)
    gaussian = multivariate_normal(center, covariance, allow_singular=False)
    return float(gaussian.logpdf(p["demand"]) + volume)


def _single(batch):
    """The arrays of one draw in the place of a batch of one."""
    parts = {f.name: getattr(batch, f.name) for f in fields(batch)}
    return replace(
        batch,
        **{name: _single(x) if is_dataclass(x) else _first(x) for name, x in parts.items()},
    )


def _first(values):
    return values[0] if np.ndim(values) and np.shape(values)[0] == 1 else values


@pytest.mark.parametrize(("document", "geos"), CASES[:3])
def test_draws_back_have_the_conditional_mean_and_spread(document, geos):
    """Many draws at one theta: mean and s.d. of the common coefficients as A and b say."""
    one = fake_model(document, geos=geos, weeks=40, draws=1)
    n = 4000
    p = {name: np.repeat(values, n, axis=0) for name, values in one.posterior.draws.items()}
    if geos > 1:
        p["level_sd"] = np.full(n, 0.2)
    inputs = one.design.inputs
    kpi = one.panel.array("kpi") / one.scales.kpi_unit
    side = linear_prior(one.design)
    found = collapse.draw_coefficients(
        p, inputs, side, seen(one, kpi), None, np.random.default_rng(0)
    )
    first = {name: values[0] for name, values in p.items()}
    m = collapse.moments(first, inputs, side, seen(one, kpi), np)
    mean, sd = side.mean(), side.sd(first, np)
    covariance = np.linalg.inv(m.a)[: mean.size, : mean.size]
    center = mean + sd * np.linalg.solve(m.a, m.b)[: mean.size]
    spread = sd * np.sqrt(np.diag(covariance))
    names = [name for name, _ in side.blocks]
    drawn = np.concatenate([found[name].reshape(n, -1) for name in names], axis=1)
    # Monte-Carlo error of 4,000 draws: 4.5 standard errors of mean and of s.d.
    assert np.all(np.abs(drawn.mean(0) - center) < 4.5 * spread / np.sqrt(n))
    np.testing.assert_allclose(drawn.std(0), spread, rtol=4.5 / np.sqrt(2 * n))
    residual = kpi - _mean(found, p, inputs, one.structure)
    assert np.abs(residual.mean()) < 0.1


def _mean(found, p, inputs, s):
    terms = equations.terms({**p, **found}, inputs, s, np)
    return equations.mean(terms, s, np)
