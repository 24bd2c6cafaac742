"""Plans under every structure: the fast response equals the whole model, its gradient is true."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.data.kpi_value import kpi_value
from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.model.test_graph_and_arrays import (
    AUTOREGRESSIVE,
    COUNTS,
    FORM,
    LATENT,
    MEDIATED,
    SMOOTH,
)

ADDITIVE_MEDIATED = {**MEDIATED, "interactions": []}
CASES = [
    pytest.param(RICH, 1, id="rich"),
    pytest.param(ADDITIVE_MEDIATED, 2, id="mediated panel"),
    pytest.param(MEDIATED, 1, id="interactions"),
    pytest.param(SMOOTH, 1, id="log-normal"),
    pytest.param(COUNTS, 2, id="counts"),
    pytest.param(FORM, 2, id="saturation first"),
    pytest.param({**FORM, "interactions": [["tv", "radio"]]}, 1, id="the same that interact"),
    pytest.param(LATENT, 1, id="latent demand"),
    pytest.param(AUTOREGRESSIVE, 1, id="autoregressive"),
]


def response_of(document, geos):
    model = fake_model(document, geos=geos, draws=6)
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return model, plan_response(model, Horizon(start=start, weeks=5))


@pytest.mark.parametrize(("document", "geos"), CASES)
def test_a_plan_earns_what_the_whole_model_says(document, geos):
    """Value of a plan over no own spend in the horizon, carryover counted, by two evaluations."""
    model, response = response_of(document, geos)
    plan = response.current * np.linspace(0.5, 1.5, response.current.size)
    first = response.world.index(response.horizon[0])
    spend = response.world.spend.copy()
    spend[first : first + 5] = response.plan(plan)
    silent = response.world.spend.copy()
    silent[first : first + 5] = 0.0
    worth = kpi_value(model.spec, response.world.price)
    totals = [
        (mean_by_geo(model, _with(response.world, values)) * worth)[:, first:].sum((1, 2))
        for values in (spend, silent)
    ]
    earned = totals[0] - totals[1]
    silent_plan = response.draws(np.zeros_like(plan))
    np.testing.assert_allclose(response.draws(plan) - silent_plan, earned, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(silent_plan, 0.0, atol=1e-6)


@pytest.mark.parametrize(("document", "geos"), CASES)
def test_its_gradient_equals_finite_differences(document, geos):
    _, response = response_of(document, geos)
    plan = response.current * 1.1
    exact = response.jacobian(plan)
    for channel in range(plan.size):
        step = np.zeros_like(plan)
        step[channel] = 1e-4 * plan[channel]
        rise = (response.draws(plan + step) - response.draws(plan - step)) / (2 * step[channel])
        np.testing.assert_allclose(exact[:, channel], rise, rtol=2e-4, atol=1e-7)


def _with(world, spend):
    return type(world)(**{**vars(world), "spend": spend})
