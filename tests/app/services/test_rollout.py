"""A plan that begins in the regions of a test, and in the others once it was read."""

import numpy as np
import pytest

from app.contract.experiments.design import DesignBody
from app.services.experiments.design_answer import design_answer
from mmm.experiments.history import history_of
from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import fake_model


def test_the_regions_of_a_model_wait_with_their_own_spend_and_effect() -> None:
    model = fake_model(geos=4, weeks=80)
    usual = model.panel.array("spend")[-52:, :, 0].mean(axis=0)
    body = DesignBody.model_validate(
        {
            "model_id": "mdl_one",
            "channel": model.structure.channels[0],
            "plan": 2.0 * float(usual.sum()),
            "weeks": [6],
        }
    )
    best = design_answer(model, None, body, history_of(model)).designs[0]
    assert best.rollout
    rows = {row.geo: row for row in best.rollout.by_geo}
    assert [rows[geo].usual for geo in model.panel.geos] == pytest.approx(usual)
    assert [rows[geo].planned for geo in model.panel.geos] == pytest.approx(2.0 * usual)
    test = PlannedTest(
        body.channel, SpendPath(scale=2.0), best.weeks, best.cooldown, tuple(best.controls)
    )
    alone = predicted_effect(model, test)
    margin = 7.0  # profit of a unit; the effect may be cut to the share that is causal, never more
    assert best.rollout.cost_of_waiting.p95 <= np.quantile(margin * alone.lift, 0.951) - alone.spend
