"""The demo brand: it comes with the package, is added once, and its truth is known."""

from pathlib import Path

import pytest

from app.demo.world.brand import MODEL, NAME, SECOND, brand, packaged
from mmm.posterior.fitted import load_model
from mmm.spec.model import parse_spec
from mmm.spec.rival import rival_of
from tests.app.fake_fit import TRUSTED
from tests.app.running import fake_service, fitted_model

MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def service(tmp_path_factory, models):
    folder = tmp_path_factory.mktemp("brand")
    for _ in range(2):  # a second start adds nothing
        with fake_service(folder, models, demo=True) as client:
            first = client.get("/v1/models").json()["items"]
    with fake_service(folder, models, demo=True) as client:
        assert client.get("/v1/models").json()["items"] == first
        yield client


@pytest.fixture(scope="module")
def model_id(service) -> str:
    (model,) = service.get("/v1/models").json()["items"]
    assert model["name"] == NAME
    return str(model["id"])


@pytest.mark.parametrize("name", [MODEL, SECOND])
def test_the_packaged_models_are_small_and_of_the_brand(name: str, tmp_path: Path) -> None:
    content = packaged(name)
    assert len(content) < MOST_BYTES
    (tmp_path / name).write_bytes(content)
    model = load_model(tmp_path / name)
    spec = parse_spec(brand().spec)
    assert model.spec == (spec if name == MODEL else rival_of(spec).spec)
    assert model.panel.array("kpi").sum() == pytest.approx(brand().frame["sales"].sum())


def test_it_plans_at_once_with_a_second_model(service, model_id) -> None:
    model = service.get(f"/v1/models/{model_id}").json()
    assert model["second_model"]["status"] == "ready"
    assert model["verdict"]["status"] != "rejected"
    plan = dict.fromkeys(brand().truth.channels, 40_000.0)
    question = {"horizon": {"start": "2024-12-30", "weeks": 13}, "plan": plan}
    odds = service.post(f"/v1/models/{model_id}/plan-odds", json=question).json()
    assert odds["total"] == pytest.approx(240_000.0)
    assert odds["gain_unit"] == "EUR profit"
    assert (odds["second_model"] is None) == (odds["chances_in_20"] is None)


def test_its_truth_is_that_of_the_world(service, model_id) -> None:
    answer = service.get(f"/v1/models/{model_id}/truth").json()
    truth = brand().truth
    assert {each["name"]: each["roi"] for each in answer["channels"]} == pytest.approx(truth.roi)
    spent = brand().frame[list(truth.channels)].sum()
    assert {each["name"]: each["spend"] for each in answer["channels"]} == pytest.approx(
        spent.to_dict()
    )


def test_the_truth_of_real_data_is_unknown(service) -> None:
    other = fitted_model(service, TRUSTED)
    answer = service.get(f"/v1/models/{other}/truth")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
