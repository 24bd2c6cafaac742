"""The service under load: many clients ask while fits run in a served process on loopback.

    python -m benchmarks.load --seconds 60 --clients 50
    python -m benchmarks.load --soak 30
    python -m benchmarks.load --hostile

Each client asks without a pause: a mix of reads, what-ifs and allocations, no two questions alike,
so every answer is computed. ``--fits`` fits run all the time. GET /livez, which does nothing, is
called ten times a second: what it takes is about the time for which the event loop was blocked (the
driver's own delays are in it, and told apart in the table). Memory is the resident set of the API's
process, without the fit processes.

Clients behave well: who is told to come again (429 or 503 with Retry-After) sleeps as long as that
says and asks the same again. The table counts how often, and its times are from the first asking to
the answer. The last line is a summary; the exit status is 1 where a call was not answered with 2xx.

``--hostile`` instead lets one tenant attack a service, and tells what others notice
(``benchmarks/hostile``).
"""

import argparse
import asyncio
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

import httpx
from numpy.random import Generator, default_rng

from app.client import ENDED, Client
from app.client.transport import BUSY
from app.demo.service import Service, own_process
from benchmarks.hostile import run as hostile
from benchmarks.load_questions import MIX, question
from benchmarks.load_report import MEBIBYTE, Seen, report
from benchmarks.ours import spec_of
from benchmarks.worlds import SIZES, World, make

PROBE, FIT_POLL, MINUTE = 0.1, 1.0, 60.0
TIMEOUT_SECONDS = 120.0
KEPT_SECONDS = 2.0
"""Of an idle connection: the service closes it after five, and none may be used just then."""
FITTED = {"draws": 500, "tune": 500, "chains": 2}
LONG = {"draws": 4000, "tune": 1000, "chains": 2}


@dataclass(frozen=True)
class Load:
    """A service with a model, and what may be asked of it until ``end`` (monotonic seconds)."""

    service: Service
    http: httpx.AsyncClient
    world: World
    model_id: str
    fit: dict[str, Any]
    end: float
    calls: int
    seen: Seen = field(default_factory=Seen)

    @property
    def over(self) -> bool:
        """Whether the time is up, or enough calls were made."""
        made = sum(len(self.seen.seconds[kind]) for kind in MIX)
        return monotonic() >= self.end or made >= self.calls

    async def call(self, kind: str, method: str, path: str, body: Any = None) -> Any:
        """One question, timed; its JSON where it was answered with 2xx.

        None where it failed, or where its caller was still told to come again when time was up.
        """
        began = perf_counter()
        while True:
            try:
                response = await self.http.request(method, path, json=body)
            except httpx.HTTPError as error:
                self.seen.errors[f"{kind} {type(error).__name__}"] += 1
                return None
            pause = response.headers.get("retry-after")
            if response.status_code not in BUSY or pause is None:
                break
            self.seen.told[kind] += 1
            if self.over:
                self.seen.unanswered += 1
                return None
            await asyncio.sleep(float(pause))
        self.seen.seconds[kind].append(perf_counter() - began)
        if response.is_success:
            return response.json() if kind == "fit" else None
        self.seen.errors[f"{kind} {response.status_code}"] += 1
        return None


async def ask(load: Load, dice: Generator) -> None:
    """One client: question after question until the load is over."""
    while not load.over:
        await load.call(*question(load.world, load.model_id, dice))


async def keep_fitting(load: Load, seed: int) -> None:
    """One fit after another; a whole one is a kind of its own in the table."""
    while not load.over:
        seed += 100
        began = perf_counter()
        sampling = {**LONG, "seed": seed}
        running = await load.call("fit", "POST", "/v1/fit", {**load.fit, "sampling": sampling})
        while running and running["status"] not in ENDED and not load.over:
            await asyncio.sleep(FIT_POLL)
            running = await load.call("fit", "GET", f"/v1/operations/{running['id']}")
        if running and running["status"] == "succeeded":
            load.seen.seconds["whole fit"].append(perf_counter() - began)
        elif running and running["status"] in ENDED:
            load.seen.errors[f"whole fit {running['status']}"] += 1
        elif running is None:
            await asyncio.sleep(FIT_POLL)


async def tell_memory(load: Load) -> None:
    """A line a minute, so that a long run shows how it goes."""
    for minute in count():
        calls = sum(len(load.seen.seconds[kind]) for kind in MIX)
        held = resident(load.service.pid) / MEBIBYTE
        print(f"minute {minute}: {held:.0f} MiB, {calls} calls", flush=True)
        until = monotonic() + MINUTE
        while monotonic() < until:
            if load.over:
                return
            await asyncio.sleep(PROBE)


async def probe(load: Load) -> None:
    """GET /livez at a steady pace, the driver's own delay, and the API's memory."""
    while not load.over:
        load.seen.memory.append(resident(load.service.pid))
        await load.call("livez", "GET", "/livez")
        began = perf_counter()
        await asyncio.sleep(PROBE)
        load.seen.seconds["driver's delay"].append(perf_counter() - began - PROBE)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


async def drive(load: Load, clients: int, fits: int) -> None:
    """All clients, the fits and the probe, side by side."""
    async with load.http, asyncio.TaskGroup() as group:
        group.create_task(probe(load))
        group.create_task(tell_memory(load))
        for number in range(fits):
            group.create_task(keep_fitting(load, number))
        for number in range(clients):
            group.create_task(ask(load, default_rng(number)))


def main() -> None:
    options = _options()
    if options.hostile:
        hostile.run()
        return
    seconds = 60 * options.soak or options.seconds
    world = make(options.world)
    spec = spec_of(world).model_dump(mode="json", by_alias=True, exclude_unset=True)
    environment = {"PRUDENT_FIT_WORKERS": str(max(options.fits, 1))}
    with (
        tempfile.TemporaryDirectory() as fresh,
        own_process(options.cache or Path(fresh), environment) as service,
    ):
        with Client(service.url) as client:
            dataset = client.create_dataset(world.frame.to_csv(index=False).encode()).id
            data = {"dataset_id": dataset}
            result = client.wait(client.fit(data, spec, FITTED)).result or {}
            model = str(result["model_id"])
            client.contributions(model)
        fit = {"data": data, "model": spec}
        before, began = resident(service.pid), monotonic()
        limits = httpx.Limits(max_connections=None, keepalive_expiry=KEPT_SECONDS)
        http = httpx.AsyncClient(base_url=service.url, timeout=TIMEOUT_SECONDS, limits=limits)
        load = Load(service, http, world, model, fit, began + seconds, options.calls)
        asyncio.run(drive(load, options.clients, options.fits))
        summary = report(load.seen, before, resident(service.pid), monotonic() - began)
    print(summary)
    raise SystemExit(1 if load.seen.errors else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="load", description=__doc__.split("\n")[0])
    parser.add_argument("--world", choices=sorted(SIZES), default="national")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES", help="a long run")
    parser.add_argument("--hostile", action="store_true", help="attacks instead of questions")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--fits", type=int, default=2, help="at the same time, one after another")
    parser.add_argument("--cache", type=Path, help="compiled code is kept there; default: nowhere")
    parser.add_argument("--calls", type=int, default=1_000_000, help="ends the run in any case")
    return parser.parse_args()


if __name__ == "__main__":
    main()
