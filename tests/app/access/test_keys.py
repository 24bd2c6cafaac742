"""API keys: what they look like, how they are kept, whom they let in, and when they stop."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.access.api_key import PREFIX, digest, hint, is_well_formed, new_key
from app.access.server_secret import FILE, server_secret
from app.client import Client, ServiceError
from app.contract.caller import granted
from app.db.models import ApiKeyRow
from app.errors import KeySecretUnusable
from app.http.guarded_route import GuardedRoute
from app.routes import fits, operations, plans, refits
from app.settings import Settings
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import KeyedService, bearer, keyed_service

SECRET = b"x" * 32


def test_keys_are_distinct_and_carry_their_checksum() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(is_well_formed(key) and key.startswith(PREFIX) for key in made)


def test_keys_with_one_character_changed_are_mistyped() -> None:
    key = new_key()
    for place in range(len(key)):
        other = "a" if key[place] != "a" else "b"
        assert not is_well_formed(key[:place] + other + key[place + 1 :])
    assert not is_well_formed(key[:-1])
    assert not is_well_formed(key + "a")
    assert not is_well_formed("")


def test_keys_are_found_by_a_digest_that_depends_on_the_secret() -> None:
    key = new_key()
    assert digest(key, SECRET) == digest(key, SECRET)
    assert digest(key, SECRET) != digest(key, b"y" * 32)
    assert hint(key)[:-1] == key[:12]


def test_scopes_bring_those_below() -> None:
    assert granted(["admin"]) == {"read", "write", "admin"}
    assert granted(["write"]) == {"read", "write"}
    assert granted(["read"]) == {"read"}
    assert granted(["strange"]) == frozenset()


def test_keys_need_a_secret_that_only_the_service_can_read(tmp_path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        made = {*threads.map(lambda _: server_secret(settings), range(16))}
    assert len(made) == 1
    path = tmp_path / FILE
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeySecretUnusable, match="chmod 600"):
        server_secret(settings)
    given = Settings(data_dir=tmp_path, key_secret="s" * 32)
    assert server_secret(given) == b"s" * 32


def test_keys_of_many_machines_need_a_secret_that_is_given(tmp_path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql+psycopg://db/x")
    with pytest.raises(KeySecretUnusable, match="PRUDENT_KEY_SECRET"):
        server_secret(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def service(database_kind, new_database, tmp_path_factory, models) -> Iterator[KeyedService]:
    folder = tmp_path_factory.mktemp("keys")
    with keyed_service(folder, models, database_url=new_database(database_kind)) as running:
        yield running


def test_keys_are_asked_for_and_health_is_not(service) -> None:
    nobody = service.get("/v1/models", None)
    assert_problem(nobody, 401, "unauthenticated")
    assert nobody.headers["www-authenticate"] == 'Bearer realm="prudent"'
    for path in ("/livez", "/readyz", "/version", "/openapi.json"):
        assert service.get(path, None).status_code == 200


def test_keys_let_in_whose_they_are(service) -> None:
    key = service.key("read")
    assert service.get("/v1/models", key).json()["items"] == []
    lower = service.client.get("/v1/models", headers={"Authorization": f"bearer  {key}"})
    assert lower.status_code == 200


@pytest.mark.parametrize(
    ("authorization", "told"),
    [
        ("Bearer " + new_key(), "unknown"),
        ("Bearer " + new_key()[:-1] + "?", "mistyped"),
        ("Bearer some-token", "not accepted"),
        ("Basic dXNlcjpwYXNz", "Authorization: Bearer"),
        ("Bearer", "Authorization: Bearer"),
    ],
    ids=["unknown", "mistyped", "another token", "another scheme", "nothing"],
)
def test_keys_that_open_nothing_are_told_so(service, authorization, told) -> None:
    answer = service.client.get("/v1/models", headers={"Authorization": authorization})
    assert_problem(answer, 401, "unauthenticated")
    assert told in answer.json()["detail"]
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "odd",
    [b"Bearer \xff", b"Bearer prudent_\xe9", b"\xff\xfe", b"Bearer\xa0x", b"Bearer a.\xff.c"],
)
def test_bytes_that_are_no_credential_open_nothing(service, odd) -> None:
    answer = service.client.get("/v1/models", headers={"Authorization": odd})
    assert_problem(answer, 401, "unauthenticated")


def test_keys_are_refused_before_anything_is_said_of_the_request(service) -> None:
    for key, status in ((None, 401), (service.key("read"), 403)):
        for path in ("/v1/fit", "/v1/fit?strange=1", "/v1/models/absent/frontier"):
            answer = service.client.post(path, headers=bearer(key), content=b"{")
            assert answer.status_code == status, path


def test_keys_without_a_scope_are_told_which(service) -> None:
    table = b"week,sales\n2024-01-01,1\n"
    as_csv = {"Content-Type": "text/csv"}
    answer = service.client.post(
        "/v1/datasets", content=table, headers=bearer(service.key("read")) | as_csv
    )
    assert_problem(answer, 403, "missing_scope")
    assert "'write'" in answer.json()["detail"]
    assert 'scope="write"' in answer.headers["www-authenticate"]
    allowed = service.client.post(
        "/v1/datasets", content=table, headers=bearer(service.key("write")) | as_csv
    )
    assert allowed.status_code == 201
    assert_problem(service.get("/v1/keys", service.key("write")), 403, "missing_scope")


def test_keys_that_read_may_ask_for_a_plan_and_not_queue_one(service) -> None:
    path, queued = "/v1/models/mdl_absent/allocate", {"Prefer": "respond-async"}
    reader, writer = bearer(service.key("read")), bearer(service.key("write"))
    assert service.client.post(path, headers=reader, json={}).status_code == 404
    refused = service.client.post(path, headers=reader | queued, json={})
    assert_problem(refused, 403, "missing_scope")
    assert "'write'" in refused.json()["detail"]
    assert service.client.post(path, headers=writer | queued, json={}).status_code == 404


def test_scope_of_whatever_is_queued_is_write() -> None:
    queuing = [
        route
        for module in (fits, operations, plans, refits)
        for route in module.routes.routes
        if isinstance(route, GuardedRoute) and (route.status_code == 202 or 202 in route.responses)
    ]
    assert {route.scope_queued for route in queuing} == {"write"}
    assert {"fit", "post_allocate", "post_frontier"} <= {route.name for route in queuing}


def test_keys_stop_when_they_expire(service) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    key = service.key(expires_at=soon)
    assert service.get("/v1/models", key).status_code == 200
    found = ApiKeyRow.digest == digest(key, server_secret(service.context.settings))
    with service.database.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(ApiKeyRow).where(found).values(expires_at=past))
    assert "expired" in service.get("/v1/models", key).json()["detail"]


def test_keys_are_made_shown_once_listed_and_revoked_by_an_admin(service) -> None:
    admin = service.key("admin", tenant="acme")
    body = {"name": "dashboard", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z"}
    made = service.post("/v1/keys", admin, body)
    assert made.status_code == 201, made.text
    document = made.json()
    assert made.headers["location"] == f"/v1/keys/{document['id']}"
    key = document.pop("key")
    assert document["scopes"] == ["read"]
    assert document["created_by"].startswith("key_")
    assert service.get("/v1/keys/" + document["id"], admin).json() == document
    assert service.get("/v1/models", key).status_code == 200

    listed = service.get("/v1/keys", admin)
    assert key not in listed.text
    noted = next(item for item in listed.json()["items"] if item["id"] == document["id"])
    assert noted["last_used_at"] is not None
    assert noted["hint"][:-1] == key[:12]

    for _ in range(2):
        gone = service.client.delete("/v1/keys/" + document["id"], headers=bearer(admin))
        assert gone.status_code == 204
    assert "revoked" in service.get("/v1/models", key).json()["detail"]
    assert service.get("/v1/keys/" + document["id"], admin).json()["revoked_at"] is not None


def test_keys_that_could_never_open_anything_are_not_made(service) -> None:
    admin = service.key("admin")
    wrong = (
        {"name": "x", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "2999-01-01T00:00:00"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["owner"]},
        {"name": ""},
        {"name": "x", "tenant": "other"},
    )
    for body in wrong:
        assert service.post("/v1/keys", admin, body).status_code == 422, body


def test_keys_are_not_stored(service) -> None:
    key = service.key()
    with service.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM api_keys").all()
    assert rows
    assert key not in repr(rows)


def test_keys_open_the_service_to_the_client(service) -> None:
    url = str(service.client.base_url)
    with Client(url, key=service.key("read")) as client:
        with pytest.raises(ServiceError) as refused:
            client.model("mdl_absent")
        assert refused.value.problem.status == 404
    with Client(url) as client:
        with pytest.raises(ServiceError) as refused:
            client.model("mdl_absent")
        assert refused.value.problem.status == 401
