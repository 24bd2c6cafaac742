"""Fit processes ready to use: one waits, with everything imported, for the next fit.

Imports take seconds, and what has been compiled in a process need not be read again. So a process
that has served waits for the next fit, until it ends itself (``app/fitworker/child.py``) or a fit
in it fails. A new one is started only when no fit runs, so that it does not take the processor away
from one.
"""

import logging
import threading

from app.fitworker.process import FitProcess, Launch

log = logging.getLogger(__name__)


class FitPool:
    """Hands out fit processes; each serves one fit at a time."""

    def __init__(self, how: Launch, *, keep_warm: bool) -> None:
        self._how = how
        self._keep_warm = keep_warm
        self._idle: FitProcess | None = None
        self._busy: set[FitProcess] = set()
        self._closed = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the waiting process, if there is to be one and none is there."""
        with self._lock:
            if self._keep_warm and self._idle is None and not self._busy and not self._closed:
                self._idle = FitProcess(self._how)

    def take(self) -> FitProcess:
        """A process for one fit: the waiting one, or a new one."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            idle, self._idle = self._idle, None
            if idle is not None and not idle.ready:
                log.warning("the waiting fit process had died", extra={"pid": idle.pid})
                idle.close()
                idle = None
            process = idle or FitProcess(self._how)
            self._busy.add(process)
        return process

    def give_back(self, process: FitProcess) -> None:
        """The process has served, and may wait for the next fit; or else a new one, when no other
        process is busy."""
        with self._lock:
            self._busy.discard(process)
            wanted = self._keep_warm and self._idle is None and not self._closed
            if wanted and process.ready:
                self._idle = process
                return
        process.close()
        self.warm()

    def close(self) -> None:
        """Kill every process; whoever runs one of them frees it."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, None
            busy = list(self._busy)
        for process in busy:
            process.kill()
        if idle is not None:
            idle.close()
