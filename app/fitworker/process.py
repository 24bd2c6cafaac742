"""The service's side: a fit process, started, fed, listened to, and killed.

The child is a fresh process (never a fork) in a session of its own, so that killing its group ends
whatever it started. It dies by itself when its stdin ends, that is, when the service dies.
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
from app.fitworker.echo import echo
from app.fitworker.environment import NICENESS, compiler_caches, fit_environment
from app.fitworker.protocol import (
    EVENTS,
    Done,
    Event,
    Failed,
    FitRequest,
    Progress,
    Ready,
    Report,
    Stop,
    carried_error,
)
from app.runtime.locks import Lock, lock_first_free

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "app.fitworker")
TAIL_LINES = 40


@dataclass(frozen=True)
class Launch:
    """How fit processes are started: command and environment."""

    command: Sequence[str]
    environment: Mapping[str, str]
    cache_dir: Path
    niceness: int

    def claim(self) -> Lock:
        """The first compiler's directory that no process of this host has now."""
        return lock_first_free(self.cache_dir, "pytensor")

    def environment_of(self, claimed: Lock) -> dict[str, str]:
        """The environment of a process that compiles in the directory claimed."""
        own = compiler_caches(self.cache_dir / claimed.name)
        return {**self.environment, **own, NICENESS: str(self.niceness)}


def launch(
    cache_dir: Path,
    command: Sequence[str] = COMMAND,
    environment: Mapping[str, str] = os.environ,
    niceness: int = 0,
) -> Launch:
    """Processes that know of ``environment`` only what a fit needs."""
    return Launch(command, fit_environment(cache_dir, environment), cache_dir, niceness)


class FitProcess:
    """A child that carries out one request at a time. Methods may be called from any thread."""

    def __init__(self, how: Launch) -> None:
        self._claimed = how.claim()
        self._process = subprocess.Popen(
            how.command,
            env=how.environment_of(self._claimed),
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
        """Whether the child still runs."""
        return self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it may be given a request: a new child, or one that asked for another."""
        return self._ready and not self._killed and self.alive

    def run(
        self, request: FitRequest, report: Callable[[Progress], object], timeout_seconds: float
    ) -> None:
        """Carry out ``request``; returns when its model file is complete. The child has ended
        then, unless it is ``ready`` for another.

        Where ``report`` returns False, the fit is asked to end with the draws that it has.

        Raises the model package's own errors as the child raised them, StoreFull or
        StoreUnavailable where its files found no room or no leave, FitFailed for any other,
        FitCrashed where the child died (also by ``kill``), FitTimedOut beyond the limit.
        """
        self._labels, self._ready = request.labels, False
        with self._closing(), self._limited(timeout_seconds):
            self._send(request)
            for event in self._events():
                match event:
                    case Report():
                        if report(event.progress) is False:
                            self._send(Stop())
                    case Failed():
                        folder = Path(request.model_path).parent
                        raise carried_error(event, folder) or self._failed(event)
                    case Done():
                        self._ready = event.again
                        return
                    case Ready():
                        pass
            raise self._dead()

    def kill(self) -> None:
        """End the child and all that it started, at once."""
        self._killed = True
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill what still runs and free its streams."""
        self.kill()
        self._process.wait()
        self._claimed.release()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()

    def _send(self, message: FitRequest | Stop) -> None:
        with suppress(BrokenPipeError):
            stdin = _stream(self._process.stdin)
            stdin.write(message.model_dump_json().encode() + b"\n")
            stdin.flush()

    def _events(self) -> Iterator[Event]:
        for line in _stream(self._process.stdout):
            try:
                yield EVENTS.validate_json(line)
            except ValidationError as error:
                raise FitFailed("The fit process sent a line that is no message.") from error

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            if not self.ready:
                self.close()

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        except FitCrashed as error:
            if self._timed_out:
                detail = f"The fit ran longer than the limit of {seconds:g} seconds."
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
            echo(text, {"pid": self.pid, **self._labels})

    def _failed(self, message: Failed) -> FitFailed:
        self._listener.join(timeout=1.0)
        log.error("fit process failed", extra={"pid": self.pid, "stderr": "\n".join(self._tail)})
        return FitFailed(f"The fit raised {message.kind}: {message.message}")

    def _dead(self) -> FitCrashed:
        code = self._process.wait()
        self._listener.join(timeout=1.0)
        log.log(
            logging.INFO if self._killed else logging.WARNING,
            "fit process ended without a model",
            extra={"pid": self.pid, "exit_code": code, "stderr": "\n".join(self._tail)},
        )
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        hint = "; often the machine ran out of memory" if code == -signal.SIGKILL else ""
        return FitCrashed(f"The fit process {how} before the model was complete{hint}.")


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process has no such stream")
    return stream
