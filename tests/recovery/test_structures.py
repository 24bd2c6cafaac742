"""Richer structures are found again in data that they made: one short fit each.

A truth counts as found where the central 98 % interval holds it; of every channel's contribution
and of the parameters that the structure adds, so that a sound fit loses one in fifty by chance.
"""

from typing import Any

import numpy as np
import pytest

from mmm.attribution.returns import channel_contributions
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.spec.sampling import SamplingSpec
from tests.mmm.fakes import table
from tests.recovery.generative import drawn_world

pytestmark = pytest.mark.slow

WEEKS = 120
TV = {"name": "tv", "column": "tv_spend", "adstock": {"max_lag": 4},
      "saturation": {"kind": "michaelis_menten"}}  # fmt: skip
SEARCH = {"name": "search", "column": "search_spend", "adstock": {"kind": "none"},
          "saturation": {"kind": "michaelis_menten"}}  # fmt: skip
PLAIN: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 7.0},
    "date": "week",
    "channels": [TV, SEARCH],
    "seasonality": {"yearly": 1},
}
TRUE: dict[str, Any] = {
    "effect": [0.15, 0.08],
    "adstock_alpha": 0.5,
    "saturation_half": [1.2, 0.8],
    "level_mean": 0.7,
    "trend": 0.1,
    "season": [0.06, -0.04],
    "sigma": 0.03,
    "noise_sd_z": 1.0,  # of the scale of its prior, .15
}
GAMMA = {"name": "tv", "column": "tv_spend", "adstock": {"kind": "gamma", "max_lag": 8},
         "saturation": {"kind": "michaelis_menten", "order": "saturation_first"}}  # fmt: skip
SIGNED = {**SEARCH, "effect": "any"}
COUNT = {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}
PROOF = pytest.mark.proof
# Coefficients are sampled with counts and integrated out with the rest, of which prices add most.
CASES = [
    pytest.param(
        {"kpi": COUNT},
        {"level_mean": -0.2, "dispersion": 60.0},
        id="counts",
    ),
    pytest.param(
        {"channels": [GAMMA, SEARCH]},
        {"adstock_shape": 2.0, "adstock_mean": 2.5},
        id="gamma carryover, saturation first",
    ),
    pytest.param(
        {"channels": [TV, SIGNED]},
        {"effect": [0.15], "signed_effect": [-0.06]},
        id="an effect below zero",
    ),
    pytest.param({"noise": {"kind": "ar1"}}, {"noise_rho": 0.6}, id="autoregressive", marks=PROOF),
    pytest.param(
        {"noise": {"kind": "ar1"}, "kpi": {**PLAIN["kpi"], "likelihood": "student_t"}},
        {"noise_rho": 0.5, "nu_above_two": 1.5},
        id="heavy tails and memory",
    ),
    pytest.param(
        {"noise": {"kind": "ar1"}, "kpi": COUNT},
        {"level_mean": -0.2, "dispersion": 60.0, "noise_rho": 0.7, "noise_sd": 0.15},
        id="counts that remember",
        marks=PROOF,
    ),
    pytest.param(
        {"trend": {"kind": "random_walk"}}, {"walk_sd": 0.15}, id="random walk", marks=PROOF
    ),
    pytest.param(
        {"interactions": [["tv", "search"]]}, {"interaction": 0.12}, id="interaction", marks=PROOF
    ),
    pytest.param(
        {"events": [{"name": "promo", "column": "promo", "adstock": {"max_lag": 3}}]},
        {"event_effect": 0.1, "event_adstock_alpha": 0.4},
        id="event with carryover",
        marks=PROOF,
    ),
    pytest.param(
        {"price": {"column": "price"}, "competitors": [{"name": "rival", "price": "rival_price"}]},
        {"elasticity_size": 1.4, "cross_elasticity": 0.5},
        id="prices",
    ),
]


@pytest.mark.parametrize(("document", "added"), CASES)
def test_a_structure_is_recovered(document, added):
    truth = {**TRUE, **added}
    world = drawn_world({**PLAIN, **document}, table(WEEKS, seed=7), truth, seed=11)
    model = fitted(world.spec, world.frame)
    assert model.diagnostics["r_hat"] < 1.05
    found = channel_contributions(model)
    (true,) = channel_contributions(world.truth)
    for channel, name in enumerate(model.structure.channels):
        assert_holds(name, found[:, channel], true[channel])
    for name, value in added.items():
        draws = model.posterior.draws[name]
        for column, single in zip(draws.reshape(len(draws), -1).T, np.ravel(value), strict=True):
            assert_holds(name, column, single)


def assert_holds(name: str, draws: np.ndarray, truth: float) -> None:
    low, high = np.quantile(draws, (0.01, 0.99))
    assert low < truth < high, f"{name}: {truth:.4g} is not in {low:.4g} to {high:.4g}"


def fitted(spec, frame) -> FittedModel:
    sampling = SamplingSpec(draws=400, tune=500, chains=2, seed=1)
    return fit(design_of(spec, build_panel(frame, spec)), sampling)
