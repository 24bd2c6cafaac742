"""The audit log: every change of a tenant is in it, and nothing takes it out again."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DatabaseError

from tests.app.keyed import KeyedService, bearer, keyed_service
from tests.app.test_contract import assert_problem

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


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_events SET outcome = 200", "DELETE FROM audit_events"],
)
def test_audit_refuses_to_change_or_forget(service, statement) -> None:
    with service.of("us") as us:
        us.delete("/v1/datasets/ds_absent")
        before = us.get("/v1/audit").json()
        engine = service.database.engine
        with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert us.get("/v1/audit").json() == before
