"""Tests of models are many fits: one at a time for a tenant, and each fit counts in its limit."""

from tests.app.fake_fit import LONG
from tests.app.http.test_contract import assert_problem
from tests.app.running import fake_service, fitted_model, wait_for, wait_until

TWO = {"parts": {"backtest": {"origins": 2}}}
ALL: dict[str, dict] = {"parts": {"backtest": {}}}


def test_a_tenant_tests_one_model_at_a_time(tmp_path, models) -> None:
    hold = models / "hold"
    hold.touch()
    try:
        with fake_service(tmp_path, models) as client:
            model = fitted_model(client, LONG)
            path = f"/v1/models/{model}/trust"
            first = client.post(path, json=ALL).json()["id"]
            second = client.post(path, json=TWO)
            assert_problem(second, 409, "test_running")
            assert first in second.json()["detail"]
            wait_until(lambda: client.get(f"/v1/operations/{first}").json()["progress"] > 0.1)
            client.post(f"/v1/operations/{first}:cancel").raise_for_status()
            wait_for(client, first, "cancelled")
            hold.unlink()
            again = client.post(path, json=TWO)
            assert again.status_code == 202, again.text
            assert wait_for(client, again.json()["id"])["status"] == "succeeded"
    finally:
        hold.unlink(missing_ok=True)


def test_the_fits_of_a_test_count_in_the_limit_of_a_tenant(tmp_path, models) -> None:
    with fake_service(tmp_path, models, tenant_operations=5) as client:
        model = fitted_model(client, LONG)
        answer = client.post(f"/v1/models/{model}/trust", json=ALL)
        assert_problem(answer, 429, "too_many_requests")
        assert "7 fits" in answer.json()["detail"]
        assert client.post(f"/v1/models/{model}/trust", json=TWO).status_code == 202
