"""A body is read as it is asked for, and comes whole."""

import time
from collections.abc import Iterator

import httpx
import pytest

from app.http.body.paced import READ_BYTES
from tests.app.running import serving

SIZE = 2_000_000
HELD = 0.2


class Noting:
    """Answers with the length of the body, which it asks for late; notes the pieces."""

    def __init__(self) -> None:
        self.pieces: list[int] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                kind = (await receive())["type"]
                await send({"type": f"{kind}.complete"})
            return
        if scope["path"] == "/late":
            time.sleep(HELD)
        self.pieces = []
        more = True
        while more:
            message = await receive()
            self.pieces.append(len(message.get("body", b"")))
            more = message.get("more_body", False)
        content = str(sum(self.pieces)).encode()
        headers = [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


@pytest.fixture(scope="module")
def noting() -> Noting:
    return Noting()


@pytest.fixture(scope="module")
def client(noting) -> Iterator[httpx.Client]:
    with serving(noting) as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/late"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_comes_whole_and_in_small_pieces(client, noting, path, chunked) -> None:
    content = b"x" * SIZE
    sent = iter([content[:-1], content[-1:]]) if chunked else content
    assert client.post(path, content=sent).text == str(SIZE)
    assert max(noting.pieces) <= READ_BYTES


def test_a_connection_serves_one_request_after_another(client) -> None:
    for size in (0, 10, SIZE, 0, 1):
        assert client.post("/", content=b"x" * size).text == str(size)
        assert client.get("/").text == "0"
