"""An identity provider in a process of its own: discovery, keys, a page to sign in, tokens.

``python -m tests.app.identity_provider`` prints its port. It speaks the code flow of OIDC with PKCE
as providers do: a code works once, for one redirect address, one client and one verifier. What
``POST /control`` sends as JSON changes what it issues next, so that a client can be lied to.
"""

import base64
import hashlib
import html
import json
import secrets
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUDIENCE, CLIENT, SECRET = "prudent-api", "workbench", "client secret/1"
FORM = (
    "<!doctype html><html lang=en><title>Provider</title><h1>Provider</h1>"
    '<form method="post" action="/authorize?{query}"><button>Continue as Ada</button></form></html>'
)
OUT = (
    "<!doctype html><html lang=en><title>Provider</title><h1>Signed out</h1>"
    '<a href="{back}">Back</a></html>'
)


class Provider:
    """The state of the provider: its key, the codes that it gave, and how it lies."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.lies: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        named = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?prompt=login",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
        }
        return {**named, **self.lies.get("document", {})}

    def public(self) -> dict[str, Any]:
        found = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(self.key.public_key()))
        return {"keys": [{**found, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def signed(self, claims: dict[str, Any]) -> str:
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.key, "RS256", headers={"kid": "one"})

    def code(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return code

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | str:
        """Tokens for a code, or the error of RFC 6749."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("grant_type") != "authorization_code":
            return "invalid_grant"
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = ("redirect_uri", "client_id")
        if challenge != asked["code_challenge"] or any(form[n] != asked[n] for n in same):
            return "invalid_grant"
        present = int(time.time())
        base = {"iss": self.issuer, "sub": "ada", "iat": present, "exp": present + 300}
        rights = {"aud": asked["audience"], "tenant": "acme", "scope": "openid prudent:write"}
        identity = {"aud": CLIENT, "nonce": asked["nonce"]}
        issued = {
            "token_type": "Bearer",
            "access_token": self.signed(base | rights | self.lies.get("access", {})),
            "id_token": self.signed(base | identity | self.lies.get("identity", {})),
        }
        return {**issued, **self.lies.get("tokens", {})}


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            self._send(FORM.format(query=parts.query).encode(), "text/html")
        elif parts.path == "/logout":
            self._signed_out(fields(parts.query))
        elif parts.path == "/keys":
            self._json(self.provider.public())
        elif parts.path == "/.well-known/openid-configuration":
            self._json(self.provider.document())
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        if parts.path == "/control":
            self.provider.lies = json.loads(content)
            self._json({})
        elif parts.path == "/authorize":
            self._back(fields(parts.query))
        elif self.provider.lies.get("broken"):
            self._json({}, 500)
        elif not self._is_client():
            self._json({"error": "invalid_client"}, 401)
        else:
            tokens = self.provider.tokens(fields(content.decode()))
            bad = isinstance(tokens, str)
            self._json({"error": tokens} if bad else tokens, 400 if bad else 200)

    def _signed_out(self, asked: dict[str, str]) -> None:
        """A page that leads back, for the client that is known here."""
        if asked.get("client_id") != CLIENT:
            self._json({"error": "invalid_client"}, 400)
        else:
            back = html.escape(asked["post_logout_redirect_uri"], quote=True)
            self._send(OUT.format(back=back).encode(), "text/html")

    def _back(self, asked: dict[str, str]) -> None:
        """Send the browser back with a code, or with an error."""
        answer = {"code": self.provider.code(asked), "iss": self.provider.issuer}
        answer |= self.provider.lies.get("answer", {})
        query = urlencode({"state": asked["state"], **answer})
        self.send_response(303)
        self.send_header("Location", f"{asked['redirect_uri']}?{query}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_client(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)

    def _json(self, document: Any, status: int = 200) -> None:
        self._send(json.dumps(document).encode(), "application/json", status)

    def _send(self, content: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


class ProviderProcess:
    """The provider as a process, and what a browser does there."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.app.identity_provider"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        port = self._process.stdout.readline().strip()
        assert port, "the provider did not start"
        self.issuer = f"http://127.0.0.1:{port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a service that signs people in here."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_audience": AUDIENCE,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
        }

    def lie(self, **lies: Any) -> None:
        httpx.post(f"{self.issuer}/control", json=lies).raise_for_status()

    def answer(self, address: str) -> dict[str, str]:
        """What the provider sends back once somebody has continued as Ada."""
        back = httpx.post(f"{self.issuer}/authorize?{urlsplit(address).query}")
        assert back.status_code == 303
        return fields(urlsplit(back.headers["location"]).query)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        assert self._process.stdout
        self._process.stdout.close()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = int(server.server_address[1])
    Handler.provider = Provider(port)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
