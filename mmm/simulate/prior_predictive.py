"""Data sets drawn from the prior of a specification: what a hypothesis implies before any fit.

Spend, prices, controls and events stay as they are; mediators, latent states, noise and the KPI are
drawn. Scales come from the same table, so that the draws are those of the PyMC model's prior
predictive. Budgets that latent demand drives are among the inputs and stay, too.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.checks.prior import prior_model
from mmm.data.design import design_of
from mmm.data.panel import Panel, row_positions
from mmm.equations import mean as equations
from mmm.interval import Answer, Interval
from mmm.posterior.counts_memory import log_variance
from mmm.posterior.evaluate import with_noise
from mmm.posterior.fitted import FittedModel
from mmm.simulate.replicas import counts_that_remember
from mmm.spec.model import ModelSpec
from mmm.summarize import summarize
from mmm.types import Array

MAX_CELLS = 20_000_000
BURN_IN = 60
"""Weeks ahead of the data in which autoregressive noise reaches its stationary spread."""


class ImpliedChannel(Answer):
    """What the prior says of a channel; ``share`` is of the simulated sales."""

    name: str
    share: Interval
    roi: Interval | None


class SimulationSummary(Answer):
    """What the prior implies; intervals over draws."""

    draws: int
    weekly_kpi: Interval
    observed_weekly_kpi: float
    media_share: Interval
    elasticity: Interval | None
    cross_elasticities: dict[str, Interval]
    negative_kpi: float
    """Share of simulated cells with a negative KPI."""
    channels: tuple[ImpliedChannel, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Simulation:
    """``kpi (draw, week, geo)`` and ``mediators (draw, mediator, week, geo)`` in natural units."""

    summary: SimulationSummary
    kpi: Array
    mediators: Array


def simulate(spec: ModelSpec, panel: Panel, draws: int = 200, seed: int = 0) -> Simulation:
    """Draw ``draws`` data sets on the inputs of ``panel``; fewer where the panel is very large."""
    cells = panel.array("kpi").size * (len(spec.channels) + 8)
    n = int(np.clip(MAX_CELLS // cells, min(draws, 20), draws))
    model = prior_model(design_of(spec, panel).on_panel(_without_mediators(panel)), n, seed)
    states, mean = _states_and_mean(model)
    kpi = _with_kpi_noise(model, mean, seed + 1)
    s, scales = model.structure, model.scales
    mediators = np.zeros((n, len(s.mediators), *mean.shape[1:]))
    for i in range(len(s.mediators)):
        mediators[:, i] = scales.mediator_mean[:, i] + scales.mediator_sd[:, i] * states[i]
    return Simulation(_summary(model, kpi, panel, _notes(spec, n, draws)), kpi, mediators)


def simulated_table(
    frame: pd.DataFrame, spec: ModelSpec, panel: Panel, simulation: Simulation, draw: int
) -> pd.DataFrame:
    """``frame`` with the KPI and the mediators of one draw; a mediator keeps its
    unobserved weeks."""
    out = frame.copy()
    place = row_positions(frame, spec)
    out[spec.kpi.column] = simulation.kpi[draw].ravel()[place]
    for i, mediator in enumerate(spec.mediators):
        observed = np.isfinite(panel.array("mediators")[..., i]).ravel()[place]
        out[mediator.column] = np.where(
            observed, simulation.mediators[draw, i].ravel()[place], np.nan
        )
    return out


def _without_mediators(panel: Panel) -> Panel:
    """The panel with no mediator observed, so that each is drawn from its own equation."""
    data = panel.data.copy()
    data["mediators"] = data["mediators"] * np.nan
    return Panel(data)


def _states_and_mean(model: FittedModel) -> tuple[dict[int, Array], Array]:
    """Mediators' standardised states, and the mean of the KPI (draw, week, geo) in KPI
    units."""
    p, s, panel = model.posterior.draws, model.structure, model.panel
    shape = (model.posterior.n_draws, len(panel.weeks), len(panel.geos))
    states = {i: p[f"unseen_{name}"].reshape(shape) for i, name in enumerate(s.mediators)}

    def mediator_value(mediator: int, _states_and_mean: Array) -> Array:
        return states[mediator]

    terms = equations.terms(p, model.design.inputs, s, np, mediator_value)
    mean = equations.mean(terms, s, np) * model.scales.kpi_unit
    if s.likelihood == "lognormal":
        by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
        fade = 1.0 - p["noise_rho"][:, None] ** 2 if s.ar else np.ones((shape[0], 1))
        mean = mean * np.exp(0.5 * by_geo[:, None, :] ** 2 / fade[:, None, :])
    if s.counts_remember:
        mean = mean * np.exp(0.5 * log_variance(p))[:, None, None]
    return states, np.broadcast_to(mean, shape)


def _with_kpi_noise(model: FittedModel, mean: Array, seed: int) -> Array:
    if model.structure.counts_remember:
        return counts_that_remember(model, mean, seed)
    if not model.structure.ar:
        return with_noise(model, mean, seed)
    ahead = np.repeat(mean[:, :1], BURN_IN, axis=1)
    return with_noise(model, np.concatenate([ahead, mean], axis=1), seed)[:, BURN_IN:]


def _summary(
    model: FittedModel, kpi: Array, panel: Panel, notes: tuple[str, ...]
) -> SimulationSummary:
    share = channel_contributions(model) / kpi.sum((1, 2))[:, None]
    roi = return_draws(model)[0] if model.spec.has_currency else None
    p, s = model.posterior.draws, model.structure
    return SimulationSummary(
        draws=len(kpi),
        weekly_kpi=summarize(kpi.sum(2).mean(1)),
        observed_weekly_kpi=float(panel.array("kpi").sum(1).mean()),
        media_share=summarize(share.sum(1)),
        elasticity=summarize(p["elasticity"]) if s.has_price else None,
        cross_elasticities={
            name: summarize(p["cross_elasticity"][:, i]) for i, name in enumerate(s.priced_rivals)
        },
        negative_kpi=float(np.mean(kpi < 0.0)),
        channels=tuple(
            ImpliedChannel(
                name=name,
                share=summarize(share[:, i]),
                roi=summarize(roi[:, i]) if roi is not None and i in s.paid else None,
            )
            for i, name in enumerate(s.channels)
        ),
        notes=notes,
    )


def _notes(spec: ModelSpec, n: int, wanted: int) -> tuple[str, ...]:
    notes = []
    if n < wanted:
        notes.append(f"{n} draws instead of {wanted}: the table is large")
    if spec.demand is not None and spec.demand.kind == "latent":
        notes.append("budgets that latent demand drives are kept as they are in the table")
    if spec.lift_tests:
        notes.append("lift tests are evidence and not part of the prior")
    return tuple(notes)
