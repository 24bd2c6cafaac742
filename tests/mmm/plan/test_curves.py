"""Bounds of saturation slopes: no slope inside an interval lies outside them."""

from typing import Any

import numpy as np
import pytest

from mmm.equations.transforms import SATURATION_DERIVATIVE
from mmm.plan.curves import steepest_point, steepness_range
from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from tests.mmm.fakes import RICH, fake_model

HORIZON = Horizon.model_validate({"start": "2023-02-27", "weeks": 8})
PARAMETERS: dict[str, dict[str, Any]] = {
    "hill": {"saturation_half": np.array([0.7, 1.5, 1.0]), "saturation_slope": [0.6, 1.0, 3.0]},
    "logistic": {"saturation_rate": [0.5, 1.0, 2.0]},
    "michaelis_menten": {"saturation_half": [0.5, 1.0, 2.0]},
    "tanh": {"saturation_rate": [0.5, 1.0, 2.0]},
    "power": {"saturation_power": [0.3, 0.5, 0.9]},
    "none": {},
}


@pytest.mark.parametrize("kind", PARAMETERS)
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.3), (0.2, 0.9), (0.5, 4.0), (1.0, 1.0)])
def test_every_slope_inside_lies_between_the_bounds(kind, low, high):
    p = {name: np.array(values)[None] for name, values in PARAMETERS[kind].items()}
    shape = (1, 3, 1, 1)
    ends = np.full(shape, low), np.full(shape, high)
    derivative = SATURATION_DERIVATIVE[kind]
    slopes = derivative(ends[0], p, np), derivative(ends[1], p, np)
    least, most = steepness_range(*ends, slopes, steepest_point(kind, p))
    for x in np.linspace(max(low, 1e-12), high, 300):
        slope = SATURATION_DERIVATIVE[kind](np.full(shape, x), p, np)
        assert (slope >= least - 1e-12).all()
        assert (slope <= most + 1e-12).all()


@pytest.mark.parametrize("kind", ["hill", "logistic"])
def test_the_response_of_a_model_stays_between_its_slope_bounds(kind):
    channels = [{**channel, "saturation": {"kind": kind}} for channel in RICH["channels"]]
    response = plan_response(fake_model({**RICH, "channels": channels}, draws=40), HORIZON)
    assert response.separable
    levels = np.array([0.0, 60.0, 200.0, 700.0])
    for cell in range(len(response.names)):
        low, high = response.slope_range(cell, levels)
        for i in range(3):
            inner = np.linspace(levels[i] + 1e-9, levels[i + 1], 30)
            _, slope = response.curve(cell, inner)
            assert (slope >= low[:, i, None] - 1e-9).all()
            assert (slope <= high[:, i, None] + 1e-9).all()


def test_curves_add_up_to_the_response():
    response = plan_response(fake_model(draws=40), HORIZON)
    spend = 1.2 * response.current
    pairs = [response.curve(cell, np.array([level])) for cell, level in enumerate(spend)]
    none = response.draws(np.zeros(spend.size))
    total = none + np.sum([value[:, 0] for value, _ in pairs], axis=0)
    np.testing.assert_allclose(total, response.draws(spend), rtol=1e-10)
    slopes = np.hstack([slope for _, slope in pairs])
    np.testing.assert_allclose(slopes, response.jacobian(spend), rtol=1e-10)
    again = response.kpi.draws(spend) * 7.0
    np.testing.assert_allclose(again, response.draws(spend), rtol=1e-10)
