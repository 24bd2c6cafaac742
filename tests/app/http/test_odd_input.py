"""Odd input, by kind: each is refused where it is given, with its field, and is never a 500."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mmm.spec import numbers
from optimizer.problem import base
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.http.test_question_contract import TV_OFF, WINDOW
from tests.app.routes.test_plans import PLAN
from tests.app.running import fit_body, fitted_model, rows
from tests.mmm.fakes import RICH

ROOT = Path(__file__).parents[3]
JSON, PARQUET = "application/json", "application/vnd.apache.parquet"
SUBNORMAL, BELL, HALF = 5e-324, "t\x07v", '"\\ud800"'
DIGITS = "1" * 400


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call's name and the schema of its JSON body."""
    document = json.loads((ROOT / "openapi.json").read_text("utf-8"))
    for calls in document["paths"].values():
        for call in calls.values():
            content = call.get("requestBody", {}).get("content", {})
            if JSON in content:
                yield call["operationId"], content[JSON]["schema"]


def numbers_without_bounds(schema: Any, components: dict[str, Any]) -> set[str]:
    """Names of the fields of ``schema``, and of what it refers to, that take any number."""
    found, seen, waiting = set(), set(), [("", schema)]
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, list):
            waiting += [(name, item) for item in part]
        if not isinstance(part, dict):
            continue
        if (target := part.get("$ref", "").rpartition("/")[2]) and target not in seen:
            seen.add(target)
            waiting.append((target, components[target]))
        least, most = ({f"{end}imum", f"exclusive{end.title()}imum"} for end in ("min", "max"))
        bounded = (least & {*part} and most & {*part}) or {"enum", "const"} & {*part}
        if part.get("type") in ("number", "integer") and not bounded:
            found.add(name)
        for key, value in part.items():
            if key == "properties":
                waiting += [(f"{name}.{field}", item) for field, item in value.items()]
            elif key not in ("default", "examples", "example"):
                waiting.append((name, value))
    return found


@pytest.mark.parametrize(("call", "schema"), [*bodies()])
def test_every_number_of_a_body_has_bounds(call, schema) -> None:
    components = json.loads((ROOT / "openapi.json").read_text("utf-8"))["components"]["schemas"]
    assert numbers_without_bounds(schema, components) == set()


def test_model_and_optimizer_agree_on_how_large_a_number_is() -> None:
    for name in ("LARGEST", "MOST_TIMES", "TRACE"):
        assert getattr(numbers, name) == getattr(base, name)


PLANS = {
    "a total beyond money": ({"budget": {"total": 1e300}}, "/budget/total"),
    "a budget of traces": ({"budget": {"max": SUBNORMAL, "hurdle": 1.0}}, "/budget/max"),
    "a bound of traces": ({"channels": {"tv": {"min": SUBNORMAL}}}, "/channels/tv/min"),
    "a ratio beyond ratios": (
        {"ratios": [{"channels": ["tv", "radio"], "max": 1e300}]},
        "/ratios/0/max",
    ),
    "a use of traces": (
        {"budgets": [{"name": "c", "per_currency": {"tv": SUBNORMAL}, "max": 1.0}]},
        "/budgets/0/per_currency/tv",
    ),
    "a rate beyond interest": ({"discount_rate": 1e300}, "/discount_rate"),
    "a tail of traces": ({"objective": {"kind": "cvar", "tail": SUBNORMAL}}, "/objective/tail"),
    "wealth beyond money": (
        {"objective": {"kind": "utility", "wealth": 1e300}},
        "/objective/wealth",
    ),
    "a scale beyond scales": (
        {"assume": [{"variable": "rival.spend", "scale": 1e300}]},
        "/assume/0/scale",
    ),
    "the last day of all": ({"horizon": {"start": "9999-12-31", "weeks": 104}}, "/horizon/start"),
    "the first day of all": ({"horizon": {"start": "0001-01-01", "weeks": 1}}, "/horizon/start"),
    "a control character": (
        {"budgets": [{"name": BELL, "per_currency": {"tv": 1.0}, "max": 1.0}]},
        "/budgets/0/name",
    ),
}


@pytest.mark.parametrize(("change", "pointer"), PLANS.values(), ids=PLANS.keys())
def test_odd_numbers_of_a_plan_name_their_field(client, model_id, change, pointer) -> None:
    body = {"horizon": HORIZON, "budget": {"total": 1000}, **change}
    answer = client.post(f"/v1/models/{model_id}/allocate", json=body)
    assert_problem(answer, 422, "validation", pointer)


@pytest.mark.parametrize("amount", [1e18, 1e-300, 1e-12])
def test_a_given_plan_has_a_total_that_a_budget_may_have(client, model_id, amount) -> None:
    """Its parts may be traces, as a solver leaves them."""
    path = f"/v1/models/{model_id}/evaluate-plan"
    body = {"horizon": HORIZON, "plan": dict.fromkeys(PLAN, amount)}
    assert_problem(client.post(path, json=body), 422, "invalid_query", "/plan")
    body["plan"] = {**body["plan"], "tv": 100.0} if amount < 1.0 else PLAN
    assert client.post(path, json=body).status_code == 200


MODELS = {
    "a channel": ({"channels": [{"name": BELL, "column": "tv_spend"}]}, "/model/channels/0/name"),
    "a column": ({"channels": [BELL]}, "/model/channels/0"),
    "an event": ({"events": [{"name": BELL, "column": "promo"}]}, "/model/events/0/name"),
    "a value of traces": (
        {"kpi": {**RICH["kpi"], "value_per_unit": SUBNORMAL}},
        "/model/kpi/value_per_unit",
    ),
    "a value beyond money": (
        {"kpi": {**RICH["kpi"], "value_per_unit": 1e300}},
        "/model/kpi/value_per_unit",
    ),
    "a prior of traces": (
        {"channels": [{"column": "tv_spend", "prior": {"roi": {"median": SUBNORMAL, "p95": 1}}}]},
        "/model/channels/0/prior/roi/median",
    ),
    "a prior as wide as the world": (
        {"channels": [{"column": "tv_spend", "prior": {"roi": {"median": 1, "p95": 1e9}}}]},
        "/model/channels/0/prior/roi",
    ),
    "a week beyond the calendar": (
        {"events": [{"name": "end", "weeks": ["9999-12-27"]}]},
        "/model/events/0/weeks/0",
    ),
}


@pytest.mark.parametrize(("change", "pointer"), MODELS.values(), ids=MODELS.keys())
def test_odd_names_and_numbers_of_a_model_name_their_field(client, change, pointer) -> None:
    answer = client.post("/v1/fit?validate_only=true", json=fit_body(model={**RICH, **change}))
    assert_problem(answer, 422, "validation", pointer)


NAMES = {
    "project": ("/v1/projects", {"name": BELL}, "/name"),
    "description": ("/v1/projects", {"name": "x", "description": BELL}, "/description"),
    "scenario": ("/v1/scenarios", {"name": BELL, "model_id": "x"}, "/name"),
    "key": ("/v1/keys", {"name": BELL}, "/name"),
    "fit": ("/v1/fit", fit_body(name=BELL), "/name"),
    "project of a fit": ("/v1/fit", fit_body(project="a\nb"), "/project"),
}


@pytest.mark.parametrize(("path", "body", "pointer"), NAMES.values(), ids=NAMES.keys())
def test_a_name_with_a_control_character_is_refused(client, path, body, pointer) -> None:
    assert_problem(client.post(path, json=body), 422, "validation", pointer)


def test_a_description_may_have_lines(client) -> None:
    body = {"name": "Lines", "description": "one\ntwo\tthree"}
    assert client.post("/v1/projects", json=body).json()["description"] == body["description"]


def test_a_data_sets_name_with_a_control_character_is_refused(client) -> None:
    headers = {"Content-Type": "text/csv"}
    answer = client.post("/v1/datasets", params={"name": BELL}, content="a\n1\n", headers=headers)
    assert_problem(answer, 422, "validation", "/name")


def test_a_geo_with_a_control_character_is_refused_with_its_row(client) -> None:
    sent = [{**row, "region": BELL} for row in rows()]
    body = fit_body(model={**RICH, "geo": "region"}, data={"rows": sent})
    document = assert_problem(client.post("/v1/fit", json=body), 422, "invalid_data")
    assert document["errors"][0]["pointer"] == "/data/rows/0/region"


WHAT_IFS = {
    "a day beyond the calendar": (
        {"window": {"start": "2022-06-06", "end": "9999-12-31"}, "do": [TV_OFF]},
        "/window/end",
    ),
    "a change of traces": (
        {"window": WINDOW, "do": [{"variable": "tv", "add": SUBNORMAL}]},
        "/do/0/add",
    ),
    "a value beyond amounts": (
        {"window": WINDOW, "do": [TV_OFF], "future": {"price": [1e300]}},
        "/future/price/0",
    ),
    "a seed of 400 digits": ({"window": WINDOW, "do": [TV_OFF], "seed": 10**400}, "/seed"),
}


@pytest.mark.parametrize(("body", "pointer"), WHAT_IFS.values(), ids=WHAT_IFS.keys())
def test_odd_numbers_of_a_question_name_their_field(client, model_id, body, pointer) -> None:
    answer = client.post(f"/v1/models/{model_id}/counterfactual", json=body)
    assert_problem(answer, 422, "validation", pointer)


LIFTS = {
    "no row's name": {"row": ["average"]},
    "a mean of 400 digits": {"mean": 10**400},
    "an end before the start": {"end": "2022-03-07"},
    "a level of traces": {"level": SUBNORMAL},
}


@pytest.mark.parametrize("change", LIFTS.values(), ids=LIFTS.keys())
def test_odd_rows_of_other_tools_are_refused(client, change) -> None:
    row = {"channel": "tv", "start": "2022-03-14", "end": "2022-04-04", "row": "average",
           "mean": 10.0, "hdi_lower": 1.0, "hdi_upper": 19.0, "level": 0.9,
           "control": {"scale": 0.0}}  # fmt: skip
    body = {"rows": [{**row, **change}], "format": "causalpy"}
    content = json.dumps(body)
    answer = client.post("/v1/lift-tests", content=content, headers={"Content-Type": JSON})
    assert_problem(answer, 422, "invalid_spec")


def test_a_key_that_ends_after_all_calendars_is_refused(client) -> None:
    body = {"name": "forever", "expires_at": "9999-12-31T23:59:59-14:00"}
    assert_problem(client.post("/v1/keys", json=body), 422, "validation", "/expires_at")
