"""A watch over an allocation at work: whether its caller still waits, and how much time is left.

Every loop asks it between two steps. A caller who does not wait any more ends the work by an error;
time that is over ends it by the best plan so far, with what is proved of it by then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from optimizer.errors import Cancelled


def _waits() -> bool:
    return False


def _tells_nobody(stage: str, share: float) -> None:
    pass


@dataclass(eq=False)
class Watch:
    """What the loops of one allocation ask.

    should_stop: whether the caller has left; it is called often and from the thread of the work.
    report: is told the stage ("searching", "proving", "explaining") and the share that is done.
    time_limit: seconds from the making of the watch; None for as long as it takes.
    was_late: whether a loop ended for time, so that more of it might have given a better plan or
    a closer bound.
    """

    should_stop: Callable[[], bool] = _waits
    report: Callable[[str, float], None] = _tells_nobody
    time_limit: float | None = None
    was_late: bool = field(default=False, init=False)
    _began: float = field(default_factory=perf_counter, init=False)

    @property
    def seconds_left(self) -> float:
        """Seconds of the time limit that are left, not below 0; infinite without one."""
        if self.time_limit is None:
            return float("inf")
        return max(self.time_limit - (perf_counter() - self._began), 0.0)

    def ask(self) -> None:
        """Raise Cancelled if the caller has left."""
        if self.should_stop():
            raise Cancelled("the caller has left: the allocation was stopped")

    def is_over(self) -> bool:
        """Whether the time is over, noted where it is.  Raises Cancelled."""
        self.ask()
        if self.seconds_left > 0.0:
            return False
        self.was_late = True
        return True
