"""Price as a decision, and several scenarios of the world, as an allocation answers them."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from app.contract.plan_requests import AllocateBody
from app.services.planning.allocate import allocate_model
from mmm.errors import QueryError
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.plan.test_mixture import CHEAP, units

KNOWN_DEMAND = {**units(CHEAP), "controls": [], "demand": {"kind": "series", "column": "demand"}}
RIVAL = [
    {"name": "quiet", "probability": 0.7},
    {"name": "attack", "probability": 0.3, "assume": [{"variable": "price", "scale": 0.7}]},
]


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def posted(client, model_id: str, **body):
    asked = {"horizon": HORIZON, "budget": {"total": 1000}, **body}
    return client.post(f"/v1/models/{model_id}/allocate", json=asked)


def test_one_plan_for_several_scenarios_with_what_it_brings_in_each(client, model_id) -> None:
    found = posted(client, model_id, scenarios=RIVAL, stay=False)
    assert found.status_code == 200, found.text
    document = found.json()
    quiet, attack = document["scenarios"]
    assert (quiet["name"], attack["probability"]) == ("quiet", 0.3)
    mean = 0.7 * quiet["gain"]["mean"] + 0.3 * attack["gain"]["mean"]
    spread = abs(quiet["gain"]["mean"] - attack["gain"]["mean"])
    # shares of few draws are met to one draw
    assert document["gain"]["mean"] == pytest.approx(mean, abs=0.05 * spread + 1e-6 * abs(mean))
    assert document["plan"]["total"] == pytest.approx(1000.0)
    assert posted(client, model_id).json()["scenarios"] == []


def test_probabilities_add_up_to_one(client, model_id) -> None:
    wrong = [{**RIVAL[0], "probability": 0.5}, RIVAL[1]]
    problem = posted(client, model_id, scenarios=wrong)
    assert problem.status_code == 422
    assert "add up to 0.8" in problem.text


def test_a_fault_inside_a_scenario_is_found_there(client, model_id) -> None:
    wrong = [RIVAL[0], {**RIVAL[1], "assume": [{"variable": "nobody", "scale": 2.0}]}]
    problem = posted(client, model_id, scenarios=wrong)
    assert_problem(problem, 422, "invalid_query")
    assert problem.json()["errors"][0]["pointer"] == "/scenarios/1/assume/0"


def body_of(model, **more: Any) -> AllocateBody:
    start = str(model.panel.weeks[-1] + timedelta(weeks=1))
    budget = {"total": float(model.panel.array("spend")[-6:].sum())}
    fields: dict[str, Any] = {"horizon": {"start": start, "weeks": 6}, "budget": budget}
    return AllocateBody.model_validate({**fields, "stay": False, **more})


def priced_model():
    return fake_model(KNOWN_DEMAND, draws=30)


def test_the_best_price_of_a_grid_is_that_of_solving_each() -> None:
    model = priced_model()
    grid = [6.0, 8.0, 10.0, 13.0]
    priced = {"after": "zero", "explore": True}
    found = allocate_model(model, body_of(model, price={"grid": grid}, **priced))
    assert found.price is not None
    values = {tried.price: tried.value for tried in found.price.tried}
    assert [values[p] for p in grid] == [
        pytest.approx(
            allocate_model(
                model, body_of(model, price={"grid": [p, p + 1e-9]}, **priced)
            ).risk.value
        )
        for p in grid
    ]
    assert found.price.price == max(values, key=lambda p: values[p])
    assert found.risk.value >= max(values.values()) * (1 - 1e-6)


def test_no_more_prices_are_tried_when_the_time_is_over() -> None:
    model = priced_model()
    found = allocate_model(
        model, body_of(model, time_limit_s=1e-6, price={"grid": [9.0, 10.0, 11.0, 12.0]})
    )
    assert found.status == "stopped"
    assert found.price is not None
    assert [tried.price for tried in found.price.tried] == [9.0]


def test_bounds_find_a_price_no_worse_than_a_fine_grid() -> None:
    model = priced_model()
    free = allocate_model(model, body_of(model, price={"min": 7.5, "max": 14.0}, explore=True))
    assert free.price is not None
    assert free.price.beyond_observed == any(
        "outside the observed range" in line for line in free.warnings
    )
    grid = np.linspace(7.5, 14.0, 25).tolist()
    fixed = allocate_model(model, body_of(model, price={"grid": grid}, explore=True))
    assert free.risk.value >= fixed.risk.value * (1 - 2e-3)


@pytest.mark.parametrize(
    ("price", "pointer"),
    [({"min": 0.1, "max": 10.0}, "/price/min"), ({"grid": [10.0, 900.0]}, "/price/grid/1")],
)
def test_a_price_far_from_those_seen_is_refused_unless_asked_for(price, pointer) -> None:
    model = priced_model()
    seen = model.panel.array("price")
    if price.get("min"):
        price = {"min": 0.8 * seen.min(), "max": float(seen.max())}
    with pytest.raises(QueryError) as refused:
        allocate_model(model, body_of(model, price=price))
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == (pointer, "infeasible")
    assert f"{seen.min():.6g} to {seen.max():.6g}" in issue.detail
    if "min" in price:
        allowed = body_of(model, price=price, explore=True)
        assert allocate_model(model, allowed).price is not None


@pytest.mark.parametrize(
    ("document", "price", "pointer", "words"),
    [
        (RICH, {"grid": [5.0, 6.0]}, "/price", "unit_cost"),
        (units(CHEAP), {"grid": [3.0, 6.0]}, "/price", "not identified"),
        (KNOWN_DEMAND, {"grid": [1.0, 6.0]}, "/price", "unit cost of 2"),
    ],
    ids=["no cost", "not identified", "below cost"],
)
def test_a_price_that_cannot_be_decided_is_refused(document, price, pointer, words) -> None:
    model = fake_model(document, draws=4)
    with pytest.raises(QueryError) as caught:
        allocate_model(model, body_of(model, price=price))
    issue = caught.value.issues[0]
    assert issue.pointer == pointer
    assert words in issue.detail


def test_a_price_is_a_grid_or_bounds(client, model_id) -> None:
    problem = posted(client, model_id, price={"min": 5.0})
    assert problem.status_code == 422
    assert "grid" in problem.text
