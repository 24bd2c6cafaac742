"""Recovers the linear coefficients of a collapsed posterior by exact draws."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mmm.data.design import Design
from mmm.lift.exclusion import kept_cells
from mmm.lift.resolve import resolve_lift_tests
from mmm.model.build import scaled_kpi
from mmm.model.collapse import draw_coefficients
from mmm.model.whitening import Observations
from mmm.posterior.abduction import at_known_states, known_states
from mmm.posterior.draws import Posterior
from mmm.posterior.latent_demand import sensor_rows
from mmm.priors.coefficients import linear_prior
from mmm.priors.coords import coords

DIMS = {
    "level": ("geo",),
    "shock": ("date",),
    "demand": ("date",),
    "budget_level": ("driven",),
    "budget_season": ("driven", "mediator_harmonic"),
    "index_level": ("index",),
    "index_trend": ("index",),
    "index_season": ("index", "mediator_harmonic"),
}
"""Dimensions of the recovered quantities that are not coefficient vectors."""


def recover_coefficients(posterior: Posterior, design: Design, seed: int) -> Posterior:
    """``posterior`` of the collapsed model with exact draws of its linear coefficients added."""
    s, rng = design.structure, np.random.default_rng(seed)
    prior = linear_prior(design)
    kept = kept_cells(resolve_lift_tests(design), design.spec, design.panel)
    sensors = sensor_rows(design)
    data = Observations(scaled_kpi(design), kept, sensors)
    moved = sum(len(rows.values) for rows in sensors)
    width = len(s.media) + sum(size for _, size in prior.blocks) + 4 + 12 * moved
    parts = []
    for chunk in posterior.chunks(kept.size * width):
        mediator_value = at_known_states(known_states(design, chunk))
        parts.append(draw_coefficients(chunk, design.inputs, prior, data, mediator_value, rng))
    sampled = posterior.dataset
    shape = (sampled.sizes["chain"], sampled.sizes["draw"])
    dims = {item.name: (item.dim,) for item in prior.vectors} | DIMS
    drawn: dict[str, Any] = {}
    for name in parts[0]:
        values = np.concatenate([part[name] for part in parts])
        along = ("chain", "draw", *dims.get(name, ()))
        drawn[name] = (along, values.reshape(*shape, *values.shape[1:]))
    labels = coords(design)
    used = {dim for along, _ in drawn.values() for dim in along}
    return Posterior(sampled.assign(drawn).assign_coords(_known(labels, used)))


def _known(labels: Mapping[str, list[Any]], used: set[str]) -> dict[str, list[Any]]:
    return {dim: values for dim, values in labels.items() if dim in used}
