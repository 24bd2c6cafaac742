"""Work that is done now and then in the background, for as long as the service runs."""

import logging
import random
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

SPREAD = 0.1


class Periodic:
    """A thread that calls ``action`` at once and then every ``seconds``, until it is closed.

    What the action raises is logged, and it is called again next time. The waits vary by a tenth,
    so that processes which start together do not work at the same moments for ever.
    """

    def __init__(self, name: str, seconds: float, action: Callable[[], object]) -> None:
        self._name = name
        self._seconds = seconds
        self._action = action
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it still works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, when the call that runs has returned."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._action()
            except Exception:
                log.exception("%s failed; it is tried again later", self._name)
            self._closed.wait(self._seconds * _jitter())


def _jitter() -> float:
    return random.uniform(1.0 - SPREAD, 1.0 + SPREAD)  # noqa: S311  (nothing secret)
