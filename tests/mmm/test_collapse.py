"""The collapsed model is the same posterior: identity of densities, and equal answers."""

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.compile.mode import Mode
from scipy.stats import multivariate_normal

from mmm import collapse, equations
from mmm.evaluate import inputs_of
from mmm.model import build_collapsed, build_model
from mmm.timeline import observed
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.test_graph_and_arrays import PLAIN, WITH_ROI

QUICK = Mode(linker="py", optimizer="fast_compile")
BASELINE = {**RICH, "price": {"column": "price", "acts_on": "baseline"}}
CASES = [
    pytest.param(RICH, 1, id="rich"),
    pytest.param(RICH, 3, id="rich panel"),
    pytest.param(PLAIN, 1, id="plain"),
    pytest.param(PLAIN, 2, id="plain panel", marks=pytest.mark.slow),
    pytest.param(BASELINE, 2, id="baseline panel", marks=pytest.mark.slow),
    pytest.param(WITH_ROI, 1, id="roi prior", marks=pytest.mark.slow),
]


def log_density(model: pm.Model, point: dict[str, np.ndarray]) -> float:
    """Log density of all free variables and the kpi at ``point`` (no change of variables)."""
    terms = model.logp(jacobian=False)
    values = [model.rvs_to_values[rv] for rv in model.free_RVs]
    evaluate = pytensor.function(values, terms, mode=QUICK, on_unused_input="ignore")
    return float(evaluate(*[_untransformed(model, rv, point) for rv in model.free_RVs]))


def _untransformed(model: pm.Model, rv, point):
    transform = model.rvs_to_transforms[rv]
    if transform is None:
        return point[rv.name]
    forward = transform.forward(pytensor.tensor.constant(point[rv.name]), *rv.owner.inputs)
    return forward.eval(mode=QUICK)


@pytest.mark.parametrize(("document", "geos"), CASES)
def test_joint_equals_evidence_times_conditional(document, geos):
    """log p(kpi, w | theta) = log p(kpi | theta) + log p(w | kpi, theta) at several random w."""
    fitted = fake_model(document, geos=geos, weeks=40)
    plain = build_model(fitted.spec, fitted.panel, fitted.scales)
    collapsed = build_collapsed(fitted.spec, fitted.panel, fitted.scales)
    inputs = inputs_of(fitted, observed(fitted.panel))
    kpi = fitted.panel.array("kpi") / fitted.scales.kpi_unit
    nodes = [*plain.free_RVs, *plain.deterministics]
    drawn = pm.draw(nodes, draws=3, random_seed=2, mode=QUICK)
    per_unit = -np.log(fitted.scales.kpi_unit).sum() * len(fitted.panel.weeks)
    for i in range(3):
        point = {node.name: values[i] for node, values in zip(nodes, drawn, strict=True)}
        joint, evidence = log_density(plain, point), log_density(collapsed, point)
        conditional = _log_conditional(point, inputs, fitted.structure, kpi)
        assert joint == pytest.approx(evidence + per_unit + conditional, rel=1e-8)


def _log_conditional(p, inputs, s, kpi) -> float:
    """log p(w | kpi, theta) in the plain model's own variables, shocks given the rest last."""
    m = collapse.moments(p, inputs, s, kpi, np)
    mean, sd = collapse.prior_moments(s)
    values = [np.atleast_1d(p[name]).ravel() for name, _ in collapse.blocks(s)]
    eta = (np.concatenate(values) - mean) / sd
    volume = -np.log(sd).sum()
    rest = np.float64(0.0)
    if "shock_sd" in p:
        deviation = p["level_sd"] * p["level_z"]
        fitted = np.einsum("ktg,k->tg", m.design, eta) + m.factor * deviation
        v, s2 = p["sigma"] ** 2, p["shock_sd"] ** 2
        total = v + s2 * (m.factor**2).sum(-1)
        center = s2 / total * (m.factor * (m.residual - fitted)).sum(-1)
        spread = np.sqrt(s2 * v / total)
        z = (p["shock_sd"] * p["shock_z"] - center) / spread
        rest = (-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - np.log(spread)).sum()
        rest += len(z) * np.log(p["shock_sd"])
        eta = np.concatenate([eta, p["level_z"]])
    covariance = np.linalg.inv(m.a)
    gaussian = multivariate_normal(covariance @ m.b, covariance, allow_singular=False)
    return float(gaussian.logpdf(eta) + volume + rest)


@pytest.mark.parametrize(("document", "geos"), CASES[:3])
def test_draws_back_have_the_conditional_mean_and_spread(document, geos):
    """Many draws at one theta: mean and s.d. of the common coefficients as A and b say."""
    one = fake_model(document, geos=geos, weeks=40, draws=1)
    n = 4000
    p = {name: np.repeat(values, n, axis=0) for name, values in one.posterior.draws.items()}
    if geos > 1:
        p["level_sd"] = np.full(n, 0.2)
    inputs = inputs_of(one, observed(one.panel))
    kpi = one.panel.array("kpi") / one.scales.kpi_unit
    found = collapse.draw_back(p, inputs, one.structure, kpi, np.random.default_rng(0))
    first = {name: values[0] for name, values in p.items()}
    m = collapse.moments(first, inputs, one.structure, kpi, np)
    mean, sd = collapse.prior_moments(one.structure)
    covariance = np.linalg.inv(m.a)[: mean.size, : mean.size]
    center = mean + sd * np.linalg.solve(m.a, m.b)[: mean.size]
    spread = sd * np.sqrt(np.diag(covariance))
    names = [name for name, _ in collapse.blocks(one.structure)]
    drawn = np.concatenate([found[name].reshape(n, -1) for name in names], axis=1)
    # Monte-Carlo error of 4,000 draws: 4.5 standard errors of mean and of s.d.
    assert np.all(np.abs(drawn.mean(0) - center) < 4.5 * spread / np.sqrt(n))
    np.testing.assert_allclose(drawn.std(0), spread, rtol=4.5 / np.sqrt(2 * n))
    residual = kpi - _mean(found, p, inputs, one.structure)
    assert np.abs(residual.mean()) < 0.1


def _mean(found, p, inputs, s):
    terms = equations.terms({**p, **found}, inputs, s, np)
    return equations.mean(terms, s)
