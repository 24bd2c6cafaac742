"""A dependency that is away: one caller at a time finds out, the others are told at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.runtime.outages import PAUSE_SECONDS, SLOW_SECONDS, Outage


class Away(Exception):
    """The dependency does not answer."""


class Told(Exception):
    """The call was not tried."""


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def call(outage: Outage, clock: Clock, takes: float, error: Exception | None = None) -> None:
    with outage.watched():
        clock.seconds += takes
        if error is not None:
            raise error


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(clock) -> Outage:
    return Outage(Away, Told, clock)


def test_after_a_slow_failure_calls_fail_at_once_and_then_one_tries(outage, clock) -> None:
    with pytest.raises(Away):
        call(outage, clock, 2 * SLOW_SECONDS, Away("no route"))
    with pytest.raises(Told, match="no route"):
        call(outage, clock, 0.0)
    clock.seconds += 1.1 * PAUSE_SECONDS
    with pytest.raises(Told), outage.watched():
        call(outage, clock, 0.0)  # while another tries
    call(outage, clock, 0.0)
    call(outage, clock, 0.0)


def test_a_quick_failure_and_another_error_are_not_remembered(outage, clock) -> None:
    with pytest.raises(Away):
        call(outage, clock, 0.5 * SLOW_SECONDS, Away("refused"))
    with pytest.raises(ValueError):
        call(outage, clock, 2 * SLOW_SECONDS, ValueError("no such thing"))
    call(outage, clock, 0.0)


def test_a_try_that_fails_again_keeps_the_outage(outage, clock) -> None:
    for _ in range(3):
        with pytest.raises(Away):
            call(outage, clock, 2 * SLOW_SECONDS, Away("no route"))
        with pytest.raises(Told):
            call(outage, clock, 0.0)
        clock.seconds += 1.1 * PAUSE_SECONDS


def test_of_many_threads_one_tries(outage, clock) -> None:
    with pytest.raises(Away):
        call(outage, clock, 2 * SLOW_SECONDS, Away("no route"))
    clock.seconds += 1.1 * PAUSE_SECONDS
    others_told = threading.Barrier(8)
    tried: list[int] = []

    def one(number: int) -> None:
        try:
            with outage.watched():
                tried.append(number)
                others_told.wait(10)
        except Told:
            others_told.wait(10)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(8)))
    assert len(tried) == 1
