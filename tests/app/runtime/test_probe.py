"""Checks that hang: nobody waits for them longer than a deadline, and they use one thread."""

import asyncio
import threading

import pytest

from app.runtime.probe import Probe
from tests.app.running import wait_until


def test_a_check_that_hangs_is_one_thread_for_all_callers() -> None:
    release = threading.Event()
    runs: list[int] = []

    def hang() -> None:
        runs.append(1)
        release.wait(30)

    probe = Probe("hanging", hang)
    before = threading.active_count()

    async def ask_often() -> list[BaseException | None]:
        asked = [probe.within(0.2) for _ in range(45)]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    for _ in range(2):
        answers = asyncio.run(ask_often())
        assert [type(answer) for answer in answers] == [TimeoutError] * 45
    assert len(runs) == 1
    assert threading.active_count() == before + 1
    release.set()
    wait_until(lambda: threading.active_count() == before, 5.0)
    asyncio.run(probe.within(5.0))
    assert len(runs) == 2


def test_the_outcome_is_that_of_the_check() -> None:
    outcomes = [ValueError("broken"), None]

    def check() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    probe = Probe("fast", check)
    with pytest.raises(ValueError, match="broken"):
        asyncio.run(probe.within(5.0))
    asyncio.run(probe.within(5.0))
