"""Tokens of an identity provider: a real server with its keys, real signatures, each claim."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError

from app.access.token_keys import TokenKeys
from app.access.tokens import TokenReader
from app.errors import ProviderUnavailable, Unauthenticated
from app.settings import Settings
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import bearer
from tests.app.running import fake_service

AUDIENCE = "prudent-api"
NULL = object()
"""Sent as null, where None leaves a claim out."""


class Provider:
    """An identity provider on this machine: it signs tokens and shows its public keys."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.requests: list[str] = []
        self.broken = False
        self.document: Any = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.add("first", rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def add(self, kid: str, key: Any) -> None:
        self.keys[kid] = key

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def token(self, kid: str = "first", algorithm: str = "RS256", **changes: Any) -> str:
        present = datetime.now(UTC)
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "ada",
            "iat": present,
            "exp": present + timedelta(minutes=5),
            "tenant": "acme",
            "scope": "openid prudent:write",
            **changes,
        }
        kept = {
            name: None if value is NULL else value
            for name, value in claims.items()
            if value is not None
        }
        return jwt.encode(kept, self.keys[kid], algorithm, headers={"kid": kid})

    def _document(self, path: str) -> Any:
        if self.document is not None:
            return self.document
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        return {"keys": [_public(kid, key) for kid, key in self.keys.items()]}

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (self is the handler's)
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.requests.append(self.path)
                content = json.dumps(provider._document(self.path)).encode()
                self.send_response(500 if provider.broken else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def _public(kid: str, key: Any) -> dict[str, Any]:
    rsa_key = isinstance(key, rsa.RSAPrivateKey)
    algorithm: Any = jwt.get_algorithm_by_name("RS256" if rsa_key else "ES256")
    found = json.loads(algorithm.to_jwk(key.public_key()))
    return {**found, "kid": kid, "use": "sig", "alg": "RS256" if rsa_key else "ES256"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.close()


def reader_of(provider: Provider, cooldown: float = 30.0, **changes: Any) -> TokenReader:
    settings = Settings(auth="oidc", oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, **changes)
    return TokenReader(settings, TokenKeys(provider.issuer, settings.oidc_jwks_url, cooldown))


def test_tenant_and_scopes_come_from_the_token(provider) -> None:
    caller = reader_of(provider).caller(provider.token())
    assert (caller.tenant, caller.subject) == ("acme", "oidc:ada")
    assert caller.scopes == {"read", "write"}


def test_tenant_and_scopes_come_from_the_claims_that_the_settings_name(provider) -> None:
    reader = reader_of(
        provider,
        oidc_tenant_claim="https://us/org",
        oidc_scope_claim="roles",
        oidc_scope_prefix="mmm.",
    )
    token = provider.token(tenant=None, roles=["mmm.read", "x", 3], **{"https://us/org": "org-1"})
    caller = reader.caller(token)
    assert caller.tenant == "org-1"
    assert caller.scopes == {"read"}


def test_tokens_signed_on_an_elliptic_curve_are_read(provider) -> None:
    provider.add("curve", ec.generate_private_key(ec.SECP256R1()))
    assert reader_of(provider).caller(provider.token("curve", "ES256")).tenant == "acme"


PAST = datetime.now(UTC) - timedelta(hours=1)
WRONG = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another-api"},
    "no audience": {"aud": None},
    "expired": {"exp": PAST},
    "no end": {"exp": None},
    "not yet valid": {"nbf": datetime.now(UTC) + timedelta(hours=1)},
    "no subject": {"sub": None},
    "no tenant": {"tenant": None},
    "a tenant that is no name": {"tenant": "../them"},
    "a tenant that is no text": {"tenant": ["acme"]},
    "a tenant and a line more": {"tenant": "acme\n"},
    "a tenant of full-width letters": {"tenant": "\uff41cme"},
    "a subject with NUL": {"sub": "ada\0"},
    "a subject with half a character": {"sub": "ada\ud800"},
    "an endless end": {"exp": float("inf")},
    "an end that is none": {"exp": {}},
    "RS512": {"algorithm": "RS512"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_tokens_that_are_wrong_open_nothing(provider, changes) -> None:
    with pytest.raises(Unauthenticated):
        reader_of(provider).caller(provider.token(**changes))


def test_tokens_without_scopes_may_nothing(provider) -> None:
    assert reader_of(provider).caller(provider.token(scope=None)).scopes == frozenset()
    assert reader_of(provider).caller(provider.token(scope="admin")).scopes == frozenset()


@pytest.mark.parametrize("odd", [NULL, 3, True, {"prudent:admin": True}, [None, [], 3], ""])
def test_scopes_of_another_shape_may_nothing(provider, odd) -> None:
    """``NULL`` is sent as null: a provider that knows no scopes of a user may say so."""
    reader = reader_of(provider, oidc_scope_claim="roles")
    assert reader.caller(provider.token(roles=odd)).scopes == frozenset()


def test_a_token_nested_too_deeply_opens_nothing(provider) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        reader_of(provider).caller(f"{deep}.{deep}.{deep}")


def test_forged_tokens_open_nothing(provider) -> None:
    reader = reader_of(provider)
    head, body, signature = provider.token().split(".")
    for forged in (
        f"{head}.{_encoded({'sub': 'eve', 'tenant': 'them'})}.{signature}",
        f"{_encoded({'alg': 'none', 'kid': 'first'})}.{body}.",
        f"{_encoded({'alg': 'RS256'})}.{body}.{signature}",
        _signed_with_public_key(provider, body),
        "a.b.c",
    ):
        with pytest.raises(Unauthenticated):
            reader.caller(forged)


def _encoded(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _signed_with_public_key(provider: Provider, body: str) -> str:
    """HS256 with the public key for a secret: what a verifier that trusts ``alg`` accepts."""
    public = json.dumps(_public("first", provider.keys["first"])).encode()
    content = f"{_encoded({'alg': 'HS256', 'kid': 'first'})}.{body}"
    mac = hmac.digest(public, content.encode(), hashlib.sha256)
    return f"{content}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_keys_of_the_provider_are_fetched_once(provider) -> None:
    reader = reader_of(provider)
    for _ in range(5):
        reader.caller(provider.token())
    assert provider.requests == ["/.well-known/openid-configuration", "/keys"]
    given = reader_of(provider, oidc_jwks_url=f"{provider.issuer}/keys")
    given.caller(provider.token())
    assert provider.requests[2:] == ["/keys"]


def test_unknown_keys_of_the_provider_are_looked_for_at_a_bounded_rate(provider) -> None:
    patient, eager = reader_of(provider), reader_of(provider, cooldown=0.0)
    for reader in (patient, eager):
        reader.caller(provider.token())
    provider.add("second", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    token, before = provider.token("second"), len(provider.requests)
    for _ in range(3):
        with pytest.raises(Unauthenticated, match="signing key"):
            patient.caller(token)
    assert len(provider.requests) == before
    assert eager.caller(token).tenant == "acme"


def test_a_provider_that_fails_is_asked_at_a_bounded_rate(provider) -> None:
    provider.broken = True
    reader = reader_of(provider)
    for _ in range(3):
        with pytest.raises(ProviderUnavailable) as refused:
            reader.caller(provider.token())
    assert refused.value.retry_after == 30.0
    assert len(provider.requests) == 1


def test_a_provider_whose_document_is_none_is_not_available(provider) -> None:
    provider.document = ["no", "object"]
    with pytest.raises(ProviderUnavailable):
        reader_of(provider).caller(provider.token())


def test_keys_of_a_provider_that_fails_later_are_used_on(provider) -> None:
    reader = reader_of(provider, cooldown=0.0)
    reader.caller(provider.token())
    provider.broken = True
    with pytest.raises(Unauthenticated):
        reader.caller(provider.token(sub=None))
    provider.add("second", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with pytest.raises(Unauthenticated):
        reader.caller(provider.token("second"))
    assert reader.caller(provider.token()).tenant == "acme"


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_audience": AUDIENCE},
        {"oidc_issuer": "http://id.example", "oidc_audience": AUDIENCE},
        {"oidc_issuer": "file:///etc/passwd", "oidc_audience": AUDIENCE},
    ],
)
def test_settings_of_a_provider_must_be_complete_and_safe(given) -> None:
    with pytest.raises(ValidationError, match=r"PRUDENT_OIDC|https"):
        Settings(auth="keys+oidc", **given)


def test_tenant_of_a_token_sees_its_own_things(tmp_path, models, provider) -> None:
    oidc = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE}
    with fake_service(tmp_path, models, auth="keys+oidc", **oidc) as client:
        acme, other = bearer(provider.token()), bearer(provider.token(tenant="other"))
        table = b"week,sales\n2024-01-01,1\n2024-01-08,2\n"
        as_csv = {"Content-Type": "text/csv"}
        made = client.post("/v1/datasets", content=table, headers=acme | as_csv)
        place = made.headers["location"]
        assert client.get(place, headers=acme).status_code == 200
        assert_problem(client.get(place, headers=other), 404, "not_found")
        assert_problem(client.get("/v1/keys", headers=acme), 403, "missing_scope")
        admin = bearer(provider.token(scope="prudent:admin"))
        key = client.post("/v1/keys", headers=admin, json={"name": "nightly"}).json()["key"]
        assert client.get(place, headers=bearer(key)).status_code == 200
        assert_problem(client.get(place, headers=bearer("a.b.c")), 401, "unauthenticated")


def test_tokens_alone_make_no_keys_that_would_open_nothing(tmp_path, models, provider) -> None:
    changes = {"auth": "oidc", "oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE}
    admin = bearer(provider.token(scope="prudent:admin"))
    with fake_service(tmp_path, models, **changes) as client:
        refused = client.post("/v1/keys", headers=admin, json={"name": "useless"})
        assert_problem(refused, 409, "keys_not_used")
        assert "PRUDENT_AUTH=keys+oidc" in refused.json()["detail"]
        assert client.get("/v1/keys", headers=admin).json()["items"] == []
