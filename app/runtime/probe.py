"""A check that may hang, in a thread of its own: one at a time, however many callers ask."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future


class Probe:
    """Runs ``check`` for whoever asks; a call during a check waits for that one.

    The thread is no worker of any pool, and the process does not wait for it when it ends.
    """

    def __init__(self, name: str, check: Callable[[], object]) -> None:
        self._name = name
        self._check = check
        self._lock = threading.Lock()
        self._running: Future[None] | None = None

    async def within(self, seconds: float) -> None:
        """Raise the error of the check, or TimeoutError if it has not ended after ``seconds``."""
        outcome = asyncio.wrap_future(self._current())
        outcome.add_done_callback(_read)
        done, _ = await asyncio.wait([outcome], timeout=seconds)
        if not done:
            raise TimeoutError
        outcome.result()

    def _current(self) -> Future[None]:
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                self._running.set_running_or_notify_cancel()
                threading.Thread(
                    target=self._run, args=(self._running,), name=self._name, daemon=True
                ).start()
            return self._running

    def _run(self, outcome: Future[None]) -> None:
        try:
            self._check()
        except BaseException as error:  # noqa: BLE001  (the caller gets it)
            outcome.set_exception(error)
        else:
            outcome.set_result(None)


def _read(outcome: asyncio.Future[None]) -> None:
    """Look at an outcome that came too late, so that nothing reports it as forgotten."""
    if not outcome.cancelled():
        outcome.exception()
