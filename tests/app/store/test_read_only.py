"""A disk that turns read-only under a running service: reads go on, writes are refused as such."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.app.fake_fit import TRUSTED
from tests.app.keyed import KeyedService, bearer, keyed_service
from tests.app.running import fit_body, fitted_model, rows
from tests.app.small_disk import disk_that_turns_read_only

DISK_MEGABYTES = 64


@pytest.fixture
def service(tmp_path, models) -> Iterator[tuple[KeyedService, Callable[[], None]]]:
    """A service with keys, whose whole data directory is on that disk, and what spoils the disk."""
    with (
        disk_that_turns_read_only(tmp_path / "disk", DISK_MEGABYTES) as spoil,
        keyed_service(tmp_path / "disk" / "data", models) as service,
    ):
        yield service, spoil


@pytest.mark.slow
def test_reads_go_on_and_writes_are_refused(service) -> None:
    keyed, spoil = service
    with keyed.of("us") as client:
        made = client.post("/v1/datasets", json={"rows": rows()}).json()["id"]
        model = f"/v1/models/{fitted_model(client, TRUSTED)}"
        unused = bearer(keyed.key("read", "us"))
        spoil()
        for path in ("/v1/models", model, f"{model}/curves", "/v1/operations"):
            assert client.get(path).status_code == 200, path
        assert client.get("/v1/models", headers=unused).status_code == 200
        with ThreadPoolExecutor(12) as threads:  # more than the pool has connections open
            answers = threads.map(lambda _: client.get("/v1/models").status_code, range(48))
            assert set(answers) == {200}
        refused = [
            client.post("/v1/datasets", json={"rows": rows()[:-1]}),
            client.post("/v1/fit", json=fit_body()),
            client.delete(f"/v1/datasets/{made}"),
        ]
        assert [code_of(answer) for answer in refused] == [(507, "store_read_only")] * 3
        assert client.get(f"/v1/datasets/{made}").status_code == 200
        assert client.get("/readyz").status_code == 503


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
