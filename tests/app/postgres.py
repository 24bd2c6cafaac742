"""A throw-away Postgres for the tests: its own cluster, reached by a socket in its own directory.

``initdb`` and the server refuse to run as root; there, both run as an unprivileged user.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.app.running import children_of, wait_until

OWNER = "prudent"
SETTINGS = ("fsync=off", "listen_addresses=", "max_connections=200", "shared_buffers=32MB")
UNPRIVILEGED = ("postgres", "nobody")


class Cluster:
    """A running server; ``fresh`` makes an empty database in it."""

    def __init__(self, directory: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)
        self._start = start
        self._server = start()
        self._wait_until_it_answers()

    def fresh(self) -> str:
        """SQLAlchemy URL of a new, empty database."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self._directory}"

    def stop(self) -> None:
        """End the server at once: nothing in there is kept beyond the tests."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(30)

    def restart(self) -> None:
        """Start the server again, with the databases it had."""
        self._server = self._start()
        self._wait_until_it_answers()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes stand still for a while; the system goes on accepting connections."""
        processes = [self._server.pid, *children_of(self._server.pid)]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in processes:
                os.kill(pid, signal.SIGCONT)

    def _wait_until_it_answers(self) -> None:
        wait_until(self._answers)

    def _answers(self) -> bool:
        assert self._server.poll() is None, "the Postgres server ended while it started"
        try:
            psycopg.connect(self._dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _dsn(self, database: str) -> str:
        return f"host={self._directory} user={OWNER} dbname={database}"


def binaries() -> Path | None:
    """The newest directory with ``initdb`` and ``postgres`` on this machine."""
    on_path = shutil.which("initdb")
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    found = ([Path(on_path).resolve().parent] if on_path else []) + known
    complete = (one for one in found if (one / "initdb").exists() and (one / "postgres").exists())
    return next(complete, None)


@contextmanager
def cluster(where: Path) -> Iterator[Cluster]:
    """A server run from the binaries in ``where``, until the end of the block."""
    directory = Path(tempfile.mkdtemp(prefix="prudent-postgres-"))
    user = _unprivileged()
    if user:
        os.chown(directory, user.pw_uid, user.pw_gid)
    data = directory / "data"
    try:
        flags = ["--no-sync", "--auth=trust", "--encoding=UTF8", f"--username={OWNER}"]
        _start([where / "initdb", *flags, data], user, directory).wait(60)
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        server: list[str | Path] = [where / "postgres", "-D", data, "-k", directory, *options]
        running = Cluster(directory, lambda: _start(server, user, directory))
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parent.name.split(".") if part.isdigit())


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(pwd.getpwnam(name) for name in UNPRIVILEGED if name in names)


def _start(
    command: Sequence[str | Path], user: pwd.struct_passwd | None, directory: Path
) -> subprocess.Popen[bytes]:
    with (directory / "log.txt").open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdout=output,
            stderr=output,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
