"""Work ahead of a request: done while a fit process waits, and never before a request."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.fitworker.process import FitProcess, make_launch
from app.fitworker.protocol import FitRequest
from tests.app.running import wait_until

STEPS = 3
CHILD = """
import sys, time
from pathlib import Path
from app.fitworker.child import serve

done, pause = Path(sys.argv[1]), float(sys.argv[2])

def fit(request, report, stop):
    Path(request.model_path).write_text(done.read_text() if done.exists() else "")

def ahead():
    for step in range(3):
        time.sleep(pause)
        with done.open("a") as file:
            file.write(f"{step}")
        yield

serve(lambda: fit, ahead)
"""


def fits(folder: Path, pause: float) -> Iterator[FitProcess]:
    """A process each of whose steps takes as long."""
    command = [sys.executable, "-P", "-c", CHILD, str(folder / "done"), str(pause)]
    process = FitProcess(make_launch(folder / "cache", command))
    yield process
    process.close()


def seen_by_a_fit(process: FitProcess, folder: Path) -> str:
    """The steps that were done when the fit began."""
    told = folder / "told"
    asked = FitRequest(
        spec={}, sampling={}, table_path="none", media_type="none", model_path=str(told)
    )
    process.run(asked, lambda _: None, 30.0)
    return told.read_text("utf-8")


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[FitProcess]:
    yield from fits(tmp_path, 0.0)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[FitProcess]:
    yield from fits(tmp_path, 1.5)


def steps(folder: Path) -> str:
    done = folder / "done"
    return done.read_text("utf-8") if done.exists() else ""


def test_a_process_that_waits_does_all_of_it_once(quick: FitProcess, tmp_path: Path) -> None:
    wait_until(lambda: steps(tmp_path) == "012")
    assert [seen_by_a_fit(quick, tmp_path) for _ in range(2)] == ["012", "012"]
    assert steps(tmp_path) == "012"


def test_a_request_waits_for_one_step_at_most_and_the_rest_follows_it(
    slow: FitProcess, tmp_path: Path
) -> None:
    assert len(seen_by_a_fit(slow, tmp_path)) < STEPS
    wait_until(lambda: steps(tmp_path) == "012")
