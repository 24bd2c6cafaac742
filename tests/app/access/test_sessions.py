"""Sessions of the workbench: what a cookie grants, for how long, and what it cannot do."""

from dataclasses import replace

import pytest

from app.access.sessions import COOKIE, HEADER
from tests.app.keyed import bearer, keyed_service


@pytest.fixture(scope="module")
def service(tmp_path_factory, models):
    with keyed_service(tmp_path_factory.mktemp("sessions"), models) as service:
        yield service


def signed_in(service, scope: str = "write", **changes) -> dict[str, str]:
    answer = service.client.post("/session", headers=bearer(service.key(scope, **changes)))
    assert answer.status_code == 204
    set_cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=strict" in set_cookie
    service.client.cookies.clear()
    return {"Cookie": set_cookie.partition(";")[0]}


def test_a_session_reads_and_with_the_header_of_the_page_it_writes(service) -> None:
    cookie = signed_in(service)
    assert service.client.get("/v1/models", headers=cookie).status_code == 200
    project = {"name": "by session"}
    forged = service.client.post("/v1/projects", json=project, headers=cookie)
    assert (forged.status_code, forged.json()["code"]) == (401, "unauthenticated")
    own = service.client.post("/v1/projects", json=project, headers={**cookie, HEADER: "1"})
    assert own.status_code == 201


def test_a_session_has_the_scopes_and_the_tenant_of_its_key(service) -> None:
    cookie = {**signed_in(service, "read", tenant="other"), HEADER: "1"}
    assert service.client.get("/v1/projects", headers=cookie).json()["items"] == []
    refused = service.client.post("/v1/projects", json={"name": "x"}, headers=cookie)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")


def test_no_session_without_a_key_that_is_valid(service) -> None:
    assert service.client.post("/session").status_code == 401
    unknown = service.client.post("/session", headers=bearer("prudent_" + "a" * 38))
    assert unknown.status_code == 401
    assert "set-cookie" not in unknown.headers


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2], lambda t: f"x{t}", lambda _: "", lambda _: "é.x"]
)
def test_a_session_that_was_changed_is_refused(service, change) -> None:
    name, _, token = signed_in(service)["Cookie"].partition("=")
    cookie = f"{name}={change(token)}".encode("latin-1")
    answer = service.client.get("/v1/models", headers={"Cookie": cookie})
    assert answer.status_code == 401


def test_a_session_ends_with_its_time_and_with_its_key(service) -> None:
    sessions = service.context.gate.sessions
    past = replace(sessions, clock=lambda: 0.0)
    token, caller = past.issue(service.key())
    expired = service.client.get("/v1/models", headers={"Cookie": f"{COOKIE}={token}"})
    assert expired.status_code == 401
    assert "expired" in expired.json()["detail"]
    token, caller = sessions.issue(service.key())
    cookie = {"Cookie": f"{COOKIE}={token}"}
    assert service.client.get("/v1/models", headers=cookie).status_code == 200
    admin = service.key("admin")
    assert service.client.delete(f"/v1/keys/{caller.subject}", headers=bearer(admin)).is_success
    assert service.client.get("/v1/models", headers=cookie).status_code == 401


def test_signing_out_takes_the_cookie_away_and_signing_in_is_audited(service) -> None:
    cookie = signed_in(service, "admin")
    out = service.client.delete("/session", headers=cookie)
    assert (out.status_code, out.json()) == (200, {"leave": None})
    assert f'{COOKIE}=""' in out.headers["set-cookie"]
    entries = service.client.get("/v1/audit", headers=cookie).json()["items"]
    assert "sign_in" in {entry["action"] for entry in entries}


def test_a_session_over_tls_is_sent_over_tls_alone(service) -> None:
    headers = {**bearer(service.key()), "X-Forwarded-Proto": "https"}
    assert "Secure" in service.client.post("/session", headers=headers).headers["set-cookie"]
    service.client.cookies.clear()


def test_the_page_learns_whether_to_ask_for_a_key(service, client) -> None:
    assert service.client.get("/session").json() == {
        "asked": True,
        "signed_in": False,
        "ways": ["key"],
    }
    assert client.get("/session").json() == {
        "asked": False,
        "signed_in": False,
        "ways": [],
    }
    assert client.post("/session").status_code == 204
