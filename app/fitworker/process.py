"""The service's side of a fit process: starts it, sends requests, reads events, and kills it.

The child is a fresh process (never a fork) in a session of its own, so that killing its group also
ends what it started. It exits by itself when its stdin ends, that is, when the service dies.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from app.errors import FitCrashed, FitFailed, FitTimedOut
from app.fitworker.child_log import log_child_line
from app.fitworker.environment import NICENESS, compiler_caches, fit_environment
from app.fitworker.protocol import (
    EVENTS,
    Done,
    Event,
    Failed,
    Kept,
    Looked,
    Progress,
    ProgressReport,
    Ready,
    Request,
    Stop,
    error_of,
)
from app.runtime.locks import Lock, lock_first_free

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "app.fitworker")
TAIL_LINES = 40


@dataclass(frozen=True)
class Launch:
    """How fit processes are started: command, environment, cache directory and niceness."""

    command: Sequence[str]
    environment: Mapping[str, str]
    cache_dir: Path
    niceness: int

    def lock_compiler_dir(self) -> Lock:
        """Lock the first compiler directory that no process of this host uses."""
        return lock_first_free(self.cache_dir, "pytensor")

    def environment_with(self, compiler_dir: Lock) -> dict[str, str]:
        """The environment of a process that compiles in the locked directory."""
        caches = compiler_caches(self.cache_dir / compiler_dir.name)
        return {**self.environment, **caches, NICENESS: str(self.niceness)}


def make_launch(
    cache_dir: Path,
    command: Sequence[str] = COMMAND,
    environment: Mapping[str, str] = os.environ,
    niceness: int = 0,
) -> Launch:
    """The Launch of fit processes that inherit from ``environment`` only what a fit needs."""
    return Launch(command, fit_environment(cache_dir, environment), cache_dir, niceness)


class FitProcess:
    """A child that runs one request at a time. Methods may be called from any thread."""

    def __init__(self, launch: Launch) -> None:
        self._compiler_dir = launch.lock_compiler_dir()
        self._process = subprocess.Popen(
            launch.command,
            env=launch.environment_with(self._compiler_dir),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._timed_out = False
        self._killed = False
        self._ready = True
        self._labels: Mapping[str, str] = {}
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._listener = threading.Thread(target=self._collect_errors, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child is still running."""
        return self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether the child accepts a request: it is new, or finished one and waits for another."""
        return self._ready and not self._killed and self.alive

    def run(
        self,
        request: Request,
        report: Callable[[Progress], object],
        timeout_seconds: float,
        told: Callable[[Looked | Kept], object] = lambda _: None,
    ) -> None:
        """Run ``request``; returns when its model file, or its answer, is complete.

        The child has ended then, unless it is ``ready`` for another request. When ``report``
        returns False, the fit is asked to stop early and keep the draws it has. ``told`` is
        called when the file of a first look is complete, or to say why there is none; and with
        every finished piece of a task.

        Raises the model package's own errors as the child raised them, StoreFull or
        StoreUnavailable if its files could not be written, FitFailed for any other error,
        FitCrashed if the child died (also by ``kill``), FitTimedOut beyond the limit.
        """
        self._labels, self._ready = request.labels, False
        with self._closed_unless_ready(), self._time_limit(timeout_seconds):
            self._send(request)
            for event in self._events():
                match event:
                    case ProgressReport():
                        if report(event.progress) is False:
                            self._send(Stop())
                    case Looked() | Kept():
                        told(event)
                    case Failed():
                        raise error_of(event, request.folder) or self._fit_failed(event)
                    case Done():
                        self._ready = event.again
                        return
                    case Ready():
                        pass
            raise self._crashed()

    def kill(self) -> None:
        """Kill the child and all processes that it started."""
        self._killed = True
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the child if it is running, and release its lock and streams."""
        self.kill()
        self._process.wait()
        self._compiler_dir.release()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()

    def _send(self, message: Request | Stop) -> None:
        with suppress(BrokenPipeError):
            stdin = _stream(self._process.stdin)
            stdin.write(message.model_dump_json().encode() + b"\n")
            stdin.flush()

    def _events(self) -> Iterator[Event]:
        for line in _stream(self._process.stdout):
            try:
                yield EVENTS.validate_json(line)
            except ValidationError as error:
                raise FitFailed("The fit process sent a line that is not a message.") from error

    @contextmanager
    def _closed_unless_ready(self) -> Iterator[None]:
        try:
            yield
        finally:
            if not self.ready:
                self.close()

    @contextmanager
    def _time_limit(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        except FitCrashed as error:
            if self._timed_out:
                detail = f"The fit exceeded the time limit of {seconds:g} seconds."
                raise FitTimedOut(detail) from error
            raise
        finally:
            timer.cancel()

    def _time_out(self) -> None:
        self._timed_out = True
        self.kill()

    def _collect_errors(self) -> None:
        for line in _stream(self._process.stderr):
            text = line.decode("utf-8", "replace").rstrip()
            self._tail.append(text)
            log_child_line(text, {"pid": self.pid, **self._labels})

    def _fit_failed(self, message: Failed) -> FitFailed:
        self._listener.join(timeout=1.0)
        log.error("fit process failed", extra={"pid": self.pid, "stderr": "\n".join(self._tail)})
        return FitFailed(f"The fit raised {message.kind}: {message.message}")

    def _crashed(self) -> FitCrashed:
        code = self._process.wait()
        self._listener.join(timeout=1.0)
        log.log(
            logging.INFO if self._killed else logging.WARNING,
            "fit process ended without a model",
            extra={"pid": self.pid, "exit_code": code, "stderr": "\n".join(self._tail)},
        )
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
        hint = "; a common cause is that memory ran out" if code == -signal.SIGKILL else ""
        return FitCrashed(f"The fit process {how} before the model was complete{hint}.")


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process has no such stream")
    return stream
