"""Marginal returns by channel, at no spend too."""

from datetime import timedelta

import numpy as np

from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from tests.mmm.fakes import fake_model


def test_a_marginal_return_is_a_finite_difference_at_any_spend():
    model = fake_model(geos=2, draws=30)
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=6)
    response = plan_response(model, horizon)
    for off in (0, 1):
        spend = response.current.copy()
        spend[off] = 0.0
        marginal = response.marginal(spend)
        for cell in range(spend.size):
            up, down = spend.copy(), spend.copy()
            step = 0.01 * response.current[cell] if cell == off else 1e-4 * spend[cell]
            up[cell] += step
            down[cell] -= 0.0 if cell == off else step
            rise = (response.draws(up) - response.draws(down)) / (up[cell] - down[cell])
            np.testing.assert_allclose(marginal[:, cell], rise, rtol=0.02)


def test_usual_active_spend_leaves_idle_weeks_out():
    model = fake_model(geos=2, draws=5)
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=6)
    response = plan_response(model, horizon)
    weekly = model.panel.array("spend").sum(1)
    for cell, name in enumerate(response.names):
        own = weekly[:, response.channels.index(name)]
        assert np.isclose(response.usual_active[cell], 6 * own[own > 0].mean())
        assert response.last_observed[name] == own[-1]
