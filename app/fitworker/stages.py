"""How long each stage of a fit takes, measured from what the fit reports."""

import time
from collections.abc import Callable

from app.runtime.metrics import FIT_STAGE_SECONDS
from mmm.progress import Progress


class StageClock:
    """Passes reports on; ``end`` closes the last stage. ``clock`` gives seconds."""

    def __init__(
        self, report: Callable[[Progress], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self._clock = clock
        self._stage: str | None = None
        self._since = clock()

    def __call__(self, progress: Progress) -> object:
        """A report of the fit, answered as by whom it is passed to."""
        if progress.stage != self._stage:
            self._close()
            self._stage = progress.stage
        return self._report(progress)

    def end(self) -> None:
        """The fit has ended well; a stage that broke off is not counted."""
        self._close()
        self._stage = None

    def _close(self) -> None:
        now = self._clock()
        if self._stage is not None:
            FIT_STAGE_SECONDS.labels(self._stage).observe(now - self._since)
        self._since = now
