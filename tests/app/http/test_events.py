"""Server-sent events on a real server: resumed, kept alive, and left in the middle."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.fake_fit import ENDLESS, SLOW
from tests.app.running import fake_command, serving, start_fit, wait_for, wait_until

NEVER_GIVEN = ("999999", "9" * 30, "9" * 5000, "-3", "x")


class Watched:
    """An application, and how many requests and tasks it holds at the moment."""

    def __init__(self, app) -> None:
        self.app = app
        self.open = 0
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope, receive, send) -> None:
        self.loop = asyncio.get_running_loop()
        request = int(scope["type"] == "http")
        self.open += request
        try:
            await self.app(scope, receive, send)
        finally:
            self.open -= request

    def tasks(self) -> int:
        assert self.loop
        return len(asyncio.all_tasks(self.loop))


@pytest.fixture(scope="module")
def watched(tmp_path_factory, models) -> Watched:
    settings = Settings(data_dir=tmp_path_factory.mktemp("service"), warm_worker=False)
    return Watched(create_app(settings, fit_command=fake_command(models)))


@pytest.fixture(scope="module")
def client(watched) -> Iterator[httpx.Client]:
    with serving(watched) as running:
        yield running


def events_of(lines: Iterator[str]) -> Iterator[tuple[str, int, dict]]:
    """Name, id and data of each event as it comes; comments are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], int(fields["id"]), json.loads(fields["data"])
            fields = {}


def watching(client: httpx.Client, operation_id: str, seen: object = None):
    headers = {} if seen is None else {"Last-Event-ID": str(seen)}
    return client.stream("GET", f"/v1/operations/{operation_id}/events", headers=headers)


def test_a_stream_goes_on_behind_the_event_that_was_seen_last(client) -> None:
    operation_id = start_fit(client, ENDLESS)
    wait_for(client, operation_id, "running")
    with watching(client, operation_id) as stream:
        events = events_of(stream.iter_lines())
        first, second = next(events)[1], next(events)[1]
    assert first < second
    with watching(client, operation_id, second) as stream:
        events = events_of(stream.iter_lines())
        seen = [next(events)]
        client.post(f"/v1/operations/{operation_id}:stop").raise_for_status()
        seen += list(events)
    ids = [number for _, number, _ in seen]
    assert ids == sorted(set(ids))
    assert ids[0] > second
    assert [name for name, _, _ in seen][-1] == "succeeded"
    assert seen[-1][2]["incomplete"]


@pytest.mark.parametrize("seen", NEVER_GIVEN)
def test_an_id_that_was_never_given_skips_nothing(client, seen) -> None:
    operation_id = start_fit(client, SLOW)
    wait_for(client, operation_id, "running")
    with watching(client, operation_id, seen) as stream:
        events = events_of(stream.iter_lines())
        assert next(events)[2]["status"] == "running"
        client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
        assert [name for name, _, _ in events][-1] == "cancelled"


def test_a_caller_who_leaves_is_let_go_of(watched, client) -> None:
    operation_id = start_fit(client, SLOW)
    wait_for(client, operation_id, "running")
    with ExitStack() as stack:
        streams = [stack.enter_context(watching(client, operation_id)) for _ in range(10)]
        told = [events_of(stream.iter_lines()) for stream in streams]
        assert all(next(events)[2]["status"] == "running" for events in told)
        assert watched.open == len(streams)
        during = watched.tasks()
    wait_until(lambda: watched.open == 0)
    wait_until(lambda: watched.tasks() <= during - len(streams))
    client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
    wait_for(client, operation_id, "cancelled")


@pytest.mark.slow
def test_a_silent_stream_is_kept_alive_by_comments(client) -> None:
    operation_id = start_fit(client, SLOW)
    wait_for(client, operation_id, "running")
    with watching(client, operation_id) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": ping"
        client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
        assert [name for name, _, _ in events_of(lines)][-1] == "cancelled"
