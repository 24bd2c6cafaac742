"""Idempotency-Key: a creating call that is sent again creates nothing again.

A client that lost an answer repeats the call with the same key and gets the first answer, marked
``Idempotent-Replayed: true``. Keys belong to the tenant. Only successes are remembered: a call that
was refused created nothing, and may be corrected under its key. A secret is never remembered.
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

KEPT = ("content-type", "location", "preference-applied")


@dataclass(frozen=True)
class Once:
    """A creating call, with the key that it came with, if any."""

    key: str | None
    fingerprint: str
    keys: IdempotencyKeys

    async def answer(
        self, make: Callable[[], Awaitable[Response]], kept: Callable[[bytes], bytes] = bytes
    ) -> Response:
        """What ``make`` answers, or what is ``kept`` of its body from when the key was used."""
        if self.key is None:
            return await make()
        known = await run_in_threadpool(self.keys.claim, self.key, self.fingerprint)
        if known is not None:
            headers = {**known.headers, "idempotent-replayed": "true"}
            return Response(known.body, known.status, headers)
        try:
            response = await make()
            answered = _remembered(response, kept(bytes(response.body)))
            await run_in_threadpool(self.keys.store, self.key, answered)
        except BaseException:
            await run_in_threadpool(self.keys.release, self.key)
            raise
        return response


async def once(
    request: Request,
    context: ContextOf,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="Sent again with the same key, the call is carried out once.",
        ),
    ] = None,
) -> Once:
    """The key of a request and what it stands for (a dependency of the creating routes)."""
    settings = context.settings
    keys = IdempotencyKeys(
        context.database,
        context.caller.tenant,
        lifetime=timedelta(seconds=settings.idempotency_seconds),
        patience=timedelta(seconds=settings.idempotency_patience_seconds),
    )
    fingerprint = await _fingerprint(request) if idempotency_key else ""
    return Once(idempotency_key, fingerprint, keys)


CalledOnce = Annotated[Once, Depends(once)]


async def _fingerprint(request: Request) -> str:
    """A hash of everything that decides what is created."""
    kind = request.headers.get("content-type", "")
    head = f"{request.method} {request.url.path}?{request.url.query}\n{kind}\n"
    return hashlib.sha256(head.encode() + await request.body()).hexdigest()


def _remembered(response: Response, body: bytes) -> StoredResponse:
    headers = {name: response.headers[name] for name in KEPT if name in response.headers}
    return StoredResponse(response.status_code, headers, body.decode())
