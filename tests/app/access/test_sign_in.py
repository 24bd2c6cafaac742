"""Signing in with an identity provider: a real one in a process, and every way to cheat."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from app.access.provider import Provider
from app.access.sessions import COOKIE as SESSION
from app.access.sessions import HEADER
from app.access.sign_in import COOKIE
from app.errors import ProviderUnavailable
from app.settings import Settings
from tests.app.identity_provider import AUDIENCE, CLIENT, ProviderProcess
from tests.app.keyed import KeyedService, bearer, keyed_service

HOME = "https://mmm.example/prudent"


@pytest.fixture(scope="module")
def running() -> Iterator[ProviderProcess]:
    provider = ProviderProcess()
    yield provider
    provider.close()


@pytest.fixture
def provider(running) -> Iterator[ProviderProcess]:
    yield running
    running.lie()


@pytest.fixture(scope="module")
def service(tmp_path_factory, models, running) -> Iterator[KeyedService]:
    folder = tmp_path_factory.mktemp("sign-in")
    given = {**running.settings, "auth": "keys+oidc", "public_url": HOME}
    with keyed_service(folder, models, **given) as service:
        yield service


@pytest.fixture
def browser(service) -> Iterator[httpx.Client]:
    """A browser of its own, which keeps cookies only where a test puts them."""
    with httpx.Client(base_url=service.client.base_url, timeout=30) as client:
        yield client


def leave(browser, to: str = "") -> tuple[str, str]:
    """The provider's address, and the cookie that the browser keeps."""
    answer = browser.get("/session/start", params={"to": to} if to else {})
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=lax", "Secure", "Max-Age=600"):
        assert word in cookie
    browser.cookies.clear()
    return answer.headers["location"], cookie.partition(";")[0].partition("=")[2]


def come_back(browser, cookie: str | None, query: dict) -> httpx.Response:
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie is not None else {}
    answer: httpx.Response = browser.get("/session/callback", params=query, headers=headers)
    browser.cookies.clear()
    return answer


def session_of(answer: httpx.Response) -> dict[str, str]:
    found = [each for each in answer.headers.get_list("set-cookie") if SESSION in each]
    return {"Cookie": found[0].partition(";")[0]}


def refused(answer: httpx.Response, told: str, status: int = 403) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert told in answer.text
    assert SESSION not in " ".join(answer.headers.get_list("set-cookie"))


def test_the_browser_is_sent_with_state_nonce_and_challenge(service, browser, provider) -> None:
    address, _ = leave(browser)
    assert address.startswith(f"{provider.issuer}/authorize?prompt=login&")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == f"{HOME}/session/callback"
    assert asked["code_challenge_method"] == "S256"
    assert asked["audience"] == AUDIENCE
    assert "openid" in asked["scope"].split()
    again, _ = leave(browser)
    other = parse_qs(urlsplit(again).query)
    for name in ("state", "nonce", "code_challenge"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked[name])
        assert other[name][0] != asked[name]


def test_who_comes_back_has_a_session_with_tenant_and_scopes(service, browser, provider) -> None:
    address, cookie = leave(browser, "#/plan?model=mdl_1")
    answer = come_back(browser, cookie, provider.answer(address))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{HOME}/#/plan?model=mdl_1"
    (session,) = (c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION))
    for word in ("HttpOnly", "SameSite=strict", "Secure"):
        assert word in session
    assert any(c.startswith(f'{COOKIE}=""') for c in answer.headers.get_list("set-cookie"))
    cookie_header = session_of(answer)
    assert browser.get("/v1/models", headers=cookie_header).status_code == 200
    project = {"name": "by Ada"}
    forged = browser.post("/v1/projects", json=project, headers=cookie_header)
    assert forged.status_code == 401
    own = browser.post("/v1/projects", json=project, headers={**cookie_header, HEADER: "1"})
    assert own.status_code == 201
    with service.of("acme") as acme:
        assert [item["name"] for item in acme.get("/v1/projects").json()["items"]] == ["by Ada"]
        entries = acme.get("/v1/audit").json()["items"]
    signed = [e for e in entries if e["resource"] == "/session/callback"]
    assert [(e["action"], e["subject"], e["outcome"]) for e in signed] == [
        ("sign_in", "oidc:ada", 303)
    ]
    keys = browser.get("/v1/keys", headers=cookie_header)
    assert (keys.status_code, keys.json()["code"]) == (403, "missing_scope")


def test_a_session_of_the_provider_ends_with_its_time(service, browser, provider) -> None:
    sessions = service.context.gate.sessions
    address, cookie = leave(browser)
    answer = come_back(browser, cookie, provider.answer(address))
    assert browser.get("/v1/models", headers=session_of(answer)).status_code == 200
    past = replace(sessions, clock=lambda: 0.0)
    token = past.issue_to(sessions.caller(session_of(answer)["Cookie"].partition("=")[2]))
    ended = browser.get("/v1/models", headers={"Cookie": f"{SESSION}={token}"})
    assert (ended.status_code, "expired" in ended.json()["detail"]) == (401, True)
    closed = replace(sessions, provided=False)
    with pytest.raises(Exception, match="not valid"):
        closed.caller(session_of(answer)["Cookie"].partition("=")[2])


def test_signing_out_leads_to_the_provider_and_back(browser, provider) -> None:
    address, cookie = leave(browser)
    session = session_of(come_back(browser, cookie, provider.answer(address)))
    out = browser.delete("/session", headers=session)
    assert f'{SESSION}=""' in out.headers["set-cookie"]
    parts = urlsplit(out.json()["leave"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.issuer}/logout"
    asked = {"client_id": [CLIENT], "post_logout_redirect_uri": [f"{HOME}/"]}
    assert parse_qs(parts.query) == asked
    for nobody in ({}, {"Cookie": f"{SESSION}=forged"}):
        assert browser.delete("/session", headers=nobody).json() == {"leave": None}


def test_a_provider_that_names_no_way_out_or_is_away_keeps_nobody_in(
    service, browser, provider
) -> None:
    address, cookie = leave(browser)
    session = session_of(come_back(browser, cookie, provider.answer(address)))
    sign_in = service.context.gate.provider
    provider.lie(document={"end_session_endpoint": None})
    assert replace(sign_in, provider=Provider(provider.issuer)).leave() is None
    provider.lie(document={"issuer": "https://evil.example"})
    with pytest.raises(ProviderUnavailable):
        replace(sign_in, provider=Provider(provider.issuer)).leave()
    assert browser.delete("/session", headers=session).status_code == 200


def test_a_code_works_once_and_in_the_browser_that_asked(browser, provider) -> None:
    address, cookie = leave(browser)
    back = provider.answer(address)
    refused(come_back(browser, None, back), "begun in another browser")
    _, other = leave(browser)
    refused(come_back(browser, other, back), "begun in another browser")
    assert come_back(browser, cookie, back).status_code == 303
    refused(come_back(browser, cookie, back), "refused the sign-in: invalid_grant")


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2], lambda t: f"x{t}", lambda _: "", lambda t: t.partition(".")[0]]
)
def test_a_cookie_that_was_changed_is_refused(browser, provider, change) -> None:
    address, cookie = leave(browser)
    answer = come_back(browser, change(cookie), provider.answer(address))
    refused(answer, "begun in another browser")


def test_a_sign_in_that_took_too_long_is_refused(service, provider) -> None:
    late = replace(service.context.gate.provider, clock=lambda: 0.0)
    departure = late.start()
    with pytest.raises(Exception, match="has ended"):
        service.context.gate.provider.finish(departure.cookie, provider.answer(departure.address))


LIES = {
    "another nonce": ({"identity": {"nonce": "another"}}, "belongs to another sign-in"),
    "no nonce": ({"identity": {"nonce": None}}, "nonce"),
    "another client's ID token": ({"identity": {"aud": "another"}}, "ID token is not valid"),
    "one for several clients": ({"identity": {"aud": [CLIENT, "b"]}}, "issued to another client"),
    "another issuer": ({"identity": {"iss": "https://evil.example"}}, "ID token is not valid"),
    "an old ID token": ({"identity": {"exp": 1}}, "ID token is not valid"),
    "no ID token": ({"tokens": {"id_token": None}}, "ID token is not valid"),
    "an ID token of numbers": ({"tokens": {"id_token": 7}}, "ID token is not valid"),
    "an unsigned one": (
        {"tokens": {"id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."}},
        "ID token is not valid",
    ),
    "somebody else's access token": ({"access": {"sub": "eve"}}, "about different people"),
    "an access token for others": ({"access": {"aud": "another"}}, "The token is not valid"),
    "no tenant": ({"access": {"tenant": None}}, "names no tenant"),
    "an opaque access token": ({"tokens": {"access_token": "opaque"}}, "no signed access token"),
    "no access token": ({"tokens": {"access_token": None}}, "no signed access token"),
    "another provider's answer": ({"answer": {"iss": "https://evil.example"}}, "another identity"),
    "a refusal": ({"answer": {"error": "access_denied"}}, "did not sign you in: access_denied"),
    "a refusal in its own words": (
        {"answer": {"error": "<b>call 555</b>"}},
        "did not sign you in: it sent no code",
    ),
    "no code": ({"answer": {"code": ""}}, "it sent no code"),
}


@pytest.mark.parametrize(("lies", "told"), LIES.values(), ids=LIES.keys())
def test_a_provider_that_lies_signs_nobody_in(browser, provider, lies, told) -> None:
    provider.lie(**lies)
    address, cookie = leave(browser)
    refused(come_back(browser, cookie, provider.answer(address)), told)


def test_a_provider_that_does_not_answer_is_told_as_away(browser, provider) -> None:
    address, cookie = leave(browser)
    back = provider.answer(address)
    provider.lie(broken=True)
    refused(come_back(browser, cookie, back), "does not answer as it should", 503)


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "#/x\r\nSet-Cookie: a=b", "#@evil", "#/<b>"]
)
def test_the_way_back_leads_nowhere_else(browser, provider, to) -> None:
    address, cookie = leave(browser, to)
    answer = come_back(browser, cookie, provider.answer(address))
    assert answer.headers["location"] == f"{HOME}/"


def test_keys_go_on_beside_the_provider(service, browser) -> None:
    assert browser.get("/session").json()["ways"] == ["key", "provider"]
    answer = browser.post("/session", headers=bearer(service.key()))
    assert answer.status_code == 204


def test_with_the_provider_alone_no_key_signs_in(tmp_path, models, provider) -> None:
    given = {**provider.settings, "auth": "oidc", "public_url": HOME}
    with keyed_service(tmp_path / "alone", models, **given) as service:
        assert service.client.get("/session").json()["ways"] == ["provider"]
        key = service.client.post("/session", headers=bearer("prudent_" + "a" * 38))
        assert key.status_code == 401
        assert "not accepted here" in key.json()["detail"]
    del given["oidc_client_id"]
    with keyed_service(tmp_path / "tokens", models, **given) as service:
        assert service.client.get("/session").json()["ways"] == []
        for path in ("/session/start", "/session/callback"):
            refused(service.client.get(path), "no identity provider", 404)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": None},
        {"end_session_endpoint": "http://evil.example/logout"},
    ],
)
def test_endpoints_that_are_not_the_issuers_or_not_safe_are_refused(provider, document) -> None:
    provider.lie(document=document)
    found = Provider(provider.issuer, cooldown=60.0)
    with pytest.raises(ProviderUnavailable):
        found.endpoints()
    provider.lie()
    with pytest.raises(ProviderUnavailable):  # it is not asked again so soon
        found.endpoints()
    assert Provider(provider.issuer).endpoints().token == f"{provider.issuer}/token"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"public_url": None}, "PRUDENT_PUBLIC_URL"),
        ({"public_url": "http://mmm.example"}, "https"),
        ({"public_url": "https://mmm.example?x=1"}, "without query"),
        ({"auth": "keys"}, "PRUDENT_AUTH"),
        ({"oidc_scopes": "prudent:read"}, "openid"),
    ],
)
def test_settings_that_cannot_sign_in_are_refused(provider, changes, told) -> None:
    given = {**provider.settings, "auth": "oidc", "public_url": HOME, **changes}
    with pytest.raises(ValidationError, match=told):
        Settings(**given)
