"""What a hostile tenant does, each attack a coroutine of its own process.

    python -m benchmarks.hostile.attacks NAME URL KEY SCALE

It makes its bodies first, prints ``ready`` and waits for a line; then it attacks, and prints how
many answers of each status came. ``SCALE`` makes bodies, numbers and durations smaller.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from urllib.parse import urlsplit

import httpx

from benchmarks.hostile import bodies
from benchmarks.hostile.bodies import MEGABYTE

CSV, PARQUET, JSON = "text/csv", "application/vnd.apache.parquet", "application/json"
TIMEOUT_SECONDS = 300.0
SLOW_SECONDS = 60.0


@dataclass
class Attacker:
    """Who attacks which service, how hard, and what was answered."""

    url: str
    key: str
    scale: float
    answers: Counter[str] = field(default_factory=Counter)

    def size(self, megabytes: float) -> int:
        return int(megabytes * self.scale * MEGABYTE)

    def number(self, full: int) -> int:
        return max(int(full * self.scale), 2)

    async def post(self, http: httpx.AsyncClient, path: str, kind: str, content: bytes) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
        try:
            answer = await http.post(self.url + path, content=content, headers=headers)
            self.answers[str(answer.status_code)] += 1
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1

    async def send(self, path: str, kind: str, content: bytes, times: int = 1) -> None:
        """The same body in so many requests at once."""
        limits = httpx.Limits(max_connections=None)
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits) as http,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(times):
                group.create_task(self.post(http, path, kind, content))

    async def raw(self, head: str, pieces: Iterator[bytes], pause: float) -> None:
        """One request over a bare connection, its body piece by piece; the status is counted."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        lines = f"{head}\r\nHost: {address.netloc}\r\nAuthorization: Bearer {self.key}\r\n\r\n"
        writer.write(lines.encode())
        answer = asyncio.create_task(reader.readline())
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
                if answer.done():
                    break
        with suppress(ConnectionError):
            status = (await answer).decode().split(" ")
            self.answers[status[1] if len(status) > 1 else "closed"] += 1
        writer.close()


type Attack = Callable[[Attacker], Callable[[], Awaitable[object]]]
"""Makes the bodies; what it returns attacks."""


def sends(
    path: str, kind: str, make: Callable[[int], bytes], megabytes: float, times: int = 1
) -> Attack:
    """The attack that sends one body, or the same body many times at once."""

    def attack(by: Attacker) -> Callable[[], Awaitable[object]]:
        content = make(by.size(megabytes))
        number = by.number(times) if times > 1 else 1
        return lambda: by.send(path, kind, content, number)

    return attack


def parquet_bomb(by: Attacker) -> Callable[[], Awaitable[object]]:
    content = bodies.bomb(by.number(199_999), 300)
    return lambda: by.send("/v1/datasets", PARQUET, content)


def slow_bodies(by: Attacker) -> Callable[[], Awaitable[object]]:
    """Bodies of one byte a second."""
    head = f"POST /v1/datasets HTTP/1.1\r\nContent-Type: {CSV}\r\nContent-Length: {60 * MEGABYTE}"
    return lambda: _all_at_once(
        by.number(50), lambda: by.raw(head, repeat(b",", int(SLOW_SECONDS)), 1.0)
    )


def bytes_in_chunks(by: Attacker) -> Callable[[], Awaitable[object]]:
    """Bodies whose every byte is a chunk of its own."""
    head = f"POST /v1/datasets HTTP/1.1\r\nContent-Type: {CSV}\r\nTransfer-Encoding: chunked"
    return lambda: _all_at_once(
        by.number(4), lambda: by.raw(head, bodies.small_pieces(by.size(1.0)), 0.0)
    )


def event_streams(by: Attacker) -> Callable[[], Awaitable[object]]:
    """Watching operations that never end."""
    return lambda: _watch(by, by.number(300), 15.0)


def stored_tables(by: Attacker) -> Callable[[], Awaitable[object]]:
    """A large table is stored once, then named by many small fits."""
    content = bodies.wide(by.size(20.0))
    return lambda: _fit_stored(by, content, by.number(10))


ATTACKS: dict[str, Attack] = {
    "60 uploads of 1 MB": sends("/v1/datasets", CSV, bodies.wide, 1.0, 60),
    "45 MB of empty objects to /v1/fit": sends("/v1/fit", JSON, bodies.stray_rows, 45.0),
    "45 MB of empty rows to /v1/fit": sends("/v1/fit", JSON, bodies.empty_rows, 45.0),
    "45 MB of empty lists to /v1/fit": sends("/v1/fit", JSON, bodies.lists, 45.0),
    "60 MB to a model that does not exist": sends(
        "/v1/models/none/refit", JSON, bodies.stray_rows, 60.0
    ),
    "60 MB of CSV commas": sends("/v1/datasets", CSV, bodies.commas, 60.0),
    "60 MB of CSV, a table of 100 columns": sends("/v1/datasets", CSV, bodies.wide, 60.0),
    "a Parquet bomb, 60 million cells": parquet_bomb,
    "20 plans of 4 MB with a million faults": sends("/v1/scenarios", JSON, bodies.faults, 4.0, 20),
    "a table of 20 MB named by 10 fits": stored_tables,
    "50 bodies of one byte a second": slow_bodies,
    "4 bodies in chunks of one byte": bytes_in_chunks,
    "300 event streams": event_streams,
}


async def _all_at_once(number: int, one: Callable[[], Awaitable[object]]) -> None:
    await asyncio.gather(*(one() for _ in range(number)))


async def _watch(by: Attacker, number: int, seconds: float) -> None:
    headers = {"Authorization": f"Bearer {by.key}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=by.url, headers=headers, timeout=TIMEOUT_SECONDS, limits=limits
    ) as http:
        page = await http.get("/v1/operations")
        operation = page.json()["items"][0]["id"]

        async def one() -> None:
            async with http.stream("GET", f"/v1/operations/{operation}/events") as stream:
                by.answers[str(stream.status_code)] += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        async for _ in stream.aiter_lines():
                            pass

        await _all_at_once(number, one)


async def _fit_stored(by: Attacker, content: bytes, number: int) -> None:
    headers = {"Authorization": f"Bearer {by.key}", "Content-Type": CSV}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
        stored = await http.post(f"{by.url}/v1/datasets", content=content, headers=headers)
    by.answers[str(stored.status_code)] += 1
    if stored.is_success:
        model = {"kpi": {"column": "c1"}, "date": "c0", "channels": ["c2"]}
        body = {"data": {"dataset_id": stored.json()["id"]}, "model": model}
        await by.send("/v1/fit", JSON, json.dumps(body).encode(), number)


def main() -> None:
    name, url, key, scale = sys.argv[1:]
    attacker = Attacker(url, key, float(scale))
    attack = ATTACKS[name](attacker)
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(_carry_out(attack))
    print(json.dumps(attacker.answers), flush=True)


async def _carry_out(attack: Callable[[], Awaitable[object]]) -> None:
    await attack()


if __name__ == "__main__":
    main()
