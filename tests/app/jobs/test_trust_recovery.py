"""A service killed in the middle of a test: the origins that are done are not computed again."""

import pytest

from tests.app.fake_fit import LONG
from tests.app.running import ServiceProcess, fitted_model, operation, wait_for, wait_until

pytestmark = pytest.mark.slow


def test_origins_that_are_done_are_kept_when_the_service_is_killed(tmp_path, models) -> None:
    hold, done = models / "hold", models / "hold.done"
    done.unlink(missing_ok=True)
    hold.touch()
    try:
        first = ServiceProcess(tmp_path, models)
        model = fitted_model(first.client, LONG)
        body = {"parts": {"backtest": {"origins": 5}}}
        started = first.client.post(f"/v1/models/{model}/trust", json=body).json()["id"]
        wait_until(lambda: operation(first.client, started)["progress"] >= 0.3)
        first.close(kill=True)
        before = done.read_text().split()
        assert len(before) == 2
        hold.unlink()
        second = ServiceProcess(tmp_path, models)
        ended = wait_for(second.client, started)
        assert ended["status"] == "succeeded", ended["error"]
        computed = done.read_text().split()
        record = second.client.get(f"/v1/models/{model}/trust").json()
        starts = [origin["start"] for origin in record["backtest"]["origins"]]
        assert computed == starts, "each origin was computed once"
        second.close()
    finally:
        hold.unlink(missing_ok=True)
