"""Deleting while something else begins to rest on it: one of the two waits and sees the other.

Each test opens the transaction of a DELETE by hand and commits it only once the service waits for
it, which the server itself tells.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from app.db.database import Database, open_database
from app.db.models import DatasetRow, ModelRow, ProjectRow
from app.db.row_locks import lock_for_change, lock_for_reference
from tests.app.fake_fit import ENDLESS, TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.running import (
    fake_service,
    fit_body,
    fitted_model,
    rows,
    start_fit,
    wait_for,
    wait_until,
)

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


@pytest.fixture(scope="module")
def url(new_database) -> str:
    return str(new_database("postgres"))


@pytest.fixture(scope="module")
def client(url, tmp_path_factory, models) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("deleting")
    with fake_service(folder, models, database_url=url, fit_workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def database(url, client) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def waiting(database: Database) -> int:
    """Sessions of this database that wait for a lock."""
    url = database.engine.url
    with psycopg.connect(
        f"host={url.query['host']} user={url.username} dbname={url.database}"
    ) as connection:
        found = connection.execute(WAITING, [url.database]).fetchone()
    assert found
    return int(found[0])


@contextmanager
def deleted_meanwhile(database: Database, table, row_id: str) -> Iterator[None]:
    """The row is deleted when the block begins, and committed once somebody waits for it."""
    with database.of("default").write() as session:
        session.delete(lock_for_change(session, table, row_id))
        session.flush()
        yield
        wait_until(lambda: waiting(database))


def dataset(client: httpx.Client) -> str:
    made = client.post("/v1/datasets", json={"rows": rows()}).raise_for_status()
    return str(made.json()["id"])


def test_a_fit_of_a_dataset_that_is_being_deleted_is_not_queued(client, database) -> None:
    dataset_id = dataset(client)
    body = fit_body(TRUSTED, data={"dataset_id": dataset_id})
    before = client.get("/v1/operations").json()["items"]
    with ThreadPoolExecutor(1) as threads:
        with deleted_meanwhile(database, DatasetRow, dataset_id):
            answer = threads.submit(client.post, "/v1/fit", json=body)
        assert_problem(answer.result(), 404, "not_found")
    assert client.get("/v1/operations").json()["items"] == before


def test_a_fit_that_ends_while_its_dataset_is_being_deleted_makes_its_model(
    client, database
) -> None:
    dataset_id = dataset(client)
    operation_id = start_fit(client, ENDLESS, data={"dataset_id": dataset_id})
    stop = f"/v1/operations/{operation_id}:stop"
    with deleted_meanwhile(database, DatasetRow, dataset_id):
        wait_until(lambda: client.post(stop).status_code != 409)
    done = wait_for(client, operation_id)
    assert done["status"] == "succeeded", done["error"]
    model = client.get(f"/v1/models/{done['result']['model_id']}").raise_for_status().json()
    assert model["data"]["dataset_id"] is None


def test_a_model_that_is_being_deleted_becomes_no_champion(client, database) -> None:
    model_id = fitted_model(client)
    project = client.post("/v1/projects", json={"name": "one"}).raise_for_status().json()["id"]
    with ThreadPoolExecutor(1) as threads:
        with deleted_meanwhile(database, ModelRow, model_id):
            place, body = f"/v1/projects/{project}/champion", {"model_id": model_id}
            answer = threads.submit(client.post, place, json=body)
        assert_problem(answer.result(), 404, "not_found")
    assert client.get(f"/v1/projects/{project}").json()["champion"] is None


def test_a_project_that_is_being_deleted_gets_no_champion(client, database) -> None:
    model_id = fitted_model(client)
    project = client.post("/v1/projects", json={"name": "two"}).raise_for_status().json()["id"]
    with ThreadPoolExecutor(1) as threads:
        with deleted_meanwhile(database, ProjectRow, project):
            place, body = f"/v1/projects/{project}/champion", {"model_id": model_id}
            answer = threads.submit(client.post, place, json=body)
        assert_problem(answer.result(), 404, "not_found")
    assert client.delete(f"/v1/models/{model_id}").status_code == 204


def test_a_model_that_is_becoming_a_champion_is_not_deleted(client, database) -> None:
    model_id = fitted_model(client)
    with ThreadPoolExecutor(1) as threads:
        with database.of("default").write() as session:
            assert lock_for_reference(session, ModelRow, model_id)
            answer = threads.submit(client.delete, f"/v1/models/{model_id}")
            wait_until(lambda: waiting(database))
            assert not answer.done()
        assert answer.result().status_code == 204


def test_of_two_who_delete_one_thing_one_finds_it_gone(client, database) -> None:
    dataset_id = dataset(client)
    with ThreadPoolExecutor(1) as threads:
        with deleted_meanwhile(database, DatasetRow, dataset_id):
            answer = threads.submit(client.delete, f"/v1/datasets/{dataset_id}")
        assert_problem(answer.result(), 404, "not_found")
