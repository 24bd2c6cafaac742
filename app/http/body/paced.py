"""The server's side of a connection, which reads a body only as fast as somebody wants it.

The library reads 256 KiB at a time, and up to 64 KiB of a body before anybody asked for it. Of a
body in chunks of one byte one such read holds 44,000 chunks, which keep the event loop for 0.2 s,
for each connection and before it is known whose it is.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

READ_BYTES = 16 * 1024


class PacedProtocol(H11Protocol):
    """Reads little at a time, and after a request's head and each piece waits to be asked on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make reads small; a transport without the attribute does not look at it."""
        super().connection_made(transport)
        transport.__dict__["max_size"] = READ_BYTES

    def data_received(self, data: bytes) -> None:
        """Handle what came; ``receive`` of the application resumes reading."""
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle  # of no request before the first head
        if cycle is not None and cycle.more_body and not cycle.response_complete:
            self.flow.pause_reading()
