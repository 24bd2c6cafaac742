"""Measures how long each stage of a fit takes, from its progress reports."""

import time
from collections.abc import Callable

from app.runtime.metrics import FIT_STAGE_SECONDS
from mmm.progress import Progress


class StageClock:
    """Passes progress reports on and times the stages; ``clock`` returns seconds."""

    def __init__(
        self, report: Callable[[Progress], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self._clock = clock
        self._stage: str | None = None
        self._since = clock()

    def __call__(self, progress: Progress) -> object:
        """Pass a report on, and return what the receiver returns."""
        if progress.stage != self._stage:
            self._record_stage()
            self._stage = progress.stage
        return self._report(progress)

    def end(self) -> None:
        """Record the last stage of a successful fit; a stage that failed is not recorded."""
        self._record_stage()
        self._stage = None

    def _record_stage(self) -> None:
        now = self._clock()
        if self._stage is not None:
            FIT_STAGE_SECONDS.labels(self._stage).observe(now - self._since)
        self._since = now
