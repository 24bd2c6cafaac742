"""A pool of fit processes: one waits, with everything imported, for the next fit.

Imports take seconds, and code compiled in a process need not be loaded again. So a process that has
finished a fit waits for the next, until it ends itself (``app/fitworker/child.py``) or a fit in it
fails. A new one is started only when no fit runs, so that it takes no processor time from a fit.
"""

import logging
import threading

from app.fitworker.process import FitProcess, Launch

log = logging.getLogger(__name__)


class FitPool:
    """Hands out fit processes; each runs one fit at a time."""

    def __init__(self, launch: Launch, *, keep_warm: bool) -> None:
        self._launch = launch
        self._keep_warm = keep_warm
        self._idle: FitProcess | None = None
        self._busy: set[FitProcess] = set()
        self._closed = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the waiting process if ``keep_warm`` is set, none waits and none is busy."""
        with self._lock:
            if self._keep_warm and self._idle is None and not self._busy and not self._closed:
                self._idle = FitProcess(self._launch)

    def take(self) -> FitProcess:
        """Take a process for one fit: the waiting one, or a new one."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            idle, self._idle = self._idle, None
            if idle is not None and not idle.ready:
                log.warning("the waiting fit process had died", extra={"pid": idle.pid})
                idle.close()
                idle = None
            process = idle or FitProcess(self._launch)
            self._busy.add(process)
        return process

    def give_back(self, process: FitProcess) -> None:
        """Return a process after its fit.

        It waits for the next fit if it is ready; otherwise it is closed, and a new one is started
        if no other process is busy.
        """
        with self._lock:
            self._busy.discard(process)
            wanted = self._keep_warm and self._idle is None and not self._closed
            if wanted and process.ready:
                self._idle = process
                return
        process.close()
        self.warm()

    def close(self) -> None:
        """Kill every process; callers that run one still have to give it back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, None
            busy = list(self._busy)
        for process in busy:
            process.kill()
        if idle is not None:
            idle.close()
