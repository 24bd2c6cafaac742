"""Background work that is repeated at intervals while the service runs."""

import logging
import random
import threading
from collections.abc import Callable

from app.errors import StoreError

log = logging.getLogger(__name__)

JITTER = 0.1
CLOSE_SECONDS = 5.0


class Periodic:
    """A thread that calls ``action`` at once and then every ``seconds``, until it is closed.

    An error of the action is logged, and it is called again next time. The waits vary by a
    tenth, so that processes started together do not stay synchronized.
    """

    def __init__(self, name: str, seconds: float, action: Callable[[], object]) -> None:
        self._name = name
        self._seconds = seconds
        self._action = action
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the current call, which is waited for, but not for long if it hangs."""
        self._closed.set()
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            log.warning("%s has not ended and is left behind", self._name)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._action()
            except StoreError as error:
                log.warning("%s failed and will be retried: %s", self._name, error)
            except Exception:
                log.exception("%s failed and will be retried", self._name)
            self._closed.wait(self._seconds * _jitter())


def _jitter() -> float:
    return random.uniform(1.0 - JITTER, 1.0 + JITTER)  # noqa: S311  (nothing secret)
