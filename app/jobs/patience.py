"""A finished job waits for a database or a store that is away, so that its result is not lost."""

import logging
import threading
import time
from collections.abc import Callable
from itertools import chain, repeat

from app.errors import StoreError, StoreUnavailable

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_PAUSE = 15.0
"""Seconds between two tries, first and later."""
LIMIT_SECONDS = 6 * 3600.0


class Patience:
    """Repeats a call that finds the store away, for ``seconds`` in all or until it is given up."""

    def __init__(self, seconds: float = LIMIT_SECONDS) -> None:
        self._seconds = seconds
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """End every wait, now and later: the job was cancelled, or its process stops."""
        self._given_up.set()

    def insist[Result](
        self, call: Callable[[], Result], away: type[StoreError] = StoreUnavailable
    ) -> Result:
        """The result of ``call``; raises its error ``away`` once the time is over or given up."""
        end = time.monotonic() + self._seconds
        pauses = chain(PAUSES, repeat(LONGEST_PAUSE))
        while True:
            try:
                return call()
            except away as error:
                pause = next(pauses)
                if time.monotonic() + pause > end or self._given_up.is_set():
                    raise
                log.warning("a result waits for its store: %s", error)
            self._given_up.wait(pause)
