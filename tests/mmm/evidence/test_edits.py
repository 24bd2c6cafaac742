"""A drift names the edit of the specification that answers it, and the plan holds what was last."""

from datetime import timedelta

import numpy as np

from mmm.causal.graph_answer import EffectStatus
from mmm.counterfactual.future import extend_timeline
from mmm.equations.mean import effectiveness
from mmm.evidence.common_cause import ClaimTests
from mmm.evidence.constancy import Drift
from mmm.evidence.findings import Measured, findings
from mmm.evidence.linear_view import Estimate
from mmm.evidence.record import _let_vary
from mmm.posterior.evidence import HalfOfWindow
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model

NO_CLAIMS = ClaimTests(feedback=(), levers=(), others=(), detectable=None)
GROUP = {"channels": ["tv"], "lengthscale": 30.0}


def drift_finding(**known):
    fell = HalfOfWindow(strength=1.5, se=0.1), HalfOfWindow(strength=0.5, se=0.1)
    lever = Measured(
        name="radio",
        level=0.01,
        status=EffectStatus(status="identified", reason="By the graph.", adjustment_set=()),
        weeks=50.0,
        strength=Estimate(1.0, 0.1),
        drift=Drift(1e-6, fell),
        **known,
    )
    return next(found for found in findings(lever, NO_CLAIMS) if found.code == "drift")


def test_the_edit_of_a_drift_can_be_sent():
    """It keeps the groups that there are, and the edited specification is one."""
    spec = parse_spec({**RICH, "time_varying": [GROUP]})
    found = drift_finding(varying=_let_vary(spec, "radio"))
    edited = parse_spec({**spec.model_dump(mode="json"), **found.model_dump(mode="json")["edit"]})
    assert [group.channels for group in edited.time_varying] == [("tv",), ("radio",)]
    assert edited.time_varying[0] == spec.time_varying[0]
    assert "edit" in found.detail


def test_a_channel_that_varies_already_has_no_edit():
    spec = parse_spec({**RICH, "time_varying": [GROUP]})
    assert _let_vary(spec, "tv") is None
    assert drift_finding(varying=None).edit is None


def test_after_the_data_effectiveness_stays_what_it_last_was():
    """Also in the weeks of a plan, whose draws differ as those of the last week do."""
    model = fake_model({**RICH, "time_varying": [GROUP]}, draws=8)
    last = model.panel.weeks[-1]
    world, _ = extend_timeline(model, last + timedelta(weeks=13), 0, {}, None)
    d = model.design.inputs_on(world)
    factor = effectiveness(model.posterior.draws, d, model.structure, np)[:, 0, :, 0]
    at = len(model.panel.weeks) - 1
    np.testing.assert_allclose(factor[:, at + 1 :], np.repeat(factor[:, [at]], 13, axis=1))
    inside = effectiveness(model.posterior.draws, model.design.inputs, model.structure, np)
    np.testing.assert_allclose(factor[:, : at + 1], inside[:, 0, :, 0], rtol=1e-12)
    assert factor[:, at].std() > 0.0
    assert np.abs(factor[:, at] - factor[:, 0]).max() > 1e-3
