"""The picture of replayed histories says what was found, and shows what is odd."""

from dataclasses import replace
from xml.etree.ElementTree import tostring

import numpy as np

from app.report.replayed import replayed_of
from mmm.data.panel import Panel
from tests.mmm.fakes import fake_model


def test_a_planted_week_is_told_and_a_dot_far_out_stays_inside_the_picture() -> None:
    model = fake_model()
    one = replace(model, posterior=model.posterior.subset(np.zeros(200, dtype=np.intp)))
    data = model.panel.data
    kpi = data["kpi"].to_numpy().copy()
    kpi[30] *= 9.0
    planted = replace(
        one, design=one.design.on_panel(Panel(data.assign(kpi=(data["kpi"].dims, kpi))))
    )
    text = tostring(replayed_of(planted), encoding="unicode")
    assert "things looked at are not as replayed" in text
    assert "The best week: more than the model would have it; hardly one of 100" in text
    assert 'aria-label="the best week: ' in text
    assert "hardly ever" in text
