"""What one tenant may use: requests a second, unfinished operations, bytes. Others feel nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.access.rates import ProcessRateLimiter, RateLimit
from app.errors import TooManyRequests
from tests.app.fake_fit import SLOW, TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import KeyedService, keyed_service
from tests.app.running import fit_body, start_fit, wait_for

AS_CSV = {"Content-Type": "text/csv"}
BYTES = 400_000
ROW = 1000


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_tenant_rate_is_a_burst_and_then_a_steady_flow() -> None:
    clock = Clock()
    rates = ProcessRateLimiter(RateLimit(2.0, 3), clock)
    for _ in range(3):
        rates.take("us")
    with pytest.raises(TooManyRequests) as refused:
        rates.take("us")
    assert refused.value.retry_after == pytest.approx(0.5)
    rates.take("them")
    clock.seconds += refused.value.retry_after
    rates.take("us")
    clock.seconds += 1000.0
    for _ in range(3):
        rates.take("us")
    with pytest.raises(TooManyRequests):
        rates.take("us")


@pytest.fixture(scope="module")
def service(database_kind, new_database, tmp_path_factory, models) -> Iterator[KeyedService]:
    limits = {"tenant_operations": 2, "tenant_bytes": BYTES, "fit_workers": 2}
    folder, url = tmp_path_factory.mktemp("limits"), new_database(database_kind)
    with keyed_service(folder, models, database_url=url, **limits) as running:
        yield running


def test_tenant_with_too_many_operations_waits_and_another_does_not(service) -> None:
    with service.of("busy") as busy, service.of("idle") as idle:
        with ThreadPoolExecutor(6) as threads:
            asked = lambda _: busy.post("/v1/fit", json=fit_body(SLOW))  # noqa: E731
            answers = [*threads.map(asked, range(6))]
        assert sorted(answer.status_code for answer in answers) == [202, 202, 429, 429, 429, 429]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert_problem(refused, 429, "too_many_requests")
        assert int(refused.headers["retry-after"]) > 0
        idle_fit = start_fit(idle, TRUSTED)
        for answer in answers:
            if answer.status_code == 202:
                busy.post(f"/v1/operations/{answer.json()['id']}:cancel").raise_for_status()
        assert wait_for(idle, idle_fit)["status"] == "succeeded"
        again = start_fit(busy, TRUSTED)
        assert wait_for(busy, again)["status"] == "succeeded"


def upload(client: httpx.Client, size: int) -> httpx.Response:
    """A table of exactly ``size`` bytes."""
    head, start = b"week,note\n", b"2024-01-01,"
    rows, rest = divmod(size - len(head), ROW)
    lengths = [ROW] * (rows - 1) + [ROW + rest] if rows else [rest]
    lines = [start + b"x" * (length - len(start) - 1) + b"\n" for length in lengths]
    content = head + b"".join(lines)
    assert len(content) == size
    return client.post("/v1/datasets", content=content, headers=AS_CSV)


def test_tenant_with_too_many_bytes_is_refused_until_it_deletes(service) -> None:
    with service.of("large") as large, service.of("small") as small:
        first = upload(large, BYTES - 100)
        assert first.status_code == 201, first.text
        refused = upload(large, 200)
        assert_problem(refused, 429, "too_many_requests")
        assert str(BYTES) in refused.json()["detail"]
        assert "retry-after" in refused.headers
        assert_problem(large.post("/v1/fit", json=fit_body(TRUSTED)), 429, "too_many_requests")
        assert upload(small, 200).status_code == 201
        large.delete(f"/v1/datasets/{first.json()['id']}").raise_for_status()
        assert upload(large, 200).status_code == 201


def test_tenant_pays_for_its_models(service) -> None:
    with service.of("modeller") as client:
        done = wait_for(client, start_fit(client, TRUSTED))
        model = client.get(f"/v1/models/{done['result']['model_id']}/posterior").content
        assert upload(client, BYTES - len(model)).status_code == 429
        client.delete(f"/v1/models/{done['result']['model_id']}").raise_for_status()
        assert upload(client, BYTES - len(model)).status_code == 201
