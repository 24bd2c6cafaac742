"""The identity provider's endpoints, as its discovery document names them.

The document is fetched when needed and kept for ``LIFESPAN`` seconds. A provider that does not
answer is asked again once in ``COOLDOWN`` seconds; until then callers are told at once.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import httpx

from app.access.token_keys import COOLDOWN, DISCOVERY, LIFESPAN, TIMEOUT
from app.access_settings import is_safe_url
from app.errors import ProviderUnavailable, Unauthenticated

POST_ONLY = "client_secret_post"


@dataclass(frozen=True)
class Endpoints:
    """Where a browser is sent, and where codes are exchanged; ``methods`` authenticate there.
    ``leave``: where people sign out of the provider; None where it names no such place."""

    authorize: str
    token: str
    methods: tuple[str, ...]
    leave: str | None = None


class Provider:
    """One identity provider; safe to be used by several threads."""

    def __init__(self, issuer: str, cooldown: float = COOLDOWN) -> None:
        self._issuer = issuer
        self._cooldown = cooldown
        self._lock = threading.Lock()
        self._known: tuple[float, Endpoints] | None = None
        self._failed: tuple[float, str] | None = None

    def endpoints(self) -> Endpoints:
        """The provider's endpoints; raises ProviderUnavailable."""
        with self._lock:
            present = time.monotonic()
            if self._known is not None and present - self._known[0] < LIFESPAN:
                return self._known[1]
            if self._failed is None or present - self._failed[0] >= self._cooldown:
                try:
                    self._known = (present, self._discovered())
                except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                    self._failed = (present, str(error))
                else:
                    self._failed = None
                    return self._known[1]
            raise self._away(self._failed[1])

    def exchange(self, form: Mapping[str, str], secret: str | None) -> dict[str, Any]:
        """The tokens for a code.

        Raises Unauthenticated where the provider refuses it, ProviderUnavailable where it does not
        answer as it should.
        """
        endpoints, fields, headers = self.endpoints(), dict(form), {"Accept": "application/json"}
        credentials = None
        if secret is not None:
            if endpoints.methods == (POST_ONLY,):
                fields["client_secret"] = secret
            else:
                credentials = httpx.BasicAuth(quote_plus(fields["client_id"]), quote_plus(secret))
        try:
            answer = httpx.post(
                endpoints.token, data=fields, headers=headers, auth=credentials, timeout=TIMEOUT
            )
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._away(str(error)) from error
        if not isinstance(document, dict) or answer.status_code >= 500:
            raise self._away(f"it answered {answer.status_code}")
        if answer.status_code != 200:
            code = document.get("error")
            told = code if isinstance(code, str) and code.isidentifier() else "no reason"
            raise Unauthenticated(f"The identity provider refused the sign-in: {told}.")
        return document

    def _discovered(self) -> Endpoints:
        address = self._issuer.rstrip("/") + DISCOVERY
        document = httpx.get(address, timeout=TIMEOUT).raise_for_status().json()
        if document["issuer"] != self._issuer:
            raise ValueError(f"{address} names the issuer {document['issuer']!r}")
        found = Endpoints(
            document["authorization_endpoint"],
            document["token_endpoint"],
            tuple(document.get("token_endpoint_auth_methods_supported") or ()),
            document.get("end_session_endpoint") or None,
        )
        for url in (found.authorize, found.token, *([found.leave] if found.leave else [])):
            if not is_safe_url(url):
                raise ValueError(f"{address} names {url!r}, which does not use https")
        return found

    def _away(self, reason: str) -> ProviderUnavailable:
        detail = f"The identity provider {self._issuer} does not answer as it should: {reason}"
        return ProviderUnavailable(detail, self._cooldown)
