"""The audit log: every change of a tenant is in it, and nothing takes it out again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import httpx
import pytest
from sqlalchemy.exc import DatabaseError

from app.services.administration.audit import (
    AuditedAction,
    AuditEntry,
    attempt,
    complete,
    page,
    record,
)
from tests.app.fake_fit import SLOW
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import KeyedService, bearer, keyed_service
from tests.app.running import ServiceProcess, fit_body, wait_until

TABLE = b"week,sales\n2024-01-01,1200\n2024-01-08,1310\n"
AS_CSV = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def service(database_kind, new_database, tmp_path_factory, models) -> Iterator[KeyedService]:
    folder, url = tmp_path_factory.mktemp("audit"), new_database(database_kind)
    with keyed_service(folder, models, database_url=url) as running:
        yield running


def test_audit_says_who_did_what_to_which_thing_and_how_it_ended(service) -> None:
    named = {"X-Request-ID": "our-request"}
    with service.of("us") as us, service.of("them") as them:
        made = us.post("/v1/datasets", content=TABLE, headers=AS_CSV | named).json()["id"]
        us.get(f"/v1/datasets/{made}")
        us.post("/v1/datasets", content=b"", headers=AS_CSV)
        us.post("/v1/fit", json={})
        us.delete(f"/v1/datasets/{made}")
        us.delete("/v1/datasets/ds_absent")
        found = us.get("/v1/audit").json()["items"]
        assert them.get("/v1/audit").json()["items"] == []
    place = f"/v1/datasets/{made}"
    told = [(entry["action"], entry["resource"], entry["outcome"]) for entry in reversed(found)]
    assert told == [
        ("create_dataset", place, 201),
        ("create_dataset", "/v1/datasets", 422),
        ("fit", "/v1/fit", 422),
        ("delete_dataset", place, 204),
        ("delete_dataset", "/v1/datasets/ds_absent", 404),
    ]
    assert found[-1]["request_id"] == "our-request"
    assert {entry["subject"][:4] for entry in found} == {"key_"}


def test_audit_has_what_was_refused_and_only_admins_read_it(service) -> None:
    reader = bearer(service.key("read", "watched"))
    assert_problem(service.client.get("/v1/audit", headers=reader), 403, "missing_scope")
    with service.of("watched") as admin:
        pages = [admin.get("/v1/audit", params={"limit": 1}).json()]
        assert pages[0]["items"][0]["outcome"] == 403
        assert pages[0]["items"][0]["action"] == "list_audit"
        service.client.post("/v1/fit", headers=reader, json={})
        pages = [admin.get("/v1/audit", params={"limit": 1}).json()]
        token = pages[0]["next_page_token"]
        pages.append(admin.get("/v1/audit", params={"limit": 1, "page_token": token}).json())
    assert [page["items"][0]["action"] for page in pages] == ["fit", "list_audit"]
    assert pages[1]["next_page_token"] is None


@pytest.mark.parametrize("id", ["%00", "a%00b", "%0A", "ds%0A", "%F0%9F%98%80", "a" * 101])
def test_what_cannot_be_an_id_is_refused_before_anything_is_written(service, id) -> None:
    with service.of("odd") as admin:
        before = admin.get("/v1/audit").json()["items"]
        refused = admin.delete(f"/v1/datasets/{id}")
        assert_problem(refused, 422, "invalid_request", "/dataset_id")
        assert admin.get("/v1/audit").json()["items"] == before
        reader = bearer(service.key("read", "odd"))
        refused = service.client.delete(f"/v1/datasets/{id}", headers=reader)
        assert_problem(refused, 403, "missing_scope")
        entry = admin.get("/v1/audit").json()["items"][0]
    assert (entry["resource"], entry["outcome"]) == (f"/v1/datasets/{id}", 403)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET outcome = 200",
        "UPDATE audit_events SET outcome = NULL",
        "UPDATE audit_events SET subject = 'nobody'",
        "DELETE FROM audit_events",
    ],
)
def test_audit_refuses_to_change_or_forget(service, statement) -> None:
    with service.of("us") as us:
        us.delete("/v1/datasets/ds_absent")
        before = us.get("/v1/audit").json()
        engine = service.database.engine
        with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert us.get("/v1/audit").json() == before


def test_audit_lets_an_open_entry_be_completed_and_not_be_altered(service) -> None:
    entry = AuditEntry("key_x", "fit", "/v1/fit", None, "some-request")
    database = service.database.of("open")
    entry_id = record(database, entry)
    statement = f"UPDATE audit_events SET outcome = 200, subject = 'x' WHERE id = '{entry_id}'"
    engine = service.database.engine
    with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    complete(database, entry_id, 202, "/v1/operations/op_1")
    with pytest.raises(DatabaseError, match="only grows"):
        complete(database, entry_id, 200, "/v1/operations/op_2")
    with service.of("open") as admin:
        [found] = admin.get("/v1/audit").json()["items"]
    assert (found["outcome"], found["resource"]) == (202, "/v1/operations/op_1")


def test_audit_has_an_attempt_before_it_is_made_and_its_outcome_after(service) -> None:
    database = service.database.of("attempts")

    def told() -> tuple[str, int | None]:
        [newest] = page(database, 1, None).items
        return newest.resource, newest.outcome

    def attempted(subject: str) -> AbstractContextManager[AuditedAction]:
        entry = AuditEntry(subject, "create_key", "/v1/keys", None, None)
        return attempt(database, entry, lambda _: 409)

    with attempted("one who succeeds") as made:
        assert told() == ("/v1/keys", None)
        made.outcome, made.resource = 201, "/v1/keys/key_1"
    assert told() == ("/v1/keys/key_1", 201)
    with pytest.raises(ZeroDivisionError), attempted("one who fails"):
        raise ZeroDivisionError
    assert told() == ("/v1/keys", 409)
    with pytest.raises(KeyboardInterrupt), attempted("one who is interrupted"):
        raise KeyboardInterrupt
    assert told() == ("/v1/keys", None)


def test_audit_has_the_change_of_a_service_that_was_killed_before_it_answered(
    tmp_path, models
) -> None:
    service = ServiceProcess(tmp_path, models)
    named = {"X-Request-ID": "cut-off", "Prefer": "wait=60"}

    def ask() -> None:
        with pytest.raises(httpx.TransportError):
            service.client.post("/v1/fit", json=fit_body(SLOW), headers=named)

    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(ask)
        wait_until(lambda: service.client.get("/v1/operations").json()["items"])
        service.process.kill()
        asked.result()
    service.close(kill=True)
    again = ServiceProcess(tmp_path, models)
    [entry] = again.client.get("/v1/audit").json()["items"]
    [operation] = again.client.get("/v1/operations").json()["items"]
    again.client.post(f"/v1/operations/{operation['id']}:cancel").raise_for_status()
    again.close()
    assert (entry["action"], entry["request_id"], entry["outcome"]) == ("fit", "cut-off", None)
