"""Runs a temporary service: a child process on a free loopback port with temporary data."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_LINES = 20


class ServiceDidNotStart(Exception):
    """The service process ended or did not become ready; the message has the end of its log."""


@dataclass(frozen=True)
class Service:
    """A running service: its base URL and the id of its process."""

    url: str
    pid: int


@contextmanager
def own_service(cache_dir: Path) -> Iterator[str]:
    """Run a service for the duration of the block and yield its base URL; ``cache_dir`` remains.

    It fits no second models, whose compilation would outlast the demo.
    """
    with beginning_service(cache_dir) as address:
        yield address()


@contextmanager
def beginning_service(cache_dir: Path) -> Iterator[Callable[[], str]]:
    """The same, while it still starts: yields what waits for it and gives its base URL."""
    with _beginning(cache_dir, {"PRUDENT_SECOND_MODELS": "false"}) as ready:
        yield lambda: ready().url


@contextmanager
def own_process(cache_dir: Path, environment: Mapping[str, str]) -> Iterator[Service]:
    """Run a service with additional ``environment`` variables; yields its URL and process id."""
    with _beginning(cache_dir, environment) as ready:
        yield ready()


@contextmanager
def _beginning(cache_dir: Path, environment: Mapping[str, str]) -> Iterator[Callable[[], Service]]:
    """Start a service; yields what waits until it is ready."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="prudent-demo-") as folder:
        log = Path(folder) / "service.log"
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
        settings = {
            "PRUDENT_DATA_DIR": str(Path(folder) / "data"),
            "PRUDENT_CACHE_DIR": str(cache_dir.absolute()),
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env={**os.environ, **settings, **environment}, stdout=output, stderr=output
            )
            try:
                yield lambda: _await_ready(url, process, log)
            finally:
                _stop(process)


def free_port() -> int:
    """A currently unused port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> Service:
    import httpx  # while the service starts

    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return Service(url, process.pid)
        time.sleep(0.1)
    lines = log.read_text("utf-8", errors="replace").splitlines()[-LOG_LINES:]
    raise ServiceDidNotStart("the service did not start:\n" + "\n".join(lines))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
