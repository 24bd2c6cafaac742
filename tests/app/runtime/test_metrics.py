"""Metrics on a port of their own, and what they say after some work."""

from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.db.database import open_database
from app.fitworker.stages import StageClock
from app.http.metrics_server import serve_metrics
from app.runtime.metrics import FIT_STAGE_SECONDS
from app.settings import Settings
from app.startup_errors import InvalidSetting
from mmm.progress import Progress
from tests.app.fake_fit import RAISES, SLOW, TRUSTED
from tests.app.object_store import free_port
from tests.app.running import fake_service, fitted_model, start_fit, wait_for


class Scraped:
    """The numbers of a process, as Prometheus would read them."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/metrics"

    def value(self, name: str, **labels: str) -> float:
        """Of the one sample with these labels; 0 where there is none yet."""
        text = httpx.get(self._url).raise_for_status().text
        samples = (s for family in text_string_to_metric_families(text) for s in family.samples)
        found = [s.value for s in samples if s.name == name and labels.items() <= s.labels.items()]
        assert len(found) <= 1, f"{name} {labels} names {len(found)} samples"
        return found[0] if found else 0.0


@pytest.fixture(scope="module")
def running(tmp_path_factory, models) -> Iterator[tuple[httpx.Client, Scraped]]:
    port = free_port()
    folder = tmp_path_factory.mktemp("service")
    with fake_service(folder, models, metrics_port=port, fit_workers=1) as client:
        yield client, Scraped(port)


def test_requests_are_counted_by_route_and_status(running) -> None:
    client, metrics = running
    route = "/v1/models/{model_id}/curves"
    labels = {"method": "GET", "route": route, "status": "404"}
    before = metrics.value("prudent_http_requests_total", **labels)
    for n in range(3):
        client.get(f"/v1/models/mdl_{n}/curves")
    client.request("BREW", "/v1/models")
    client.get("/no/such/path")
    assert metrics.value("prudent_http_requests_total", **labels) == before + 3
    assert metrics.value("prudent_http_request_seconds_count", method="GET", route=route) >= 3
    assert metrics.value("prudent_http_requests_total", route="unmatched", status="404") >= 1


def test_jobs_queue_and_fits_are_counted(running) -> None:
    client, metrics = running
    ended = {"kind": "fit", "outcome": "succeeded"}
    before = metrics.value("prudent_jobs_total", **ended)
    stage = metrics.value("prudent_fit_stage_seconds_count", stage="sampling")
    fitted_model(client, TRUSTED)
    assert metrics.value("prudent_jobs_total", **ended) == before + 1
    assert metrics.value("prudent_fit_stage_seconds_count", stage="sampling") == stage + 1
    failed = metrics.value("prudent_jobs_total", kind="fit", outcome="failed")
    wait_for(client, start_fit(client, RAISES))
    assert metrics.value("prudent_jobs_total", kind="fit", outcome="failed") == failed + 1

    slow, waiting = start_fit(client, SLOW), start_fit(client, SLOW)
    wait_for(client, slow, "running")
    assert metrics.value("prudent_operations", kind="fit", status="running") == 1
    assert metrics.value("prudent_operations", kind="fit", status="queued") == 1
    assert metrics.value("prudent_running_fits") == 1
    for operation_id in (waiting, slow):
        client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
    wait_for(client, slow)
    assert metrics.value("prudent_operations", kind="fit", status="running") == 0


def test_models_in_memory_are_counted(running) -> None:
    client, metrics = running
    model_id = fitted_model(client, TRUSTED)
    kinds = ("model", "answer")
    before = [metrics.value("prudent_cache_total", kind=kind, result="hit") for kind in kinds]
    for path in ("contributions", "graph", "graph"):
        client.get(f"/v1/models/{model_id}/{path}").raise_for_status()
    after = [metrics.value("prudent_cache_total", kind=kind, result="hit") for kind in kinds]
    assert all(late > early for early, late in zip(before, after, strict=True))
    assert metrics.value("prudent_cache_bytes", kind="answer") > 0


def test_metrics_are_not_on_the_port_of_the_callers(running) -> None:
    client, _ = running
    assert client.get("/metrics").status_code == 404


def test_a_port_that_is_taken_is_a_clear_error(running, tmp_path) -> None:
    _, metrics = running
    taken = int(metrics._url.rsplit(":", 1)[1].partition("/")[0])
    database = open_database(f"sqlite:///{tmp_path / 'rows.db'}")
    with pytest.raises(InvalidSetting, match="PRUDENT_METRICS_PORT"):
        serve_metrics(Settings(metrics_port=taken), database)
    database.close()


def test_each_stage_of_a_fit_is_timed() -> None:
    now = [0.0]
    seen: list[Progress] = []
    clock = StageClock(seen.append, lambda: now[0])
    sums = {stage: FIT_STAGE_SECONDS.labels(stage)._sum.get() for stage in ("compiling", "warmup")}
    reports = (Progress("compiling", 0.1), Progress("compiling", 0.2), Progress("warmup", 0.3))
    for moment, progress in zip((1.0, 3.0, 8.0), reports, strict=True):
        now[0] = moment
        clock(progress)
    now[0] = 10.0
    clock.end()
    assert [progress.stage for progress in seen] == ["compiling", "compiling", "warmup"]
    assert FIT_STAGE_SECONDS.labels("compiling")._sum.get() - sums["compiling"] == 7.0
    assert FIT_STAGE_SECONDS.labels("warmup")._sum.get() - sums["warmup"] == 2.0
