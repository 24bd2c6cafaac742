"""A baseline that walks: it goes on after the data, in forecasts and not in expectations."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from tests.mmm.fakes import fake_model
from tests.mmm.posterior.test_kinds import PLAIN


@pytest.mark.parametrize("ahead", [1, 12])
def test_a_walk_goes_on_after_the_data(ahead):
    """Weeks ahead add walk_sd^2 / 59 each to the variance of the level; its mean stays."""
    model = fake_model({**PLAIN, "trend": {"kind": "random_walk"}}, draws=4000)
    week = model.panel.weeks[-1] + timedelta(weeks=ahead)
    window = {"start": week, "end": week}
    body = {"window": window, "do": [{"variable": "tv_spend", "scale": 1.0}]}
    found, plain = (
        answer(model, Counterfactual.model_validate({**body, "kind": kind}))
        for kind in ("forecast", "interventional")
    )
    p = model.posterior.draws
    expected = np.sqrt((p["sigma"] ** 2 + p["walk_sd"] ** 2 * ahead / 59.0).mean())
    noise = found.uncertainty.baseline.noise_sd / model.scales.kpi_unit[0]
    assert noise == pytest.approx(expected, rel=0.08)
    assert found.uncertainty.baseline.parameter_sd == plain.uncertainty.baseline.parameter_sd
    assert plain.uncertainty.baseline.noise_sd == 0.0
