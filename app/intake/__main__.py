"""``python -m app.intake SECONDS MEMORY``: carry out functions until standard input closes.

The limits hold for each function: a timer of the kernel ends the process, and memory beyond the
limit is a MemoryError. Standard output carries only answers.
"""

import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.intake.process import Answer, Failure, receive, send
from app.runtime.memory import limit_arenas
from mmm.errors import MmmError
from mmm.tables.limits import MEBIBYTE

NICENESS = 5
"""Behind the service, which answers while a table is read; before fits."""
OOM_SCORE = 500
KEPT_BYTES = 256 * MEBIBYTE
"""A process that took more than this for a piece of work ends after it."""


def main(seconds: float, memory: int) -> None:
    """Carry out functions, one after another."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit_arenas()
    _step_back()
    _import_readers()
    gc.freeze()
    before = _taken("VmHWM")
    _limit_memory(memory)
    while (request := receive(requests)) is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        value = _carry_out(*request)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        del request
        last = _taken("VmHWM") - before > KEPT_BYTES
        _send(answers, Answer(value, last))
        if last:
            return


def _carry_out(work: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    try:
        return work(*given)
    except (AppError, MmmError) as error:
        if _has_no_memory(error):
            return Failure(None, memory=True)
        return Failure(error.with_traceback(None))
    except MemoryError:
        return Failure(None, memory=True)
    except Exception:  # noqa: BLE001  (the service raises it)
        return Failure(None, traceback.format_exc())


def _has_no_memory(error: BaseException | None) -> bool:
    """Whether the error, or one that it was made of, is about memory."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__
    return False


def _send(answers: Any, answer: Answer) -> None:
    try:
        send(answers, answer)
    except MemoryError:
        send(answers, Answer(Failure(None, memory=True), last=True))


def _import_readers() -> None:
    """Import what reading needs, before memory is limited and the first request waits for it."""
    import app.contract.documents
    import app.contract.fit
    import app.contract.plan_requests
    import app.intake.document
    import app.intake.tables  # noqa: F401


def _step_back() -> None:
    """Lower the priority, and be the first to end where the machine has no memory left."""
    os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), "ascii")


def _limit_memory(most: int) -> None:
    """Let the data of this process grow by ``most`` bytes from now on; on Linux only."""
    with suppress(OSError, ValueError):
        limit = _taken("VmData") + most
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _taken(name: str) -> int:
    """Bytes of memory of this process, by its name in /proc; 0 where there is no such file."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
