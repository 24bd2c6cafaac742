"""The whole path over HTTP on the public data of a real retailer (209 weeks, ten channels)."""

import json
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.running import serving, wait_for

FILE = "sibylhe_mmm_stan_data.csv"
SPEC = Path(__file__).parents[3] / "examples" / "retailer.json"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(create_app(Settings(data_dir=tmp_path_factory.mktemp("retailer")))) as running:
        yield running


@pytest.mark.slow
def test_from_the_retailers_table_to_a_plan(client, real_data) -> None:
    if not (real_data / FILE).is_file():
        pytest.skip(f"{FILE} is not in {real_data}")
    content = (real_data / FILE).read_bytes()
    dataset = client.post("/v1/datasets", content=content, headers={"Content-Type": "text/csv"})
    spec = json.loads(SPEC.read_text())
    body = {
        "data": {"dataset_id": dataset.raise_for_status().json()["id"]},
        "model": spec,
        "sampling": {"draws": 400, "tune": 500, "chains": 2, "seed": 1},
    }
    started = client.post("/v1/fit", json=body).raise_for_status().json()
    client.timeout = 60
    found = _finished(client, started["id"])
    assert found["status"] == "succeeded", found["error"]
    path = f"/v1/models/{found['result']['model_id']}"
    model = client.get(path).json()
    assert model["verdict"]["status"] in ("trusted", "caution"), model["verdict"]
    _read(client, path, len(spec["channels"]))
    _decide(client, path)


def _finished(client, operation_id: str) -> dict:
    """A fit of this size may take some minutes where nothing is compiled yet."""
    for _ in range(15):
        try:
            return wait_for(client, operation_id)
        except AssertionError:
            continue
    pytest.fail("the fit did not end within ten minutes")


def _read(client, path: str, channels: int) -> None:
    total = client.get(f"{path}/contributions").raise_for_status().json()
    shares = {row["name"]: row["share"]["mean"] for row in total["components"]}
    assert len(total["channels"]) == channels
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9)
    media = sum(shares[row["name"]] for row in total["channels"])
    assert 0.05 < media < 0.6, "media carry a plausible share of a retailer's sales"
    page = client.get(f"{path}/report").raise_for_status().text
    assert "direct_mail" in page


def _decide(client, path: str) -> None:
    question = {
        "window": {"start": "2018-05-06", "end": "2018-07-29"},
        "do": [{"variable": "tv", "scale": 0.0}],
    }
    effect = client.post(f"{path}/counterfactual", json=question).raise_for_status().json()
    assert effect["effect"]["p95"] < 0.0
    bounds = {"max_change": 0.3}
    names = [c["name"] for c in client.get(path).json()["spec"]["channels"]]
    request = {
        "horizon": {"start": "2018-08-05", "weeks": 13},
        "budget": {"total": 22_000_000},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
        "channels": dict.fromkeys(names, bounds),
    }
    plan = client.post(f"{path}/allocate", json=request).raise_for_status().json()
    assert plan["plan"]["total"] == pytest.approx(22_000_000)
    for channel in plan["plan"]["channels"]:
        assert abs(channel["change"]) <= 0.3 + 1e-6
    assert plan["versus_proportional"]["mean"] >= 0.0
    _decide_without_limits(client, path, request)


BEST_SOLD = 2_301_521_355.0
"""Sales of the best 13 weeks of the table."""


def _decide_without_limits(client, path: str, request: dict) -> None:
    """The data hold the plan: no channel beyond what it ever had, no outcome beyond any sales."""
    free = {name: value for name, value in request.items() if name != "channels"}
    plan = client.post(f"{path}/allocate", json=free).raise_for_status().json()
    for channel in plan["plan"]["channels"]:
        most = plan["supported"]["channels"][channel["name"]]["most"]
        assert channel["spend"] <= most * (1.0 + 1e-6), channel["name"]
    assert plan["outcome"]["mean"] < BEST_SOLD
    assert any(limit["pointer"] == "/explore" for limit in plan["binding"])
