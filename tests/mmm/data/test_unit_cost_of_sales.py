"""What a unit sold costs may be a column: a unit is worth its price less the cost of its week."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.data.design import design_of
from mmm.data.kpi_value import weekly_unit_cost, weekly_value
from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.types import Array
from tests.mmm.fakes import RICH, fake_model, table

KPI = {"column": "sales", "kind": "units"}


def priced(cost: object, **more: Any) -> dict[str, Any]:
    return {**RICH, "kpi": KPI, "price": {"column": "price", "unit_cost": cost}, **more}


def with_cost(frame: pd.DataFrame, cost: float | Array) -> pd.DataFrame:
    return frame.assign(cost=cost)


def fitted(cost: object, values: float | Array, geos: int = 1) -> FittedModel:
    """A model without MCMC whose table has the ``values`` as the column ``cost``."""
    more = {"geo": "region"} if geos > 1 else {}
    spec = parse_spec(priced(cost, **more))
    panel = build_panel(with_cost(table(geos=geos), values), spec)
    return replace(fake_model(priced(4.0), geos=geos), design=design_of(spec, panel))


def question(model: FittedModel, **more: Any) -> Counterfactual:
    start = model.panel.weeks[-10]
    window = {"start": start, "end": start + timedelta(weeks=3)}
    do = [{"variable": "tv", "scale": 0.0}]
    return Counterfactual.model_validate({"window": window, "do": do, **more})


def test_the_value_of_a_unit_is_that_of_its_week_and_geo() -> None:
    frame = table(geos=2)
    cost = np.linspace(3.0, 5.0, len(frame))
    spec = parse_spec(priced("cost", geo="region"))
    panel = build_panel(with_cost(frame, cost), spec)
    price = panel.array("price")
    expected = frame.assign(cost=cost).pivot(index="week", columns="region", values="cost")
    np.testing.assert_allclose(weekly_value(panel, spec, price), price - expected.to_numpy())
    ahead = weekly_unit_cost(panel, spec, len(price) + 3)
    assert ahead is not None
    np.testing.assert_allclose(ahead[-3:], np.repeat(expected.to_numpy()[-1:], 3, axis=0))
    back = panel_to_table(panel, spec)
    np.testing.assert_allclose(np.sort(back["cost"]), cost)


@pytest.mark.parametrize("kind", ["interventional", "counterfactual"])
def test_a_constant_column_is_the_number(kind: str) -> None:
    number, column = (fitted(cost, 4.0) for cost in (4.0, "cost"))
    one, two = (answer(model, question(model, kind=kind)) for model in (number, column))
    assert one.money is not None
    assert one.money == two.money
    assert one.money.profit is not None


def test_profit_counts_the_cost_of_each_week_and_geo() -> None:
    frame = table(geos=2)
    high = np.where(frame["region"] == "r1", 8.0, 2.0) + (np.arange(len(frame)) % 60) / 60.0
    model, free = fitted("cost", high, 2), fitted(0.0, high, 2)
    found, none = answer(model, question(model)), answer(free, question(free))
    assert found.money is not None
    assert none.money is not None
    assert found.money.revenue == none.money.revenue
    assert found.money.profit is not None
    assert none.money.profit is not None
    less = none.money.profit.baseline.mean - found.money.profit.baseline.mean
    units = found.baseline.mean
    assert 2.0 * units < less < 9.0 * units


def test_a_negative_or_empty_cost_is_refused_by_its_row() -> None:
    cost = np.full(60, 4.0)
    cost[7] = -1.0
    with pytest.raises(DataError, match="row 8, column 'cost': -1 is a cost and cannot be negat"):
        build_panel(with_cost(table(), cost), parse_spec(priced("cost")))
