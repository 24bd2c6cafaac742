"""Which names a browser may reach the service by: a defence against pages that other sites serve.

Where nobody is asked for a credential, the loopback address is the whole of the protection, and a
browser on the machine undermines it: a page may rebind its own name to 127.0.0.1 and then read
answers, or send a form across origins. Both carry the foreign name in ``Host`` or ``Origin``
(RFC 9110, 7.2; RFC 6454), which a page cannot forge.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from app.access_settings import is_loopback
from app.http.middleware import HttpMiddleware
from app.problems import problem_response, status_problem
from app.settings import Settings

EXEMPT = frozenset({"/livez", "/readyz"})
"""Probes ask by address, and their answers hold nothing."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class TrustedHost(HttpMiddleware):
    """Refuses requests for a name that is neither loopback (if ``loopback``) nor in ``names``."""

    def __init__(self, app: ASGIApp, names: Collection[str], loopback: bool) -> None:
        super().__init__(app)
        self.names = frozenset(name.lower() for name in names)
        self.loopback = loopback

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; 421 for an untrusted Host, 403 for an untrusted Origin."""
        refusal = None if scope["path"] in EXEMPT else self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        status, detail = refusal
        problem = status_problem(status, detail, scope.get("request_id"))
        await problem_response(problem, {"connection": "close"})(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or not self._trusts(_host_name(hosts[0])):
            given = ", ".join(hosts) or "none"
            return 421, (
                f"This service does not answer for the host {given!r}. Use localhost or 127.0.0.1, "
                "or list the name in PRUDENT_ALLOWED_HOSTS."
            )
        if scope["method"] in _SAFE_METHODS:
            return None
        for origin in _values(scope, b"origin"):
            if not self._trusts(urlsplit(origin).hostname if "://" in origin else None):
                return 403, f"Pages of {origin!r} may not change anything here."
        return None

    def _trusts(self, name: str | None) -> bool:
        if name is None:
            return False
        return name in self.names or (self.loopback and is_loopback(name))


def trusted_names(settings: Settings) -> tuple[tuple[str, ...], bool] | None:
    """The names to trust and whether loopback is one; None where every name is served.

    With access control a foreign page has no credential to send, so names are checked only where
    ``allowed_hosts`` lists some.
    """
    if settings.auth != "none" and not settings.allowed_hosts:
        return None
    return settings.allowed_hosts, settings.auth == "none"


def _values(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _host_name(host: str) -> str | None:
    """``localhost:8000`` -> ``localhost``, ``[::1]:80`` -> ``::1``; None if it is no host."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    strange = parts.path or parts.query or parts.fragment or parts.username is not None
    return None if strange else parts.hostname
