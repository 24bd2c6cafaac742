"""Sessions of the workbench: a signed token in a cookie, for an API key or a sign-in elsewhere.

    token = base64url(document) . base64url(HMAC-SHA256(document))

The document names the key, or the caller whom the identity provider named, and when the session
ends; it holds no secret. A key is looked up at every request, so revoking it ends its sessions at
once, and a session never outlives its key.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.access.keys import KeyReader
from app.access.signing import document_of, signed_document
from app.contract.caller import Caller, granted, in_order
from app.errors import Unauthenticated

COOKIE = "prudent_session"
HEADER = "x-prudent-session"
"""Sent by the page with every call: a form or an image of another site cannot send it."""

NOT_VALID = "The session is not valid: sign in again."
_PURPOSE = b"prudent session 1"


@dataclass(frozen=True)
class Sessions:
    """Issues and reads sessions of ``seconds``; ``clock`` returns seconds since the epoch.

    ``keys``: None where API keys are not accepted. ``provided``: whether callers whom the identity
    provider named are.
    """

    keys: KeyReader | None
    secret: bytes
    seconds: float
    provided: bool = False
    clock: Callable[[], float] = time.time

    def issue(self, key: str) -> tuple[str, Caller]:
        """A token for the owner of an API key, and the owner; raises Unauthenticated."""
        if self.keys is None:
            raise Unauthenticated("API keys are not accepted here: sign in with the provider.")
        caller = self.keys.caller(key)
        return self._token({"key": caller.subject}), caller

    def issue_to(self, caller: Caller) -> str:
        """A token for a caller whom the identity provider has named."""
        scopes = in_order(caller.scopes)
        named = {"tenant": caller.tenant, "scopes": scopes, "subject": caller.subject}
        return self._token({"caller": named})

    def caller(self, token: str) -> Caller:
        """The caller of a session; raises Unauthenticated."""
        try:
            said = document_of(self.secret, _PURPOSE, token)
        except ValueError as error:
            raise Unauthenticated(NOT_VALID) from error
        if said["until"] <= self.clock():
            raise Unauthenticated("The session has expired: sign in again.")
        if "key" in said and self.keys is not None:
            return self.keys.caller_of(said["key"])
        if "caller" in said and self.provided:
            named = said["caller"]
            return Caller(named["tenant"], granted(named["scopes"]), named["subject"])
        raise Unauthenticated(NOT_VALID)

    def is_named(self, token: str) -> bool:
        """Whether a session, ended or not, is of somebody whom the identity provider named."""
        try:
            return "caller" in document_of(self.secret, _PURPOSE, token)
        except ValueError:
            return False

    def _token(self, owner: dict[str, Any]) -> str:
        until = self.clock() + self.seconds
        return signed_document(self.secret, _PURPOSE, {**owner, "until": until})
