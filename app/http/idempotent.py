"""Idempotency-Key: a creating call that is repeated with the same key creates nothing again.

A client that lost a response repeats the call with the same key and gets the first response, marked
``Idempotent-Replayed: true``. Keys belong to the tenant. Only successful responses are stored: a
refused call created nothing, and may be corrected and repeated with its key. Secrets are never
stored.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.db.idempotency import IdempotencyKeys, StoredResponse
from app.http.dependencies import ContextOf

STORED_HEADERS = ("content-type", "location", "preference-applied")


@dataclass(frozen=True)
class IdempotentCall:
    """A creating call and its idempotency key, if any."""

    key: str | None
    fingerprint: str
    keys: IdempotencyKeys

    async def answer(
        self, make: Callable[[], Awaitable[Response]], redact: Callable[[bytes], bytes] = bytes
    ) -> Response:
        """The stored response of the key, or else the response of ``make``, which is then stored.

        ``redact`` removes secrets from the body that is stored.
        """
        if self.key is None:
            return await make()
        stored = await run_in_threadpool(self.keys.claim, self.key, self.fingerprint)
        if stored is not None:
            headers = {**stored.headers, "idempotent-replayed": "true"}
            return Response(stored.body, stored.status, headers)
        try:
            response = await make()
            to_store = _stored_response(response, redact(bytes(response.body)))
            await run_in_threadpool(self.keys.store, self.key, to_store)
        except BaseException:
            await run_in_threadpool(self.keys.release, self.key)
            raise
        return response


async def idempotent_call(
    request: Request,
    context: ContextOf,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="Repeated with the same key, the call is carried out only once.",
        ),
    ] = None,
) -> IdempotentCall:
    """The idempotency key and fingerprint of a request (a dependency of the creating routes)."""
    settings = context.settings
    keys = IdempotencyKeys(
        context.database,
        context.caller.tenant,
        lifetime=timedelta(seconds=settings.idempotency_seconds),
        patience=timedelta(seconds=settings.idempotency_patience_seconds),
    )
    fingerprint = ""
    if idempotency_key:
        fingerprint = await run_in_threadpool(_fingerprint, request, await request.body())
    return IdempotentCall(idempotency_key, fingerprint, keys)


Idempotent = Annotated[IdempotentCall, Depends(idempotent_call)]


def _fingerprint(request: Request, body: bytes) -> str:
    """A hash of everything that determines what is created: method, URL, type and body."""
    kind = request.headers.get("content-type", "")
    head = f"{request.method} {request.url.path}?{request.url.query}\n{kind}\n"
    made = hashlib.sha256(head.encode())
    made.update(body)
    return made.hexdigest()


def _stored_response(response: Response, body: bytes) -> StoredResponse:
    headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
    return StoredResponse(response.status_code, headers, body.decode())
