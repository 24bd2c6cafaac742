"""Designing a test over HTTP: an operation whose result has the designs."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from tests.app.fake_fit import TRUSTED
from tests.app.running import fitted_model, wait_for
from tests.mmm.fakes import table


@pytest.fixture(scope="module")
def national_id(client) -> str:
    return fitted_model(client, TRUSTED)


def question(model_id: str, **fields) -> dict:
    return {"model_id": model_id, "channel": "tv", "change": {"scale": 0.0}, **fields}


def test_a_model_without_regions_needs_a_history_by_region(client, national_id) -> None:
    answer = client.post("/v1/experiments:design", json=question(national_id))
    assert answer.status_code == 422
    assert "a comparison needs at least two geos; the history has one" in answer.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"channel": "vt"}, "'vt' is not a channel"),
        ({"change": {}}, "give either"),
        ({"change": {"scale": 1.0}}, "changes nothing"),
        ({"weeks": []}, "at least 1"),
        ({"weeks": [4, 6, 8, 10]}, "at most 3"),
        ({"model_id": "mdl_none"}, "mdl_none"),
        ({"plan": 10.0}, "that begins with the test"),
        ({"change": None}, "that begins with the test"),
        ({"change": None, "plan": 1e14}, "times what 'tv' usually has"),
    ],
)
def test_what_cannot_be_designed_is_refused(client, national_id, fields, told) -> None:
    answer = client.post("/v1/experiments:design", json=question(national_id) | fields)
    assert answer.status_code in (404, 422)
    assert told in answer.text


def test_a_national_model_is_told_what_it_does_not_know(client, national_id) -> None:
    asked = question(national_id) | {
        "history": history(),
        "weeks": [8],
    }
    answer = client.post("/v1/experiments:design", json=asked)
    assert answer.status_code == 202, answer.text
    found = wait_for(client, answer.json()["id"], "succeeded")["result"]["design"]
    assert any("does not know where tv is spent" in each for each in found["warnings"])
    assert not any("in proportion to people" in each for each in found["warnings"])
    best = found["designs"][0]
    told = re.search(r"about (\d+) of 20 cases", found["summary"])
    assert told
    cases = int(told[1])
    assert 1 <= cases <= 19
    assert abs(cases - 20 * best["assurance"]) <= 1.0
    assert (" to cool down" in found["summary"]) == (best["cooldown"] > 0)


def test_a_plan_begins_in_the_treated_regions(client, national_id) -> None:
    spend = float(table()["tv_spend"].tail(52).mean())
    asked = question(national_id) | {
        "change": None,
        "plan": 1.5 * spend,
        "history": history(),
        "weeks": [8],
    }
    answer = client.post("/v1/experiments:design", json=asked)
    assert answer.status_code == 202, answer.text
    found = wait_for(client, answer.json()["id"], "succeeded")["result"]["design"]
    assert found["change"]["scale"] == pytest.approx(1.5)
    best = found["designs"][0]
    rows = {row["geo"]: row for row in best["rollout"]["by_geo"]}
    assert {geo for geo, row in rows.items() if row["begins"] == 1} == set(best["treated"])
    waits = best["weeks"] + best["cooldown"] + 1
    assert {row["begins"] for geo, row in rows.items() if geo in best["controls"]} == {waits}
    assert sum(row["usual"] for row in rows.values()) == pytest.approx(spend)
    assert sum(row["planned"] for row in rows.values()) == pytest.approx(1.5 * spend)
    # The same change in the rest of the market: as much larger as the market is.
    others = (1.0 - best["share"]) / best["share"]
    waiting = best["rollout"]["cost_of_waiting"]
    assert waiting["mean"] == pytest.approx(-others * best["cost"]["mean"])
    assert waiting["p5"] == pytest.approx(-others * best["cost"]["p95"])
    asked["plan"] = spend
    same = client.post("/v1/experiments:design", json=asked)
    assert same.status_code == 422
    assert "nothing would change" in same.text


def history() -> dict:
    columns = {"date": "week", "geo": "region", "kpi": "sales"}
    return {"data": {"rows": steady_rows()}, **columns}


def steady_rows() -> list[dict]:
    """Sixty weeks of four regions whose sales move together, but for a hundredth."""
    rng = np.random.default_rng(5)
    market = 100.0 * (1.0 + 0.1 * np.sin(np.arange(60) / 9.0))
    return [
        {
            "week": str(date(2023, 1, 2) + timedelta(weeks=k)),
            "region": region,
            "sales": float(market[k] * size * np.exp(rng.normal(0.0, 0.01))),
        }
        for size, region in enumerate(("north", "east", "south", "west"), start=1)
        for k in range(60)
    ]
