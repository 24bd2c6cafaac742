"""Log density of every week's data given a draw: each week's evidence about the parameters.

    log p(y_t | y_1..t-1, theta, z) + sum over observed mediators
                                    + sum over other series that demand moves

theta are the parameters, z the week's latent states (shock, demand, unobserved mediators), which
are draws too: given them weeks are independent, or depend on the week before where noise is AR(1).
Weighting the draws by 1 / p then leaves a week out (Gelfand, Dey & Chang 1992; Vehtari, Gelman &
Gabry 2017).
"""

import numpy as np
from scipy.special import gammaln

from mmm.equations import mean as equations
from mmm.lift.exclusion import kept_cells
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.evaluate import Evaluation, evaluate
from mmm.posterior.fitted import FittedModel
from mmm.posterior.latent_demand import sensor_mean, sensor_rows
from mmm.types import Array

LOG_2PI = float(np.log(2.0 * np.pi))


def weekly_log_density(model: FittedModel) -> Array:
    """(draw, week) log density of the observed weeks, without cells that a lift test replaces."""
    tests = resolve_lift_tests(model.design)
    kept = kept_cells(tests, model.spec, model.panel)

    def density(evaluation: Evaluation) -> Array:
        cells = np.where(kept, _kpi(model, evaluation), 0.0).sum(-1)
        return np.asarray(cells + _mediators(model, evaluation) + _sensors(model, evaluation))

    return evaluate(model, model.design.observed, density)


def kpi_log_density(model: FittedModel) -> Array:
    """(draw, week, geo) log density of the KPI alone, given the KPI of the weeks before and every
    other column, in the KPI's own unit."""
    return evaluate(model, model.design.observed, lambda evaluation: _kpi(model, evaluation))


def _kpi(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, week, geo) log density of the KPI in its own unit."""
    s, p = model.structure, evaluation.parameters
    unit, kpi = model.scales.kpi_unit, model.panel.array("kpi")
    if s.likelihood == "negative_binomial":
        mean = equations.mean(evaluation.terms, s, np) * unit
        return count_log_density(kpi, mean, p["dispersion"][:, None, None])
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    sigma = np.broadcast_to(by_geo[:, None, :], (len(by_geo), *kpi.shape)).copy()
    if s.ar:
        sigma[:, 0] /= np.sqrt(1.0 - p["noise_rho"][:, None] ** 2)
    if s.likelihood == "lognormal":
        z = (np.log(kpi / unit) - equations.predictor(evaluation.terms, s, np)) / sigma
        return normal_log_density(z, sigma) - np.log(kpi)
    z = (kpi / unit - equations.mean(evaluation.terms, s, np)) / sigma
    if s.likelihood == "student_t":
        return student_log_density(z, p["nu"][:, None, None]) - np.log(sigma * unit)
    return normal_log_density(z, sigma * unit)


def _mediators(model: FittedModel, evaluation: Evaluation) -> Array | float:
    """(draw, week) log density of the observed mediators, in their s.d."""
    if not model.structure.mediators:
        return 0.0
    observed = np.isfinite(model.panel.array("mediators")).transpose(2, 0, 1)
    sd = evaluation.parameters["mediator_sd"][:, :, None, None]
    density = normal_log_density(evaluation.parameters["innovation"] / sd, sd)
    return np.asarray(np.where(observed, density, 0.0).sum((1, 3)))


def _sensors(model: FittedModel, evaluation: Evaluation) -> Array | float:
    """(draw, week) log density of the budgets and the index that latent demand moves."""
    p, basis = evaluation.parameters, evaluation.inputs.basis
    total: Array | float = 0.0
    for rows in sensor_rows(model.design):
        for k in range(len(rows.values)):
            mean = sensor_mean(p, rows.kind, k, basis["trend"], basis["season"])
            sd = p[f"{rows.kind}_sd"][:, k, None]
            total = total + rows.seen[k] * normal_log_density((rows.values[k] - mean) / sd, sd)
    return total


def normal_log_density(z: Array, sd: Array) -> Array:
    return np.asarray(-0.5 * (z**2 + LOG_2PI) - np.log(sd))


def student_log_density(z: Array, nu: Array) -> Array:
    head = gammaln((nu + 1.0) / 2.0) - gammaln(nu / 2.0) - 0.5 * np.log(nu * np.pi)
    return np.asarray(head - (nu + 1.0) / 2.0 * np.log1p(z**2 / nu))


def count_log_density(kpi: Array, mean: Array, size: Array) -> Array:
    ways = gammaln(kpi + size) - gammaln(size) - gammaln(kpi + 1.0)
    rest = size * np.log(size / (size + mean)) + kpi * np.log(mean / (size + mean))
    return np.asarray(ways + rest)
