"""Plan against actual: the rows add up, and a cause that is planted alone is found in its row."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from mmm.data.panel_to_table import panel_to_table
from mmm.data.timeline import observed_variables
from mmm.errors import QueryError
from mmm.plan.horizon import Horizon
from mmm.plan.plan_vs_actual import ORDER, PlannedWeeks, plan_versus_actual
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo
from mmm.refit.append_weeks import append_weeks
from tests.mmm.fakes import RICH, fake_model

WEEKS = 6
COLUMNS = {"tv": "tv_spend", "search": "search_spend", "radio": "radio_spend", "mail": "mail_spend"}


def planned_of(model, scale: float = 1.2) -> PlannedWeeks:
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=WEEKS)
    response = plan_response(model, horizon, on="kpi")
    spend = response.plan(response.current * np.array([scale, 1.0, 1.0, 0.5]))
    return PlannedWeeks(response.world, spend, response.plan(response.current))


def as_planned(model, planned: PlannedWeeks) -> pd.DataFrame:
    """The weeks of the plan as they were planned and assumed, the kpi as expected of them."""
    weeks = slice(60, 60 + WEEKS)
    geos, world = len(model.panel.geos), planned.world
    rows = panel_to_table(model.panel, model.spec).iloc[-geos * WEEKS :].reset_index(drop=True)
    rows["week"] = [week.isoformat() for week in world.weeks[weeks] for _ in range(geos)]
    for c, column in enumerate(COLUMNS.values()):
        rows[column] = planned.spend[..., c].ravel()
    rows["price"] = world.price[weeks].ravel()
    rows["rival_price"] = world.rival_price[weeks, :, 0].ravel()
    rows["rival_spend"] = world.rival_spend[weeks, :, 0].ravel()
    rows["demand"] = world.controls[weeks, :, 0].ravel()
    return expected(model, rows)


def expected(model, rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with the kpi that the model's mean draw expects of them."""
    panel = append_weeks(model, rows).panel
    mean = mean_by_geo(model, observed_variables(panel)).mean(0)
    return rows.assign(sales=mean[60:].ravel())


def split(model, planned, rows):
    found = plan_versus_actual(model, planned, append_weeks(model, rows).panel)
    means = {row.name: row.amount.mean for row in found.rows}
    assert sum(means.values()) == pytest.approx(found.actual, rel=1e-9)
    for kind, parts in (("execution", found.execution), ("market", found.market)):
        total = sum(part.amount.mean for part in parts)
        assert total == pytest.approx(means[kind], rel=1e-9, abs=1e-7)
    for week in found.by_week:
        total = sum(week.amounts[kind].mean for kind in ORDER)
        assert total == pytest.approx(week.actual, rel=1e-9)
    assert found.planned.mean == pytest.approx(means["reference"] + means["plan"])
    return found, means


@pytest.fixture(scope="module", params=[1, 2])
def model(request):
    return fake_model(geos=request.param, draws=200)


@pytest.fixture(scope="module")
def planned(model) -> PlannedWeeks:
    return planned_of(model)


def test_a_plan_that_is_carried_out_in_the_world_assumed_leaves_nothing(model, planned) -> None:
    found, means = split(model, planned, as_planned(model, planned))
    for kind in ("execution", "market", "model"):
        assert means[kind] == pytest.approx(0.0, abs=1e-6 * found.actual)
    assert found.residual.within
    assert found.promise_kept
    assert means["plan"] == pytest.approx(found.planned.mean - means["reference"])
    assert [row.planned for row in found.spend] == pytest.approx([r.actual for r in found.spend])


def planted(cause: str, rows: pd.DataFrame, model) -> pd.DataFrame:
    if cause == "tv":
        return expected(model, rows.assign(tv_spend=0.3 * rows.tv_spend))
    if cause == "price":
        return expected(model, rows.assign(price=1.1 * rows.price))
    if cause == "rival.spend":
        return expected(model, rows.assign(rival_spend=3.0 * rows.rival_spend))
    return rows.assign(sales=rows.sales * 4.0)


@pytest.mark.parametrize("cause", ["tv", "price", "rival.spend", "model"])
def test_a_cause_planted_alone_is_found_in_its_own_row(model, planned, cause) -> None:
    right = as_planned(model, planned)
    rows = planted(cause, right, model)
    change = rows.sales.sum() - right.sales.sum()
    assert abs(change) > 1e-4 * right.sales.sum()
    found, means = split(model, planned, rows)
    kind = {"tv": "execution", "model": "model"}.get(cause, "market")
    for other in ("execution", "market", "model"):
        wanted = change if other == kind else 0.0
        assert means[other] == pytest.approx(wanted, rel=1e-6, abs=1e-7 * found.actual)
    parts = {part.name: part.amount.mean for part in (*found.execution, *found.market)}
    for name, amount in parts.items():
        wanted = change if name == cause else 0.0
        assert amount == pytest.approx(wanted, rel=1e-6, abs=1e-7 * found.actual)
    assert found.residual.within == (cause != "model")


def test_weeks_that_have_not_happened_are_left_out(model, planned) -> None:
    geos = len(model.panel.geos)
    rows = as_planned(model, planned).iloc[: 2 * geos]
    found, _ = split(model, planned, rows)
    assert (found.weeks, found.weeks_planned) == (2, WEEKS)
    with pytest.raises(QueryError, match="no week of the plan has happened yet"):
        plan_versus_actual(model, planned, model.panel)


def test_terms_that_multiply_still_add_up() -> None:
    kpi = {**RICH["kpi"], "likelihood": "lognormal"}
    model = fake_model({**RICH, "kpi": kpi, "noise": {"kind": "ar1"}})
    planned = planned_of(model)
    rows = as_planned(model, planned)
    rows = rows.assign(price=rows.price * 1.1, tv_spend=rows.tv_spend * 2.0, sales=rows.sales * 0.9)
    split(model, planned, rows)
