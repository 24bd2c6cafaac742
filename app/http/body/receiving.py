"""Receives the body of a request: counted, in its turn, and in the time that its bytes are given.

The server buffers 64 KiB of a body until it is asked for more, so whoever waits for a turn takes no
memory. Bodies of up to ``SMALL_BYTES`` need no turn.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from anyio import current_time, fail_after, move_on_after, to_thread
from fastapi import Request
from starlette.types import Receive

from app.context import Context, caller_of
from app.errors import BodyTooLarge, BodyTooSlow, CallerLeft, Overloaded
from app.intake.pool import SMALL_BYTES
from app.settings import Settings


@asynccontextmanager
async def received_body(request: Request, context: Context, most: int) -> AsyncIterator[bytes]:
    """The body of ``request``, which counts as bytes in flight until the block ends.

    Raises BodyTooLarge for more than ``most`` bytes, declared or received, BodyTooSlow, Overloaded
    where the wait for a turn is too long, CallerLeft if the caller disconnects.
    """
    declared = _declared_length(request)
    size = most if declared is None else declared
    if size > most:
        raise BodyTooLarge(most)
    async with AsyncExitStack() as turn:
        if size > SMALL_BYTES:
            await _take_turn(turn, context, caller_of(request).tenant, size)
        yield await _receive(request.receive, most, context.settings)


async def _take_turn(turn: AsyncExitStack, context: Context, tenant: str, size: int) -> None:
    longest = context.settings.longest_wait_seconds
    with move_on_after(longest) as waiting:
        await turn.enter_async_context(context.intake.in_flight.turn(tenant, size))
    if waiting.cancelled_caught:
        detail = f"A body of {size} bytes found no room in {longest:g} s: try again later."
        raise Overloaded(detail, retry_after=longest)


async def _receive(receive: Receive, most: int, settings: Settings) -> bytes:
    """The whole body. Its time grows with what has come, so that a trickle does not last."""
    pieces: list[bytes] = []
    received, began = 0, current_time()
    while True:
        allowed = settings.body_seconds + received / settings.body_bytes_per_second
        try:
            with fail_after(began + allowed - current_time()):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(received, current_time() - began) from None
        if message["type"] == "http.disconnect":
            raise CallerLeft
        piece = message.get("body", b"")
        received += len(piece)
        if received > most:
            raise BodyTooLarge(most)
        pieces.append(piece)
        if not message.get("more_body", False):
            return await to_thread.run_sync(b"".join, pieces)


def _declared_length(request: Request) -> int | None:
    """The length that the request states; None where it comes in chunks."""
    if "transfer-encoding" in request.headers:
        return None
    return int(request.headers.get("content-length", "0"))
