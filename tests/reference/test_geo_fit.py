"""Geos that differ in usual spend: their returns, with a population column and without it.

Without one a geo's size is its own mean kpi, in which its media are contained. Levels pooled over
such geos would make media look worthless; here they must not.
"""

from typing import Any

import numpy as np
import pytest

from mmm.attribution.returns import return_draws
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import compile_model
from mmm.inference.fit import fit_compiled
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from tests.reference.geo_world import geo_world

SPEC: dict[str, Any] = {
    "kpi": {"column": "y"},
    "date": "week",
    "geo": "geo",
    "channels": [
        {"name": "x", "column": "x", "adstock": {"max_lag": 3},
         "saturation": {"kind": "michaelis_menten"}}
    ],
    "controls": ["z"],
    "seasonality": {"yearly": 1},
    "trend": {"kind": "none"},
}  # fmt: skip
GEOS = 20


# One world's estimate has a s.d. of .27: the mean of eight is within .3 but once in a thousand,
# that of three within .5; media that look worthless are 1 away. Fewer than 5 of 8 honest 90 %
# intervals hold the truth once in two hundred, none of 3 once in a thousand.
@pytest.mark.parametrize(
    ("population", "worlds", "most", "fewest"),
    [
        pytest.param(None, 3, 0.5, 1, marks=pytest.mark.slow),
        pytest.param(None, 8, 0.3, 5, marks=pytest.mark.proof),
        pytest.param("people", 8, 0.3, 5, marks=pytest.mark.proof),
    ],
)
def test_returns_of_geos_that_differ_in_spend(population, worlds, most, fewest):
    """Worlds of twenty geos, after Zhang et al. (2024)."""
    spec = parse_spec({**SPEC, "population": population})
    sampling = SamplingSpec(draws=300, tune=300, chains=2, seed=1)
    compiled, errors, covered = None, [], 0
    for seed in range(worlds):
        world = geo_world(seed, GEOS)
        panel = build_panel(world.frame.assign(people=1000.0), spec)
        compiled = compiled or compile_model(design_of(spec, panel))
        draws = return_draws(fit_compiled(compiled, design_of(spec, panel), sampling))[0][:, 0]
        low, high = np.quantile(draws, (0.05, 0.95))
        covered += bool(low < world.iroas < high)
        errors.append(draws.mean() / world.iroas - 1.0)
    assert abs(np.mean(errors)) < most, errors
    assert covered >= fewest, covered
