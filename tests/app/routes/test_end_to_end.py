"""The whole path with a real fit: table -> fit -> events -> answers -> plan -> cancel -> delete."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.running import children_of, serving, wait_for, wait_until
from tests.shared_code import shared_cache

pytestmark = pytest.mark.slow

WEEKS = 60
SPEC = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "week",
    "channels": [
        {"name": "tv", "column": "tv", "saturation": {"kind": "logistic"}},
        {"name": "search", "column": "search", "saturation": {"kind": "logistic"}},
    ],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}


def known_world() -> list[dict]:
    """Two channels of plain effect: 2.0 and 1.0 per unit of currency at small spend."""
    rng = np.random.default_rng(7)
    tv, search = rng.gamma(4, 25, WEEKS), rng.gamma(6, 10, WEEKS)
    sales = 500 + 200 * (1 - np.exp(-tv / 100)) + 80 * (1 - np.exp(-search / 80))
    sales = sales + rng.normal(0, 8, WEEKS)
    weeks = [(date(2024, 1, 1) + timedelta(weeks=t)).isoformat() for t in range(WEEKS)]
    return [
        {"week": w, "sales": s, "tv": a, "search": b}
        for w, s, a, b in zip(weeks, sales.tolist(), tv.tolist(), search.tolist(), strict=True)
    ]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A service with real fits."""
    folder = tmp_path_factory.mktemp("real")
    with serving(create_app(Settings(data_dir=folder, cache_dir=shared_cache()))) as running:
        yield running


def test_from_a_table_to_a_plan(client) -> None:
    headers = {"Content-Type": "application/json"}
    content = json.dumps({"rows": known_world()})
    dataset = client.post("/v1/datasets", content=content, headers=headers).json()
    assert dataset["profile"]["rows"] == WEEKS
    body = {
        "data": {"dataset_id": dataset["id"]},
        "model": SPEC,
        "sampling": {"draws": 200, "tune": 300, "chains": 2, "seed": 3},
    }
    operation_id = client.post("/v1/fit", json=body).raise_for_status().json()["id"]
    stages, chains = set(), []
    with client.stream("GET", f"/v1/operations/{operation_id}/events", timeout=300) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                document = json.loads(line.removeprefix("data: "))
                stages.add(document["stage"])
                chains += document["chains"]
            if stages and not client.get("/livez").is_success:
                pytest.fail("the service does not answer during a fit")
    assert document["status"] == "succeeded", document["error"]
    assert "compiling" in stages  # the other stages may be over before they are told
    assert {chain["chain"] for chain in chains} == {0, 1}

    path = f"/v1/models/{document['result']['model_id']}"
    model = client.get(path).json()
    assert model["method"]["sampler"] == "nutpie"
    assert model["data"] == {
        "dataset_id": dataset["id"],
        "start": "2024-01-01",
        "end": "2025-02-17",
        "weeks": WEEKS,
        "geos": ["national"],
    }
    _check_answers(client, path)
    _cancel_a_second_fit(client, body)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(f"/v1/datasets/{dataset['id']}").status_code == 204


def _check_answers(client, path: str) -> None:
    found = client.get(f"{path}/contributions").json()
    shares = [component["share"]["mean"] for component in found["components"]]
    assert sum(shares) == pytest.approx(1.0, rel=1e-6)
    roi = {channel["name"]: channel["roi"] for channel in found["channels"]}
    assert roi["tv"]["p5"] > 0

    what_if = {
        "window": {"start": "2024-06-03", "end": "2024-08-26"},
        "do": [{"variable": "tv", "scale": 0.0}],
        "accept_rejected": True,
    }
    answer = client.post(f"{path}/counterfactual", json=what_if).raise_for_status().json()
    assert answer["effect"]["p95"] < 0

    plan = {
        "horizon": {"start": "2025-02-24", "weeks": 8},
        "budget": {"total": 1500.0},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.3},
        "channels": {"search": {"min": 100.0}},
        "accept_rejected": True,
    }
    answer = client.post(f"{path}/allocate", json=plan).raise_for_status().json()
    spends = [channel["spend"] for channel in answer["plan"]["channels"]]
    assert sum(spends) == pytest.approx(1500.0, rel=1e-6)
    assert answer["versus_proportional"]["mean"] >= -1e-6
    assert answer["summary"].endswith(".")
    report = client.get(f"{path}/report")
    assert report.headers["content-type"].startswith("text/html")
    assert "http-equiv" in report.text or "<html" in report.text


def _cancel_a_second_fit(client, body: dict) -> None:
    import os

    long = {**body, "sampling": {"draws": 10_000, "tune": 10_000, "chains": 2}}
    operation_id = client.post("/v1/fit", json=long).json()["id"]
    wait_for(client, operation_id, "running")
    before = set(children_of(os.getpid()))
    assert client.post(f"/v1/operations/{operation_id}:cancel").is_success
    wait_until(
        lambda: client.get(f"/v1/operations/{operation_id}").json()["status"] == "cancelled", 3.0
    )
    assert before
    assert len(client.get("/v1/models").json()["items"]) == 1
