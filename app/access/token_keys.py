"""Public keys of the identity provider: fetched when needed, cached, at a bounded rate.

An unknown key id, which anybody can invent, causes at most one request in ``COOLDOWN`` seconds, and
so does a provider that does not answer. During an outage of the provider the last known keys are
used for up to ``STALE`` seconds.
"""

import json
import time
import urllib.request
from typing import Any

from jwt import PyJWKClient, PyJWKSet, PyJWTError
from jwt.exceptions import PyJWKClientConnectionError

from app.errors import ProviderUnavailable

COOLDOWN = 30.0
LIFESPAN = 600.0
STALE = 24 * 3600.0
TIMEOUT = 5.0
DISCOVERY = "/.well-known/openid-configuration"


class TokenKeys(PyJWKClient):
    """The library's client, with a bounded rate of failed requests too.

    ``address`` is the URL of the keys; if None, it is read from the issuer's discovery document.
    """

    def __init__(self, issuer: str, address: str | None, cooldown: float = COOLDOWN) -> None:
        super().__init__(
            address or issuer, lifespan=LIFESPAN, timeout=TIMEOUT, cooldown_duration=cooldown
        )
        self._issuer = issuer
        self._known = address is not None
        self._last: tuple[float, PyJWKSet] | None = None
        self._failed: float | None = None
        self._reason = ""

    def fetch_data(self) -> Any:
        """The key set; raises ProviderUnavailable if it cannot be fetched."""
        if self._failed is None or time.monotonic() - self._failed >= self.cooldown_duration:
            try:
                return self._fetch()
            except (PyJWTError, OSError, ValueError, KeyError, TypeError) as error:
                self._failed, self._reason = time.monotonic(), str(error)
        if self._last is not None and time.monotonic() - self._last[0] < STALE:
            return self._last[1]
        raise ProviderUnavailable(
            f"The keys of the identity provider {self._issuer} cannot be fetched: {self._reason}",
            self.cooldown_duration,
        )

    def _fetch(self) -> PyJWKSet:
        if not self._known:
            self.uri, self._known = self._discovered(), True
        keys = PyJWKSet.from_dict(super().fetch_data())
        self._last, self._failed = (time.monotonic(), keys), None
        return keys

    def _discovered(self) -> str:
        address = self._issuer.rstrip("/") + DISCOVERY
        with urllib.request.urlopen(address, timeout=self.timeout) as response:  # noqa: S310
            document = json.load(response)
        if document["issuer"] != self._issuer:
            raise PyJWKClientConnectionError(f"{address} names the issuer {document['issuer']!r}")
        return str(document["jwks_uri"])
