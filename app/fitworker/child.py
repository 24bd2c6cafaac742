"""The child's side of the protocol: its streams, its parent's death, its place among processes.

``serve`` carries out requests, one after another, with the function it is given; it ends with the
first that fails, and after some, so that what libraries keep does not add up. Standard output
belongs to the protocol alone: whatever libraries print is sent to standard error.
"""

import gc
import logging
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

import structlog
from pydantic import BaseModel

from app.fitworker.environment import NICENESS
from app.fitworker.protocol import (
    REQUESTS,
    Done,
    FitRequest,
    Progress,
    Ready,
    Report,
    Stop,
    failed,
)
from app.runtime.logs import configure_logging

log = logging.getLogger(__name__)

ORPHANED = 3
OOM_SCORE = 500
AUTOGROUP_ATTEMPTS = 5
REPORT_SECONDS = 0.25
MOST_FITS = 20
MOST_MEMORY = 1 << 30
"""Bytes at its peak up to which a process takes another request."""

Fit = Callable[[FitRequest, Callable[[Progress], None], Callable[[], bool]], None]
"""Takes the request, where to report to, and whether to end with the draws that there are."""


def serve(load: Callable[[], Fit]) -> None:
    """Load the fit function, say so, carry out requests, say of each how it ended."""
    requests: queue.Queue[FitRequest] = queue.Queue()
    stopped = threading.Event()
    threading.Thread(target=_read_stdin, args=(requests, stopped), daemon=True).start()
    out = _own_stdout()
    _be_humble()
    fit = load()
    gc.freeze()  # what was imported is not looked through for garbage again
    _say(out, Ready())
    for number in range(1, MOST_FITS + 1):
        request = requests.get()
        configure_logging(request.log_level)
        with structlog.contextvars.bound_contextvars(**request.labels):
            _carry_out(fit, request, out, stopped.is_set)
        again = number < MOST_FITS and _peak_memory() < MOST_MEMORY
        _say(out, Done(again=again))
        if not again:
            return
        gc.collect()


def _carry_out(fit: Fit, request: FitRequest, out: TextIO, stop: Callable[[], bool]) -> None:
    started = time.monotonic()
    try:
        log.info("fit started")
        fit(request, _Throttled(out), stop)
    except Exception as error:
        _say(out, failed(error))
        raise
    log.info("fit ended", extra={"seconds": round(time.monotonic() - started, 3)})


def _peak_memory() -> int:
    """Most bytes that this process has had in memory since its program started.

    Linux counts that as VmHWM. Its ``ru_maxrss`` would also count what the parent had in memory
    when it started this process, for it is carried through exec.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _Throttled:
    """Reports progress a few times a second; a new stage always."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last = 0.0
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage != self._stage or now - self._last >= REPORT_SECONDS:
            self._last, self._stage = now, progress.stage
            _say(self._out, Report(progress=progress))


def _say(out: TextIO, message: BaseModel) -> None:
    out.write(message.model_dump_json() + "\n")
    out.flush()


def _read_stdin(requests: "queue.Queue[FitRequest]", stopped: threading.Event) -> NoReturn:
    """Hand over requests; a stop is for the one before it. When stdin ends, the parent is gone,
    and so is this process."""
    buffer = b""
    while chunk := os.read(0, 1 << 16):
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            match REQUESTS.validate_json(line):
                case Stop():
                    stopped.set()
                case FitRequest() as request:
                    stopped.clear()
                    requests.put(request)
    os._exit(ORPHANED)


def _own_stdout() -> TextIO:
    """The protocol's stream; file descriptor 1 becomes standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def _be_humble() -> None:
    """Step back behind the service for processor time, and be the first to go when memory ends."""
    niceness = os.nice(int(os.environ.get(NICENESS, "0")))
    with suppress(OSError):
        _let_other_sessions_pass(niceness)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), "ascii")


def _let_other_sessions_pass(niceness: int) -> None:
    """Linux may share processors out by session first (autogroup), and this process has one of its
    own: its niceness alone would count within that only. Raises OSError where there is no such
    thing; the kernel takes few such wishes a second from all of its users together."""
    for attempt in range(AUTOGROUP_ATTEMPTS):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness), "ascii")
        except BlockingIOError:
            time.sleep(0.1 * (1 + attempt))
        else:
            return
