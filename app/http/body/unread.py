"""Closes the connection where an answer was given before the request's body had been read.

Whoever is refused sends the rest of a body that nobody wants. The answer says that the connection
closes; what still arrives is thrown away for some seconds, since a client that is cut off while it
sends may never read the answer.
"""

from anyio import move_on_after
from starlette.types import Message, Receive, Scope, Send

from app.http.middleware import HttpMiddleware

LINGER_SECONDS = 10.0
QUIET_SECONDS = 1.0
LINGER_BYTES = 64 * 1024 * 1024


class UnreadBody(HttpMiddleware):
    """Answers with ``Connection: close``, then closes, where a body was not read to its end."""

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        unread, answered = _has_body(scope), False

        async def receive_noted() -> Message:
            nonlocal unread
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                unread = False
            return message

        async def send_closing(message: Message) -> None:
            nonlocal answered
            if not unread:
                await send(message)
            elif message["type"] == "http.response.start":
                others = [item for item in message["headers"] if item[0] != b"connection"]
                await send({**message, "headers": [*others, (b"connection", b"close")]})
            elif message.get("more_body", False):
                await send(message)
            else:
                await send({**message, "more_body": True})
                answered = True

        await self.app(scope, receive_noted, send_closing)
        if answered:
            await _discard(receive_noted)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    """Throw away what still comes, until nothing comes for a second."""
    discarded = 0
    with move_on_after(LINGER_SECONDS):
        while discarded < LINGER_BYTES:
            message: Message = {}
            with move_on_after(QUIET_SECONDS):
                message = await receive()
            if not message.get("more_body", False):
                return
            discarded += len(message["body"])


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return (
        b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip(b"0") != b""
    )
