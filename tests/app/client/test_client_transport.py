"""What the client does where the service is busy, away, or answers nonsense."""

from collections import Counter

import pytest

from app.client import ATTEMPTS, Client, ClientError, ServiceError, Unreachable
from tests.app.object_store import free_port
from tests.app.running import serving


class Broken:
    """A server that breaks off the first answers; it counts the calls, and their keys."""

    def __init__(self, broken: int) -> None:
        self.broken = broken
        self.calls: list[tuple[str, str | None]] = []

    async def __call__(self, scope, receive, send) -> None:
        while (await receive()).get("more_body"):
            pass
        key = dict(scope["headers"]).get(b"idempotency-key", b"").decode()
        self.calls.append((scope["method"], key or None))
        length = b"1000" if len(self.calls) <= self.broken else b"2"
        headers = [(b"content-length", length), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.mark.parametrize("refusals", [1, 9])
def test_a_busy_service_is_asked_again_a_few_times(refusals) -> None:
    asked = []

    async def busy(scope, receive, send) -> None:
        asked.append(scope["path"])
        status = 503 if len(asked) <= refusals else 204
        headers = [(b"retry-after", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    with serving(busy) as server, Client(str(server.base_url)) as api:
        if refusals < ATTEMPTS:
            api.delete_model("m")
        else:
            with pytest.raises(ServiceError, match="503"):
                api.delete_model("m")
    assert len(asked) == min(refusals + 1, ATTEMPTS)


def test_a_lost_answer_to_a_read_is_asked_for_again() -> None:
    server = Broken(1)
    with serving(server) as running, Client(str(running.base_url)) as api:
        assert api.report("m") == "{}"
    assert Counter(server.calls) == {("GET", None): 2}


def test_a_creating_call_is_repeated_under_its_key() -> None:
    server = Broken(2)
    refused = pytest.raises(ClientError, match="not a valid Project")
    with serving(server) as running, Client(str(running.base_url)) as api, refused:
        api.create_project("x")
    assert len(server.calls) == 3
    assert len({key for _, key in server.calls}) == 1
    assert server.calls[0][1] is not None


def test_what_may_have_been_done_is_not_repeated() -> None:
    server = Broken(1)
    with serving(server) as running, Client(str(running.base_url)) as api:
        with pytest.raises(Unreachable):
            api.create_key("x")
        with pytest.raises(ClientError):
            api.create_key("x")
    assert server.calls == [("POST", None)] * 2


def test_a_service_that_is_away_is_named() -> None:
    away = pytest.raises(Unreachable, match=r"no answer from http://127\.0\.0\.1:\d+")
    with Client(f"http://127.0.0.1:{free_port()}") as api, away:
        api.version()


def test_a_refusal_by_something_else_is_a_problem_too() -> None:
    async def proxy(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b"bad gateway"})

    refused = pytest.raises(ServiceError, match="502 no_problem_document: bad gateway")
    with serving(proxy) as server, Client(str(server.base_url)) as api, refused:
        api.version()
