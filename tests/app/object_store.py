"""A real S3-speaking server on loopback, in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from obstore.store import S3Store

from tests.app.running import wait_until

BUCKET = "artefacts"


@dataclass(frozen=True)
class ObjectServer:
    """Where it listens, and its process."""

    endpoint: str
    process: subprocess.Popen

    def environment(self) -> dict[str, str]:
        """What a client of it needs in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "hidden-away",
        }

    def bucket(self) -> S3Store:
        """The bucket, to look at and to change behind the service's back."""
        with environment(self.environment()):
            return S3Store(BUCKET)


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """The server with one empty bucket."""
    port = free_port()
    command = [sys.executable, "-c", "from moto.server import main; main()"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output
        )
        server = ObjectServer(f"http://127.0.0.1:{port}", process)
        try:
            wait_until(lambda: process.poll() is not None or _answers(server.endpoint))
            httpx.put(f"{server.endpoint}/{BUCKET}").raise_for_status()
            yield server
        finally:
            process.kill()
            process.wait()


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of this process for a while: the library reads them when a store is opened."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _answers(endpoint: str) -> bool:
    try:
        return httpx.get(endpoint).is_success
    except httpx.TransportError:
        return False
