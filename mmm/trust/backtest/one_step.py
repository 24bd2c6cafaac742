"""Every week of a window given the weeks before it: the factors of the joint predictive density.

    y_t = s_t + rho (y_{t-1} - s_{t-1}) + e_t        s_t the structural mean, on the noise's scale

e_t is the fresh noise; rho is zero where the noise does not remember. Counts have a mean that their
own state, a latent one, multiplies.
"""

from dataclasses import dataclass

import numpy as np

from mmm.equations import mean as equations
from mmm.posterior.evaluate import Evaluation, evaluate, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.refit.weekly_density import (
    count_log_density,
    normal_log_density,
    student_log_density,
)
from mmm.types import Array


@dataclass(frozen=True)
class OneStep:
    """``model`` on data that go on into the window, and ``centre (draw, week, geo)`` of each week
    of the window given the weeks before it: in scaled units, their log for log-normal noise, the
    mean of counts in their own unit. ``kpi (week, geo)``: what came."""

    model: FittedModel
    centre: Array
    kpi: Array

    def log_density(self) -> Array:
        """(draw, week) log density of what came, all geos, in the KPI's unit."""
        s, unit = self.model.structure, self.model.scales.kpi_unit
        if s.likelihood == "negative_binomial":
            size = self.model.posterior.draws["dispersion"][:, None, None]
            return np.asarray(count_log_density(self.kpi, self.centre, size).sum(-1))
        sigma = np.broadcast_to(self._sigma(), self.centre.shape)
        if s.likelihood == "lognormal":
            z = (np.log(self.kpi / unit) - self.centre) / sigma
            return np.asarray((normal_log_density(z, sigma) - np.log(self.kpi)).sum(-1))
        z = (self.kpi / unit - self.centre) / sigma
        if s.likelihood == "student_t":
            nu = self.model.posterior.draws["nu"][:, None, None]
            return np.asarray((student_log_density(z, nu) - np.log(sigma * unit)).sum(-1))
        return np.asarray(normal_log_density(z, sigma * unit).sum(-1))

    def draws(self, seed: int) -> Array:
        """(draw, week) KPI over geos, of each week given the weeks before it."""
        s, unit = self.model.structure, self.model.scales.kpi_unit
        if s.likelihood == "negative_binomial":
            return np.asarray(with_noise(self.model, self.centre, seed).sum(-1))
        rng = np.random.default_rng(seed)
        if s.likelihood == "student_t":
            nu = self.model.posterior.draws["nu"][:, None, None]
            fresh = rng.standard_t(nu, size=self.centre.shape)
        else:
            fresh = rng.standard_normal(self.centre.shape)
        drawn = self.centre + self._sigma() * fresh
        return np.asarray(
            (unit * (np.exp(drawn) if s.likelihood == "lognormal" else drawn)).sum(-1)
        )

    def _sigma(self) -> Array:
        """(draw, 1, geo or 1) s.d. of the fresh noise, on the scale of the centre."""
        p = self.model.posterior.draws
        by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
        return np.asarray(by_geo[:, None, :])


def one_step(model: FittedModel, window: slice, seed: int) -> OneStep:
    """The weeks of ``window`` of the data of ``model``, each given the weeks before it; what the
    model draws ahead of its fit (a baseline that walks) is drawn with ``seed``."""
    kpi = model.panel.array("kpi")
    centre = evaluate(
        model, model.design.observed, lambda found: _centre(model, found, kpi)[:, window], seed
    )
    return OneStep(model, centre, kpi[window])


def _centre(model: FittedModel, found: Evaluation, kpi: Array) -> Array:
    s, unit = model.structure, model.scales.kpi_unit
    if s.likelihood == "negative_binomial":
        return np.asarray(equations.mean(found.terms, s, np) * unit)
    structural = equations.predictor(found.terms, s, np) - found.terms.ar
    came = kpi / unit
    if s.likelihood == "lognormal":
        came = np.log(came)
    elif s.log_link:
        structural = np.exp(structural)
    centre = np.array(structural)
    if s.ar:
        rho = found.parameters["noise_rho"][:, None, None]
        centre[:, 1:] += rho * (came - structural)[:, :-1]
    return centre
