"""The whole loop with real fits: a model that takes demand for media, a design, a test that is run
in a known world, its reading, and the model that has learned from it."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.running import operation, serving, wait_until
from tests.shared_code import shared_cache

pytestmark = pytest.mark.slow

MONDAY = date(2023, 1, 2)
PEOPLE = 100.0 * np.arange(1, 11)
WEEKS, TEST = 104, 8
TV, TV_SCALE = 30.0, 20.0
SPEC: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "week",
    "channels": [
        {
            "name": name,
            "column": name,
            "adstock": {"kind": "none"},
            "saturation": {"kind": "logistic"},
        }
        for name in ("tv", "search")
    ],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}
SAMPLING = {"draws": 250, "tune": 300, "chains": 2, "seed": 3}


class World:
    """Regions in which demand that no column has drives sales and the spend on tv."""

    def __init__(self, off: tuple[str, ...] = ()) -> None:
        rng, shape = np.random.default_rng(5), (WEEKS + TEST, len(PEOPLE))
        demand = np.zeros(WEEKS + TEST)
        for week in range(1, len(demand)):
            demand[week] = 0.7 * demand[week - 1] + rng.normal()
        self.names = tuple(f"r{k}" for k in range(len(PEOPLE)))
        tv = np.maximum(10.0 + 3.0 * demand[:, None] + rng.normal(0.0, 2.0, shape), 0.0)
        search = rng.gamma(6.0, 1.0, shape)
        noise = rng.normal(0.0, 30.0, shape) / np.sqrt(PEOPLE)
        self.usual = tv.copy()
        tv[WEEKS:, [name in off for name in self.names]] = 0.0
        everywhere = rng.normal(0.0, 15.0, (WEEKS + TEST, 1))
        base = (
            100.0
            + 6.0 * demand[:, None]
            + 10.0 * (1.0 - np.exp(-search / 8.0))
            + everywhere
            + noise
        )
        self.tv, self.search = tv, search
        self.sales = base + self.effect(tv)

    @staticmethod
    def effect(tv: np.ndarray) -> np.ndarray:
        """Sales per head that tv causes."""
        return TV * (1.0 - np.exp(-tv / TV_SCALE))

    def nation(self, weeks: int) -> list[dict]:
        """The first weeks, all regions together: what the model is fitted to."""
        return [
            {
                "week": (MONDAY + timedelta(weeks=t)).isoformat(),
                "sales": float(PEOPLE @ self.sales[t]),
                "tv": float(PEOPLE @ self.tv[t]),
                "search": float(PEOPLE @ self.search[t]),
            }
            for t in range(weeks)
        ]

    def regions(self, weeks: int) -> list[dict]:
        """The first weeks by region: what designs and readings take."""
        return [
            {
                "week": (MONDAY + timedelta(weeks=t)).isoformat(),
                "region": name,
                "sales": float(PEOPLE[g] * self.sales[t, g]),
                "tv": float(PEOPLE[g] * self.tv[t, g]),
            }
            for t in range(weeks)
            for g, name in enumerate(self.names)
        ]

    def true_return(self, weeks: int) -> float:
        """Of tv, sales per currency of spend, over the first weeks."""
        earned = (self.effect(self.tv[:weeks]) * PEOPLE).sum()
        return float(earned / (self.tv[:weeks] * PEOPLE).sum())


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A service with real fits, and no second models, which are not what is tried here."""
    folder = tmp_path_factory.mktemp("loop")
    settings = Settings(data_dir=folder, cache_dir=shared_cache(), second_models=False)
    with serving(create_app(settings)) as running:
        yield running


def ended(client, operation_id: str) -> dict:
    """The operation once it has succeeded; a fit of regions takes its time on a busy machine."""
    wait_until(lambda: operation(client, operation_id)["status"] not in ("queued", "running"), 400)
    found = operation(client, operation_id)
    assert found["status"] == "succeeded", found["error"]
    return found


def fitted(client, rows: list[dict], lift_tests: tuple[str, ...] = ()) -> str:
    body = {
        "data": {"rows": rows},
        "model": SPEC | {"lift_tests": lift_tests},
        "sampling": SAMPLING,
    }
    answer = client.post("/v1/fit", json=body)
    assert answer.status_code == 202, answer.text
    return str(ended(client, answer.json()["id"])["result"]["model_id"])


def roi_of_tv(client, model_id: str) -> dict:
    answer = client.get(f"/v1/models/{model_id}/contributions").raise_for_status().json()
    found: dict = next(row for row in answer["channels"] if row["name"] == "tv")["roi"]
    return found


def grade_of_tv(client, model_id: str) -> str:
    levers = client.get(f"/v1/models/{model_id}").json()["evidence"]["levers"]
    return str(next(lever["grade"] for lever in levers if lever["name"] == "tv"))


def test_a_test_tells_the_model_what_its_data_could_not(client) -> None:
    untouched = World()
    truth = untouched.true_return(WEEKS)
    before = fitted(client, untouched.nation(WEEKS))
    confounded = roi_of_tv(client, before)
    assert confounded["p5"] > truth
    assert grade_of_tv(client, before) != "tested"

    ranked = client.get(
        f"/v1/models/{before}/next-experiment", params={"accept_rejected": True}
    ).raise_for_status()
    values = {each["channel"]: each["tests"][0]["value"] for each in ranked.json()["channels"]}
    assert values["tv"] > 0.0

    asked = {
        "model_id": before, "channel": "tv", "change": {"scale": 0.0}, "weeks": [TEST],
        "accept_rejected": True,
        "history": {
            "data": {"rows": untouched.regions(WEEKS)},
            "date": "week", "geo": "region", "kpi": "sales",
        },
    }  # fmt: skip
    submitted = client.post("/v1/experiments:design", json=asked).raise_for_status().json()["id"]
    designs = ended(client, submitted)["result"]["design"]["designs"]
    # The one that tells most, whatever it costs.
    design = max(designs, key=lambda each: each["value"])
    assert design["assurance"] > 0.5

    plan = {
        "name": "tv off", "model_id": before, "channel": "tv", "change": {"scale": 0.0},
        "treated": design["treated"], "start": str(MONDAY + timedelta(weeks=WEEKS)), "weeks": TEST,
    }  # fmt: skip
    name = client.post("/v1/experiments", json=plan).raise_for_status().json()["id"]
    client.post(f"/v1/experiments/{name}:start").raise_for_status()

    world = World(off=tuple(design["treated"]))
    treated = [world.names.index(each) for each in design["treated"]]
    lost = PEOPLE[treated] * (world.effect(world.tv) - world.effect(world.usual))[WEEKS:, treated]
    table = {
        "data": {"rows": world.regions(WEEKS + TEST)},
        "date": "week", "geo": "region", "kpi": "sales", "spend": "tv",
    }  # fmt: skip
    read = client.post(f"/v1/experiments/{name}:read", json=table)
    assert read.status_code == 200, read.text
    reading = read.json()["reading"]
    assert reading["incremental"]["p2_5"] < lost.sum() < reading["incremental"]["p97_5"]
    used = client.post(f"/v1/experiments/{name}:use").raise_for_status().json()

    after = fitted(client, world.nation(WEEKS + TEST), (used["lift_test_id"],))
    learned = roi_of_tv(client, after)
    assert grade_of_tv(client, after) == "tested"
    assert abs(learned["mean"] - truth) < 0.5 * abs(confounded["mean"] - truth)
