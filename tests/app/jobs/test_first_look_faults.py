"""A worker that dies after a first look: the look stays until the next attempt has the model."""

from collections.abc import Iterator

import pytest

from tests.app.fake_fit import SLOW_ONCE
from tests.app.jobs.test_faults import Place, models_of, one_model
from tests.app.looks import look_of, with_looks
from tests.app.running import operation, start_fit, wait_for, wait_until

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.proof)]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_kind", DATABASES, scope="module", indirect=True),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory, models, database_kind, new_database) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("faults")
    made = Place(folder / "data", with_looks(models, folder / "m"), new_database(database_kind))
    yield made
    made.end()


def test_kill_9_of_a_worker_leaves_its_look_and_then_one_model(place) -> None:
    service, first = place.service(), place.worker()
    before = models_of(service)
    operation_id = start_fit(service.client, SLOW_ONCE)
    look = look_of(service.client, operation_id)
    wait_until(lambda: (place.models / "started").exists())
    first.close(kill=True)
    wait_until(lambda: operation(service.client, operation_id)["status"] == "queued")
    assert operation(service.client, operation_id)["first_look"]["model_id"] == look
    assert service.client.get(f"/v1/models/{look}/curves").json()["draft"] is True
    (place.models / "look.nc").write_bytes(b"no model")  # a second look would fail the fit
    place.worker()
    one_model(service, operation_id, before)
    assert "tv moved" in wait_for(service.client, operation_id)["result"]["first_look"]["summary"]
    assert service.client.get(f"/v1/models/{look}").status_code == 404
    assert place.row(operation_id).attempt == 2
