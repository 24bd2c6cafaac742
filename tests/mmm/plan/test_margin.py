"""The value of a unit of the KPI: a margin of revenue or a value per unit, as number or column."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from mmm.attribution.returns import return_draws
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError, SpecError
from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model, panel_spec, table
from tests.mmm.model.test_graph_and_arrays import SMOOTH

WEEKS = 5
REVENUE = {**RICH, "kpi": {"column": "sales", "kind": "revenue"}}


def valued(model: FittedModel, kpi: dict, worth: Any = None) -> FittedModel:
    """The model with another value of its KPI, and nothing else changed."""
    document = model.spec.model_dump(mode="json") | {"kpi": kpi}
    frame = panel_to_table(model.panel, model.spec).assign(worth=worth)
    spec = parse_spec(document)
    return replace(model, design=design_of(spec, build_panel(frame, spec), model.scales))


def margin(share: object) -> dict:
    return {"column": "sales", "kind": "revenue", "margin": share}


def responded(model: FittedModel):
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return plan_response(model, Horizon(start=start, weeks=WEEKS))


def test_a_margin_is_that_share_of_every_value():
    gross = fake_model(REVENUE, draws=6)
    net = valued(gross, margin(0.4))
    plan = 1.2 * responded(gross).current
    np.testing.assert_allclose(responded(net).draws(plan), 0.4 * responded(gross).draws(plan))
    np.testing.assert_allclose(responded(net).total(plan), 0.4 * responded(gross).total(plan))
    np.testing.assert_allclose(responded(net).kpi.draws(plan), responded(gross).draws(plan))
    for of_net, of_gross in zip(return_draws(net), return_draws(gross), strict=True):
        np.testing.assert_allclose(of_net, 0.4 * of_gross)
    assert (responded(gross).unit, responded(net).unit) == (
        "currency units of revenue",
        "currency units of profit",
    )
    assert net.kpi_unit == "currency units of revenue"
    euros = parse_spec(net.spec.model_dump(mode="json") | {"currency": "EUR"})
    assert replace(net, design=replace(net.design, spec=euros)).kpi_unit == "EUR revenue"


@pytest.mark.parametrize("kpi", [margin("worth"), {
    "column": "sales", "kind": "units", "value_per_unit": "worth"}])  # fmt: skip
def test_a_column_values_each_week_and_is_held_afterwards(kpi):
    plain = fake_model(RICH, draws=6)
    flat = valued(plain, kpi, 0.3)
    number = {key: 0.3 if value == "worth" else value for key, value in kpi.items()}
    same = valued(plain, number)
    plan = 1.2 * responded(plain).current
    np.testing.assert_allclose(responded(flat).draws(plan), responded(same).draws(plan))
    rising = valued(plain, kpi, np.linspace(0.1, 0.6, 60))
    response = responded(rising)
    np.testing.assert_allclose(response.draws(plan), 0.6 * response.kpi.draws(plan))
    assert any("held at the last value: worth" in line for line in response.warnings)
    weekly = np.linspace(0.1, 0.6, 60)
    roi = return_draws(rising)[0]
    assert (roi > 0.1 / 0.3 * return_draws(flat)[0]).all()
    assert (roi < 0.6 / 0.3 * return_draws(flat)[0]).all()
    np.testing.assert_array_equal(rising.panel.array("worth")[:, 0], weekly)


@pytest.mark.parametrize(("document", "geos"), [(RICH, 1), (RICH, 2), (SMOOTH, 1)])
def test_value_inside_and_after_the_horizon_is_what_the_whole_model_says(document, geos):
    model = fake_model(document, geos=geos, draws=6)
    response = responded(model)
    plan = 1.2 * response.current
    first = response.world.index(response.horizon[0])
    with_plan, silent = response.world.spend.copy(), response.world.spend.copy()
    with_plan[first : first + WEEKS] = response.plan(plan)
    silent[first : first + WEEKS] = 0.0
    units = [
        mean_by_geo(model, replace(response.world, spend=spend)).sum(-1)
        for spend in (with_plan, silent)
    ]
    change = 7.0 * (units[0] - units[1]) if model.spec.kpi.value_per_unit else units[0] - units[1]
    inside = response.inside(plan)
    np.testing.assert_allclose(inside, change[:, first : first + WEEKS].sum(1), rtol=1e-7)
    later = change[:, first + WEEKS :].sum(1)
    np.testing.assert_allclose(response.draws(plan) - inside, later, rtol=1e-6, atol=1e-6)
    assert (later > 0.0).all()


@pytest.mark.parametrize(
    ("share", "words"), [(1.2, "1.2 is no margin"), (0.0, "0 is no margin"), (-0.1, "no margin")]
)
def test_a_column_that_is_no_margin_is_refused_by_its_row(share, words):
    frame = table().assign(worth=0.4)
    frame.loc[3, "worth"] = share
    with pytest.raises(DataError, match=words) as caught:
        build_panel(frame, panel_spec({**RICH, "kpi": margin("worth")}, 1))
    assert caught.value.issues[0].pointer == "/data/rows/3/worth"


@pytest.mark.parametrize(
    ("kpi", "pointer"),
    [
        (margin(0.0), "/kpi/margin"),
        (margin(1.5), "/kpi/margin"),
        ({**margin(0.4), "kind": "units"}, "/kpi"),
        ({**margin(0.4), "value_per_unit": 2.0}, "/kpi"),
    ],
)
def test_a_wrong_margin_names_its_field(kpi, pointer):
    with pytest.raises(SpecError) as caught:
        parse_spec({**RICH, "kpi": kpi})
    assert caught.value.issues[0].pointer == pointer
