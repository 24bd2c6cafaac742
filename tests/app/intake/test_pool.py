"""What callers send is read in processes that end with their work, however that ends."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.errors import InvalidRequest
from app.intake.pool import SMALL_BYTES, Intake
from app.intake.process import IntakeBroken
from app.settings import Settings
from mmm.errors import DataError, Issue
from mmm.tables.limits import MEBIBYTE
from tests.app.running import gone, wait_until

LARGE = SMALL_BYTES + 1


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    """Its processes take a second to start, so the tests share them."""
    made = Intake(Settings(intake_workers=2, intake_seconds=3, intake_bytes=300 * MEBIBYTE))
    yield made
    made.close()


def test_little_is_read_here_and_much_elsewhere(intake) -> None:
    assert intake.run(SMALL_BYTES, os.getpid) == os.getpid()
    other = intake.run(LARGE, os.getpid)
    assert other != os.getpid()
    assert intake.run(LARGE, os.getpid) == other, "a process is used again"


def test_the_process_has_none_of_the_secrets(intake, monkeypatch) -> None:
    monkeypatch.setenv("PRUDENT_KEY_SECRET", "k" * 40)
    assert intake.run(LARGE, os.getenv, "PRUDENT_KEY_SECRET") is None


def refuse(pointer: str) -> None:
    raise DataError([Issue(pointer, "bad", "is bad")])


def break_down() -> None:
    raise ZeroDivisionError("a fault of ours")


def fill(size: int) -> int:
    return len(b"x" * size)


def test_errors_of_the_work_come_back_as_they_were_raised(intake) -> None:
    process = intake.run(LARGE, os.getpid)
    with pytest.raises(DataError, match="/data/rows/3: is bad") as refused:
        intake.run(LARGE, refuse, "/data/rows/3")
    assert refused.value.issues == (Issue("/data/rows/3", "bad", "is bad"),)
    with pytest.raises(IntakeBroken, match="a fault of ours"):
        intake.run(LARGE, break_down)
    assert intake.run(LARGE, os.getpid) == process


@pytest.mark.parametrize(
    ("work", "given", "code"),
    [
        (time.sleep, 60, "too_slow"),
        (fill, 400 * MEBIBYTE, "too_much_memory"),
    ],
)
def test_work_beyond_its_bounds_is_refused_and_the_next_is_done(intake, work, given, code) -> None:
    with pytest.raises(InvalidRequest, match="which is the limit") as refused:
        intake.run(LARGE, work, given)
    assert [issue.code for issue in refused.value.issues] == [code]
    assert intake.run(LARGE, fill, MEBIBYTE) == MEBIBYTE


@pytest.mark.parametrize(
    ("number", "raised"),
    [(signal.SIGABRT, InvalidRequest), (signal.SIGKILL, InvalidRequest), (15, IntakeBroken)],
)
def test_a_process_that_dies_is_replaced(intake, number, raised) -> None:
    with pytest.raises(raised):
        intake.run(LARGE, signal.raise_signal, number)
    assert intake.run(LARGE, fill, 10) == 10


def test_a_process_that_took_much_memory_ends() -> None:
    intake = Intake(Settings())
    try:
        process = intake.run(LARGE, os.getpid)
        assert intake.run(LARGE, fill, 300 * MEBIBYTE) == 300 * MEBIBYTE
        wait_until(lambda: gone(process))
        assert intake.run(LARGE, os.getpid) != process
    finally:
        intake.close()


def test_no_more_processes_work_than_the_setting_says(intake) -> None:
    with ThreadPoolExecutor(6) as threads:
        made = {*threads.map(lambda _: intake.run(LARGE, os.getpid), range(12))}
    assert len(made) <= 2


def test_closing_ends_processes_at_work() -> None:
    intake = Intake(Settings())
    process = intake.run(LARGE, os.getpid)
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(intake.run, LARGE, time.sleep, 60)
        time.sleep(0.3)
        intake.close()
        with pytest.raises(IntakeBroken):
            working.result(10)
    wait_until(lambda: gone(process))
