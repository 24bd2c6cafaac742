"""A service with two tenants: one attacks, the other and a probe ask twenty times a second.

Attacks run in a process of their own, so that the times measured here are not theirs. The service
queues work and does not do it, so no fit competes for the processors.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter

import httpx

from app.access.server_secret import server_secret
from app.client import Client
from app.db.database import open_database
from app.demo.service import Service, own_process
from app.services.administration import keys
from app.services.administration.keys import KeySubmission
from app.settings import Settings
from benchmarks.hostile.attacks import ATTACKS
from benchmarks.load_report import MEBIBYTE, quantile
from benchmarks.ours import spec_of
from benchmarks.worlds import make

PAUSE_SECONDS = 0.05
SETTLE_SECONDS = 1.0
PEAK_RESET = "5"
"""Written to ``clear_refs``: the peak of resident memory starts again (Linux)."""


@dataclass
class Noticed:
    """What others noticed of one attack: seconds of their calls, bytes of memory, and answers."""

    name: str
    seconds: float = 0.0
    livez: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    failed: int = 0
    memory: int = 0
    children: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    def row(self) -> str:
        """A row of the table."""
        answers = ", ".join(f"{number} x {status}" for status, number in self.answers.items())
        cells = [
            self.name,
            answers,
            f"{self.seconds:.0f}",
            f"{self.memory / MEBIBYTE:.0f}",
            f"{self.children / MEBIBYTE:.0f}",
            f"{max(self.livez):.3f}",
            f"{quantile(self.other, 0.5):.3f}",
            f"{quantile(self.other, 0.99):.3f}",
            f"{max(self.other):.3f}",
            str(self.failed),
        ]
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| attack | answers | seconds | memory, MiB | of its readers | worst /livez, s "
    "| other tenant p50, s | p99, s | worst, s | failed |\n" + "|---" * 10 + "|"
)


@dataclass(frozen=True)
class Target:
    """A running service, the attacker's key and that of the tenant who notices."""

    service: Service
    attacker: str
    other: str


@contextmanager
def target(**variables: str) -> Iterator[Target]:
    """A service with keys for two tenants."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder) / "data"
        environment = {
            "PRUDENT_AUTH": "keys",
            "PRUDENT_DATA_DIR": str(data),
            "PRUDENT_WORK_IN_PROCESS": "false",
            "PRUDENT_TENANT_REQUESTS_PER_SECOND": "1000",
            "PRUDENT_TENANT_BURST": "1000",
            **variables,
        }
        service = stack.enter_context(own_process(Path(folder) / "cache", environment))
        settings = Settings(auth="keys", data_dir=data)
        database = open_database(settings.resolved_database_url)
        stack.callback(database.close)
        made = [
            keys.create(
                database.of(tenant),
                server_secret(settings),
                KeySubmission(name="load", scopes=("write",), expires_at=None),
                "load",
            )[1]
            for tenant in ("hostile", "other")
        ]
        yield Target(service, *made)


async def ask(url: str, path: str, key: str | None, noticed: Noticed, into: list[float]) -> None:
    """One call at a time, twenty a second, until it is cancelled."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=300.0) as http:
        while True:
            began = perf_counter()
            answer = await http.get(path)
            into.append(perf_counter() - began)
            noticed.failed += int(not answer.is_success)
            await asyncio.sleep(PAUSE_SECONDS)


async def watch_memory(pid: int, noticed: Noticed) -> None:
    """The peak of the service and of its child processes together, until it is cancelled."""
    while True:
        noticed.memory = _memory(pid, "VmHWM")
        children = sum(_memory(child, "VmRSS") for child in _children(pid))
        noticed.children = max(noticed.children, children)
        await asyncio.sleep(PAUSE_SECONDS)


async def notice(name: str, on: Target, scale: float) -> Noticed:
    """Carry out one attack, and what others notice of it."""
    noticed = Noticed(name)
    command = [sys.executable, "-m", "benchmarks.hostile.attacks", name, on.service.url]
    process = await asyncio.create_subprocess_exec(
        *command, on.attacker, str(scale), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    with suppress(OSError):
        Path(f"/proc/{on.service.pid}/clear_refs").write_text(PEAK_RESET, "ascii")
    url = on.service.url
    tasks = [
        asyncio.create_task(watch_memory(on.service.pid, noticed)),
        asyncio.create_task(ask(url, "/livez", None, noticed, noticed.livez)),
        asyncio.create_task(ask(url, "/v1/models", on.other, noticed, noticed.other)),
    ]
    began = monotonic()
    process.stdin.write(b"go\n")
    answers = await process.stdout.readline()
    noticed.seconds = monotonic() - began
    await asyncio.sleep(SETTLE_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await process.wait()
    noticed.answers = json.loads(answers)
    return noticed


def run(
    names: Sequence[str] = tuple(ATTACKS), scale: float = 1.0, **variables: str
) -> list[Noticed]:
    """One attack after another on one service; prints the table as it grows."""
    found = []
    with target(**variables) as on:
        _queue_operation(on)
        print(HEAD, flush=True)
        for name in names:
            found.append(asyncio.run(notice(name, on, scale)))
            print(found[-1].row(), flush=True)
    return found


def _queue_operation(on: Target) -> None:
    """Something of the attacker's to watch: a fit that waits for a worker."""
    world = make("small")
    spec = spec_of(world).model_dump(mode="json", by_alias=True, exclude_unset=True)
    with Client(on.service.url, key=on.attacker) as client:
        dataset = client.create_dataset(world.frame.to_csv(index=False).encode())
        client.fit({"dataset_id": dataset.id}, spec)


def _children(pid: int) -> list[int]:
    found = [task / "children" for task in Path(f"/proc/{pid}/task").glob("*")]
    with suppress(OSError):
        return [int(child) for file in found for child in file.read_text("ascii").split()]
    return []


def _memory(pid: int, name: str) -> int:
    with suppress(OSError, ValueError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
        return int(status.partition(f"{name}:")[2].split()[0]) * 1024
    return 0
