"""The observed nodes of the PyMC graph: the KPI, the mediators, the budgets that demand drives,
the lifts.

kpi       normal: Normal(unit * mean, unit * sigma_g), and Student-t likewise
          AR(1) noise: noise_t = rho noise_t-1 + e_t, e the noise without memory; that of the
          first week is divided by sqrt(1 - rho^2)
          log-normal: log kpi ~ Normal(log unit + predictor, sigma_g)
          counts: NegativeBinomial(mean, dispersion), variance mean + mean^2 / dispersion
mediator  Normal(mean, sd) in its own units; an unobserved week is mean + sd * innovation
budget    log(spend / mean spend) ~ Normal(level + season + loading * demand, sd) in weeks with
          spend: a sensor of latent demand
index     its standardised value ~ Normal(level + trend + season + loading * demand, sd): another
lift      Normal(predicted lift, sd of the test), one for each lift test
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.panel import Panel
from mmm.equations.mediators import MediatorValue
from mmm.lift.predict import predicted_lifts
from mmm.lift.resolve import ResolvedTest
from mmm.model.noise_weights import WEIGHTS
from mmm.posterior.latent_demand import INDEX, index_rows, log_budgets, sensor_mean
from mmm.spec.structure import Structure
from mmm.types import Array, Parameters, Tensor

CELLS = ("date", "geo")


def kpi_likelihood(
    design: Design,
    p: Parameters,
    predictor: Tensor,
    kept: NDArray[np.bool_],
) -> None:
    """The KPI given the structural ``predictor (week, geo)`` in scaled units; cells that are not
    ``kept (week, geo)`` do not enter the likelihood."""
    s, unit = design.structure, pm.Data("kpi_unit", design.scales.kpi_unit, dims="geo")
    kpi, kind = design.panel.array("kpi"), s.likelihood
    dims = CELLS if kept.all() else None

    def cells(values: Tensor) -> Tensor:
        return values if kept.all() else (values * pt.ones_like(predictor))[np.nonzero(kept)]

    def observed_kpi(values: Array) -> Tensor:
        return pm.Data("observed_kpi", values if kept.all() else values[kept], dims=dims)

    if kind == "negative_binomial":
        mean = cells(unit * pt.exp(predictor))
        counts = observed_kpi(kpi.astype(np.int64))
        pm.NegativeBinomial("kpi", mu=mean, alpha=p["dispersion"], observed=counts, dims=dims)
        return
    sigma = p.get("sigma_geo", p["sigma"])
    if kind == "lognormal":
        center, scale = pt.log(unit) + predictor, sigma * pt.ones_like(unit)
        if s.ar:
            _autoregressive("log_kpi", center, scale, p["noise_rho"], observed_kpi(np.log(kpi)))
        else:
            pm.LogNormal("kpi", cells(center), cells(scale), observed=observed_kpi(kpi), dims=dims)
        return
    center, scale = unit * (pt.exp(predictor) if s.log_link else predictor), sigma * unit
    observed, nu = observed_kpi(kpi), p.get("nu")
    if WEIGHTS in p:
        nu, scale = None, scale / pt.sqrt(p[WEIGHTS])
    if s.ar and nu is None:
        _autoregressive("kpi", center, scale, p["noise_rho"], observed)
    elif s.ar:
        center, scale = _given_week_before(center, scale, p["noise_rho"], observed)
        pm.StudentT("kpi", nu=nu, mu=center, sigma=scale, observed=observed, dims=dims)
    elif nu is not None:
        mean, sigma = cells(center), cells(scale)
        pm.StudentT("kpi", nu=nu, mu=mean, sigma=sigma, observed=observed, dims=dims)
    else:
        pm.Normal("kpi", cells(center), cells(scale), observed=observed, dims=dims)


def _given_week_before(
    center: Tensor, scale: Tensor, rho: Tensor, kpi: Tensor
) -> tuple[Tensor, Tensor]:
    """(week, geo) centre and scale of AR(1) noise given the observed ``kpi`` of the week before."""
    first = (scale / pt.sqrt(1.0 - rho**2)) * pt.ones_like(center[:1])
    moved = center[1:] + rho * (kpi[:-1] - center[:-1])
    rest = scale * pt.ones_like(moved)
    return pt.concatenate([center[:1], moved]), pt.concatenate([first, rest])


def _autoregressive(name: str, center: Tensor, scale: Tensor, rho: Tensor, kpi: Tensor) -> None:
    """Gaussian AR(1) noise of every geo, as one multivariate normal over its weeks; ``scale
    (geo,)`` or ``(week, geo)`` of the fresh noise."""
    steps = pt.arange(center.shape[0])
    lag = steps[:, None] - steps[None, :]
    fresh = pt.where(pt.eq(steps, 0), 1.0 / pt.sqrt(1.0 - rho**2), 1.0)
    power = pt.exp(pt.maximum(lag, 0) * pt.log(rho))
    root = pt.where(lag >= 0, power, 0.0) * fresh[None, :]
    by_week = (scale * pt.ones_like(center)).T
    chol = root[None] * by_week[:, None, :]
    pm.MvNormal(name, mu=center.T, chol=chol, observed=kpi.T, dims=("geo", "date"))


def observed_mediators(design: Design, p: Parameters) -> MediatorValue:
    """Creates the mediators' observed nodes; children use the node, so that ``do`` propagates."""
    values, scales = design.panel.array("mediators"), design.scales

    def mediator_value(mediator: int, mean: Tensor) -> Tensor:
        name = design.structure.mediators[mediator]
        observed = np.isfinite(values[..., mediator])
        center = pm.Data(f"center_{name}", scales.mediator_mean[:, mediator])
        spread = pm.Data(f"spread_{name}", scales.mediator_sd[:, mediator])
        sd = p["mediator_sd"][mediator]
        natural, wide = center + spread * mean, spread * sd * pt.ones_like(mean)
        if observed.all():
            data = pm.Data(f"observed_{name}", values[..., mediator], dims=CELLS)
            node = pm.Normal(f"mediator_{name}", natural, wide, observed=data, dims=CELLS)
            return (node - center) / spread
        week, geo = np.nonzero(observed)
        data = pm.Data(f"observed_{name}", values[week, geo, mediator])
        node = pm.Normal(f"mediator_{name}", natural[week, geo], wide[week, geo], observed=data)
        return _with_unobserved_weeks(name, mean, sd, observed, (node - center[geo]) / spread[geo])

    return mediator_value


def _with_unobserved_weeks(
    name: str, mean: Tensor, sd: Tensor, observed: np.ndarray, known: Tensor
) -> Tensor:
    week, geo = np.nonzero(~observed)
    pm.modelcontext(None).add_coord(f"unseen_{name}_cell", range(len(week)))
    z = pm.Normal(f"unseen_{name}_z", dims=f"unseen_{name}_cell")
    value = pm.Deterministic(f"unseen_{name}", mean[week, geo] + sd * z, dims=f"unseen_{name}_cell")
    state = pt.set_subtensor(pt.zeros_like(mean)[week, geo], value)
    return pt.set_subtensor(state[np.nonzero(observed)], known)


def observed_budgets(s: Structure, panel: Panel, d: Inputs, p: Parameters) -> None:
    """Creates the observed nodes of the budgets that latent demand drives, for weeks with spend."""
    budgets = log_budgets(s, panel)
    for k, channel in enumerate(s.driven):
        weeks = np.flatnonzero(budgets.seen[k])
        mean = sensor_mean(p, budgets.kind, k, d.basis["trend"], d.basis["season"])
        name = s.channels[channel]
        logs = pm.Data(f"observed_budget_{name}", budgets.values[k, weeks])
        pm.Normal(f"budget_{name}", mean[weeks], p["budget_sd"][k], observed=logs)


def observed_index(design: Design, d: Inputs, p: Parameters) -> None:
    """Creates the observed node of the index that measures demand with noise, if there is one."""
    if design.structure.index is None:
        return
    mean = sensor_mean(p, INDEX, 0, d.basis["trend"], d.basis["season"])
    values = pm.Data("observed_demand_index", index_rows(design).values[0])
    pm.Normal("demand_index", mean, p["index_sd"][0], observed=values)


def observed_lifts(tests: tuple[ResolvedTest, ...], p: Parameters, design: Design) -> None:
    """Creates the observed node of the measured lifts around the model's predictions."""
    if not tests:
        return
    center = predicted_lifts(tests, p, design, pt, pm.Data)
    lift = pm.Data("observed_lift", np.array([test.lift for test in tests]))
    sd = pm.Data("lift_sd", np.array([test.sd for test in tests]))
    pm.Normal("lift", center, sd, observed=lift)
