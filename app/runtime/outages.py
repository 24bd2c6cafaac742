"""A dependency that is away costs one caller the wait, and the others nothing.

A call to a host that drops packets takes its whole deadline to fail. Once a call has failed so
slowly, the next calls fail at once with the same reason; after a pause one of them tries again, and
the first success ends the outage. A failure that comes quickly, such as a refused connection, is
not remembered: whoever meets it loses no time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 1.0
"""Time after a slow failure in which nobody tries again."""
SLOW_SECONDS = 0.5
"""A failure that took longer than this is remembered."""


class Outage:
    """The state of one dependency; ``refuse`` makes the error of a call that is not tried.

    Only errors of class ``failure`` say that the dependency is away. ``clock`` returns seconds.
    """

    def __init__(
        self,
        failure: type[Exception],
        refuse: Callable[[str], Exception],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failure = failure
        self._refuse = refuse
        self._clock = clock
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._paused_until = 0.0
        self._trying = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Make the call, or raise the refusal at once; remember how the call ended."""
        self._refuse_while_away()
        started = self._clock()
        try:
            yield
        except BaseException as error:
            slow = self._clock() - started > SLOW_SECONDS
            self._ended(str(error) if slow and isinstance(error, self._failure) else None)
            raise
        self._ended(None)

    def _refuse_while_away(self) -> None:
        with self._lock:
            if self._reason is None:
                return
            if self._trying or self._clock() < self._paused_until:
                raise self._refuse(self._reason)
            self._trying = True

    def _ended(self, reason: str | None) -> None:
        with self._lock:
            self._reason, self._trying = reason, False
            self._paused_until = self._clock() + PAUSE_SECONDS
