"""Decides where a caller's bytes are read: small ones here, large ones in a process apart."""

import threading
from collections.abc import Callable
from typing import Any

from app.intake.process import Bounds, IntakeProcess
from app.runtime.turns import Turns
from app.settings import Settings

SMALL_BYTES = 32 * 1024
"""What so few bytes can take keeps the interpreter for hundredths of a second."""


class Intake:
    """Reads what callers send; ``in_flight`` are the bytes of bodies that may be in memory."""

    def __init__(self, settings: Settings) -> None:
        total = settings.body_bytes_in_flight
        self.in_flight = Turns(total, most=max(total // 2, settings.max_body_bytes))
        self._bounds = Bounds(settings.intake_seconds, settings.intake_bytes)
        self._free = threading.BoundedSemaphore(settings.intake_workers)
        self._idle: list[IntakeProcess] = []
        self._all: set[IntakeProcess] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run[Result](self, size: float, work: Callable[..., Result], *given: Any) -> Result:
        """What ``work(*given)`` returns, a function of ``size`` bytes of a caller.

        The calling thread waits for it. A process carries out functions of more than SMALL_BYTES;
        these and what they are given must be picklable. Raises what ``work`` raises, InvalidRequest
        for work that takes too much time or memory.
        """
        if size <= SMALL_BYTES:
            return work(*given)
        with self._free:
            process = self._take()
            try:
                return process.run(work, *given)
            finally:
                self._give_back(process)

    def close(self) -> None:
        """Kill every process."""
        with self._lock:
            self._closed = True
            processes = list(self._all)
        for process in processes:
            process.close()

    def _take(self) -> IntakeProcess:
        with self._lock:
            if self._closed:
                raise RuntimeError("the intake is closed")
            while self._idle:
                process = self._idle.pop()
                if process.ready:
                    return process
                self._drop(process)
            process = IntakeProcess(self._bounds)
            self._all.add(process)
        return process

    def _give_back(self, process: IntakeProcess) -> None:
        with self._lock:
            if process.ready and not self._closed:
                self._idle.append(process)
            else:
                self._drop(process)

    def _drop(self, process: IntakeProcess) -> None:
        process.close()
        self._all.discard(process)
