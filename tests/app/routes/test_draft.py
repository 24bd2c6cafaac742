"""A dataset drafts its specification, which a fit accepts; the client reads the same."""

import pytest

from app.client import Client
from tests.mmm.draft.tables import Numbers, weekly


@pytest.fixture(scope="module")
def table():
    n = Numbers(11)
    impressions = n.spend(2000.0) * 80.0
    impressions[[7, 30]] = 90_000.0
    spend = impressions / 80.0
    spend[[7, 30]] = 0.0
    return weekly(
        {
            "orders": n.orders,
            "revenue": n.revenue,
            "tv_spend": n.spend(5000.0, 0.6),
            "radio_spend": spend,
            "radio_impressions": impressions,
            "newsletter": n.spend(900.0, 0.1),
            "price": n.around(9.9, 0.05),
            "cost_of_goods_sold": 0.6 * n.revenue,
        }
    )


@pytest.fixture(scope="module")
def dataset_id(client, table) -> str:
    csv = table.to_csv(index=False)
    made = client.post("/v1/datasets", content=csv, headers={"Content-Type": "text/csv"})
    return str(made.json()["id"])


def test_every_column_has_a_role_and_the_draft_passes_the_check(client, table, dataset_id) -> None:
    answer = client.post(f"/v1/datasets/{dataset_id}:draft")
    assert answer.status_code == 200
    draft = answer.json()
    assert draft.keys() == {"model", "columns", "questions", "warnings"}
    assert {column["name"]: column["role"] for column in draft["columns"]} == {
        "week": "date",
        "orders": "kpi_candidate",
        "revenue": "kpi",
        "tv_spend": "channel",
        "radio_spend": "channel",
        "radio_impressions": "exposure",
        "newsletter": "owned_media",
        "price": "price",
        "cost_of_goods_sold": "follows_sales",
    }
    assert [*(column["name"] for column in draft["columns"])] == [*table.columns]
    assert any("cost_window" in warning for warning in draft["warnings"])
    body = {"data": {"dataset_id": dataset_id}, "model": draft["model"]}
    checked = client.post("/v1/fit?validate_only=true", json=body)
    assert checked.status_code == 200, checked.text
    found = checked.json()
    assert found["parameters"] > 10
    assert {each["name"]: each["roi"] is None for each in found["channels"]} == {
        "tv_spend": False,
        "radio_spend": False,
        "newsletter": True,
    }
    assert any("tv_spend is idle in" in warning for warning in found["warnings"])


def test_the_client_drafts(client, dataset_id) -> None:
    with Client(str(client.base_url)) as service:
        draft = service.draft(dataset_id)
        assert draft.named("kpi") == ("revenue",)
        checked = service.check({"dataset_id": dataset_id}, draft.model)
    assert [each.name for each in checked.channels] == ["tv_spend", "radio_spend", "newsletter"]


def test_an_unknown_dataset_is_not_found(client) -> None:
    assert client.post("/v1/datasets/ds_none:draft").status_code == 404
