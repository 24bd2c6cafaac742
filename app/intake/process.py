"""The service's side of an intake process: it carries out one function at a time, within limits.

Parsing a large body keeps Python's interpreter lock for seconds, and a table may unpack to more
memory than there is. In a process of its own neither reaches the service: the process is a fresh
one (never a fork), has none of the service's secrets, and is ended by the kernel beyond its time.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import app
from app.errors import InvalidRequest
from app.fitworker.environment import THREADS, is_passed_on
from mmm.errors import Issue
from mmm.tables.limits import MEBIBYTE

COMMAND = (sys.executable, "-P", "-m", "app.intake")
OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGKILL)
"""Exit codes: compiled code that gets no memory aborts, and the kernel kills who takes too much."""


@dataclass(frozen=True)
class Bounds:
    """What one piece of work may take: seconds, and bytes of memory."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Failure:
    """What the process answers where the function raised: the error, or the text of a strange one.

    ``memory``: whether there was no memory left.
    """

    error: Exception | None
    text: str = ""
    memory: bool = False


@dataclass(frozen=True)
class Answer:
    """A result or a Failure; ``last`` where the process takes no more work."""

    value: Any
    last: bool


class IntakeBroken(Exception):
    """The process ended without an answer, or the function has a fault: see the log."""


class IntakeProcess:
    """A child process that carries out functions of callers' bytes, one at a time."""

    def __init__(self, bounds: Bounds, environment: Mapping[str, str] = os.environ) -> None:
        self._bounds = bounds
        self._process = subprocess.Popen(
            [*COMMAND, str(bounds.seconds), str(bounds.memory)],
            env=_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._last = self._closed = False

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def ready(self) -> bool:
        """Whether the child takes work."""
        return not self._last and self._process.poll() is None

    def run[Result](self, work: Callable[..., Result], *given: Any) -> Result:
        """What ``work(*given)`` returns, or the error of the service or the model that it raises.

        Raises InvalidRequest for work beyond the bounds, and IntakeBroken.
        """
        self._last = True  # until there is an answer that says otherwise
        with suppress(BrokenPipeError):
            send(_stream(self._process.stdin), (work, given))
        answer: Answer | None = receive(_stream(self._process.stdout))
        if answer is None:
            raise self._end()
        self._last = answer.last
        if not isinstance(answer.value, Failure):
            result: Result = answer.value
            return result
        failure = answer.value
        if failure.memory:
            raise self._too_much_memory()
        raise failure.error or IntakeBroken(failure.text)

    def close(self) -> None:
        """Kill the child if it is running."""
        self._closed = True
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()

    def _end(self) -> Exception:
        code = self._process.wait()
        if code == -signal.SIGALRM:
            return self._too_slow()
        if code in OUT_OF_MEMORY and not self._closed:
            return self._too_much_memory()
        return IntakeBroken(f"The intake process ended with {code} before it had an answer.")

    def _too_slow(self) -> InvalidRequest:
        detail = f"reading it takes more than {self._bounds.seconds:g} s, which is the limit"
        return InvalidRequest([Issue("", "too_slow", f"{detail}; send less at once")])

    def _too_much_memory(self) -> InvalidRequest:
        limit = f"{self._bounds.memory // MEBIBYTE} MiB of memory"
        detail = f"reading it takes more than {limit}, which is the limit"
        return InvalidRequest([Issue("", "too_much_memory", f"{detail}; send less at once")])


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message; large bytes in it go to the stream without a copy."""
    pickle.dump(message, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; None where the stream ends, within one or before it."""
    try:
        return pickle.load(stream)  # noqa: S301  (between two processes of the service)
    except (EOFError, pickle.UnpicklingError, ValueError):  # the last: closed within large bytes
        return None


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """What the child needs of the environment: this installation, one thread, plain malloc."""
    root = str(Path(app.__file__).parents[1])
    paths = [root, given.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in given.items() if is_passed_on(name)},
        **dict.fromkeys(THREADS, "1"),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process has no such stream")
    return stream
