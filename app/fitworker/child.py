"""The child's side of the protocol: its streams, its priority, and its end with its parent.

``serve`` runs requests one after another with the given fit function. It ends at the first failure,
and after a number of requests, so that memory held by libraries does not accumulate. Standard
output carries only the protocol: what libraries print goes to standard error.
"""

import gc
import logging
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

import structlog
from pydantic import BaseModel

from app.fitworker.environment import NICENESS
from app.fitworker.protocol import (
    REQUESTS,
    Done,
    FitRequest,
    Kept,
    Looked,
    Progress,
    ProgressReport,
    Ready,
    Request,
    Stop,
    TaskRequest,
    failure_message,
)
from app.runtime.logs import configure_logging

log = logging.getLogger(__name__)

ORPHANED_EXIT_CODE = 3
OOM_SCORE = 500
AUTOGROUP_ATTEMPTS = 5
REPORT_SECONDS = 0.25
MAX_FITS = 20
MAX_PEAK_BYTES = 1 << 30
"""A process whose peak memory exceeds this takes no further request."""

Told = Progress | Looked | Kept

Fit = Callable[[Any, Callable[[Told], None], Callable[[], bool]], None]
"""Takes the request (of a fit or a task), the callback for progress, a first look and kept pieces,
and a function that says whether to stop early."""


def nothing_ahead() -> Iterator[None]:
    """No work for the time in which no request waits."""
    return iter(())


def serve(load: Callable[[], Fit], ahead: Callable[[], Iterator[None]] = nothing_ahead) -> None:
    """Load the fit function, report ready, then run requests and report how each ended.

    ``ahead``: steps of work that later requests may need, taken while none waits.
    """
    _lower_priority(int(os.environ.get(NICENESS, "0")))  # before there are threads
    requests: queue.Queue[Request] = queue.Queue()
    stopped = threading.Event()
    threading.Thread(target=_read_stdin, args=(requests, stopped), daemon=True).start()
    out = _redirect_stdout()
    fit = load()
    gc.freeze()  # later collections skip what was imported
    _send(out, Ready())
    steps = ahead()
    for number in range(1, MAX_FITS + 1):
        while requests.empty() and next(steps, steps) is not steps:
            pass
        request = requests.get()
        configure_logging(request.log_level)
        with structlog.contextvars.bound_contextvars(**request.labels):
            _run_fit(fit, request, out, stopped.is_set)
        again = number < MAX_FITS and _peak_memory() < MAX_PEAK_BYTES
        _send(out, Done(again=again))
        if not again:
            return
        gc.collect()


def _run_fit(fit: Fit, request: Request, out: TextIO, stop: Callable[[], bool]) -> None:
    started = time.monotonic()
    try:
        log.info("fit started")
        fit(request, _ThrottledReporter(out), stop)
    except Exception as error:
        _send(out, failure_message(error))
        raise
    log.info("fit ended", extra={"seconds": round(time.monotonic() - started, 3)})


def _peak_memory() -> int:
    """Peak resident memory of this process since its program started, in bytes.

    Linux counts that as VmHWM. Its ``ru_maxrss`` would also count what the parent had in memory
    when it started this process, because it is carried through exec.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _ThrottledReporter:
    """Reports progress at most every ``REPORT_SECONDS``; every new stage, a first look and a kept
    piece at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last = 0.0
        self._stage = ""

    def __call__(self, progress: Told) -> None:
        if isinstance(progress, Looked | Kept):
            _send(self._out, progress)
            return
        now = time.monotonic()
        if progress.stage != self._stage or now - self._last >= REPORT_SECONDS:
            self._last, self._stage = now, progress.stage
            _send(self._out, ProgressReport(progress=progress))


def _send(out: TextIO, message: BaseModel) -> None:
    out.write(message.model_dump_json() + "\n")
    out.flush()


def _read_stdin(requests: "queue.Queue[Request]", stopped: threading.Event) -> NoReturn:
    """Queue requests; a stop applies to the request before it.

    When stdin ends, the parent process is dead and this process exits.
    """
    buffer = b""
    while chunk := os.read(0, 1 << 16):
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            match REQUESTS.validate_json(line):
                case Stop():
                    stopped.set()
                case FitRequest() | TaskRequest() as request:
                    stopped.clear()
                    requests.put(request)
    os._exit(ORPHANED_EXIT_CODE)


def _redirect_stdout() -> TextIO:
    """Return the protocol's stream, and redirect file descriptor 1 to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def _lower_priority(niceness: int) -> None:
    """Yield processor time to the service, and be killed first when memory runs out.

    The niceness is absolute, so that a service started under ``nice`` does not starve its fits; but
    a fit never comes before the service, whose niceness this process has until now. Threads and
    child processes, such as compilers, that start later inherit it.
    """
    niceness = max(niceness, os.getpriority(os.PRIO_PROCESS, 0))
    os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with suppress(OSError):
        _lower_session_priority(niceness)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), "ascii")


def _lower_session_priority(niceness: int) -> None:
    """Set the niceness of this process's scheduler session (Linux autogroup).

    Linux may divide processors between sessions first, and this process has a session of its own,
    within which alone its niceness would count. Raises OSError where there is no autogroup; the
    kernel accepts only a few such changes per second from all users together, hence the retries.
    """
    for attempt in range(AUTOGROUP_ATTEMPTS):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness), "ascii")
        except BlockingIOError:
            time.sleep(0.1 * (1 + attempt))
        else:
            return
