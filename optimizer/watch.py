"""A watch over an allocation at work: whether its caller still waits, and how much time is left.

Every loop asks it between two steps. A caller who does not wait any more ends the work by an error;
time that is over ends it by the best plan so far, with what is proved of it by then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from optimizer.errors import Cancelled

TELL_SECONDS = 0.5
"""How often the progress is reported, at most."""


def waits() -> bool:
    """What a caller answers who never leaves."""
    return False


def tells_nobody(share: float) -> None:
    """The report of a caller who does not want to know."""


class TimeOver(Exception):
    """Leaves a computation that nothing else can end; whoever starts one catches it."""


@dataclass(eq=False)
class Watch:
    """What the loops of one allocation ask.

    should_stop: whether the caller has left; it is called often, from the thread of the work.
    report: is told the share of the work that is done, in [0, 1], a few times a second at most; an
    error that it raises ends the work.
    time_limit: seconds from the making of the watch; None for as long as it takes.
    was_late: whether something was left out for time, so that more of it might give a better plan
    or a closer bound.
    """

    should_stop: Callable[[], bool] = waits
    report: Callable[[float], None] = tells_nobody
    time_limit: float | None = None
    was_late: bool = field(default=False, init=False)
    share: float = field(default=0.0, init=False)
    _began: float = field(default_factory=perf_counter, init=False)
    _low: float = field(default=0.0, init=False)
    _high: float = field(default=1.0, init=False)
    _told: float = field(default=0.0, init=False)

    @property
    def seconds_left(self) -> float:
        """Seconds of the time limit that are left, not below 0; infinite without one."""
        if self.time_limit is None:
            return float("inf")
        return max(self.time_limit - (perf_counter() - self._began), 0.0)

    def begin(self, part: float) -> None:
        """Begin a computation that is this part of the work that is left."""
        self._low = self.share
        self._high = self.share + part * (1.0 - self.share)

    def reach(self, share: float) -> None:
        """Note the share of the present computation that is done; progress never falls."""
        self.share = max(self.share, self._low + share * (self._high - self._low))

    def ask(self) -> None:
        """Report the progress, and raise Cancelled if the caller has left."""
        if self.should_stop():
            raise Cancelled("the caller has left: the allocation was stopped")
        now = perf_counter()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            self.report(self.share)

    def is_over(self) -> bool:
        """Whether the time is over, noted where it is.  Raises Cancelled."""
        self.ask()
        if self.seconds_left > 0.0:
            return False
        self.was_late = True
        return True

    def require_time(self) -> None:
        """Raise TimeOver where the time is over, Cancelled where the caller has left."""
        if self.is_over():
            raise TimeOver

    def limited(self, seconds: float, first: float = 0.0, last: float = 1.0) -> "Watch":
        """A watch for the same caller over work that begins now and may take so many seconds.

        first, last: the shares, as the caller is told them, from which to which it goes.
        """
        return Watch(
            self.should_stop,
            lambda share: self.report(first + share * (last - first)),
            seconds,
        )


UNWATCHED = Watch()
"""Of a caller who stays until the end, without a time limit."""
