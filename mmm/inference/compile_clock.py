"""How long compiling takes on this machine, told while it goes on.

The seconds of past compilations lie in a file beside the code on disk. While a model is compiled,
its progress is reported every second against their median: what has passed of it, slower and slower
once it has taken longer.
"""

import json
import math
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from mmm.inference.code_store import code_folder
from mmm.inference.method_result import COMPILE_END
from mmm.progress import Progress, ProgressCallback

FIRST_GUESS = 30.0
"""Seconds, on a machine that has compiled nothing."""
REMEMBERED = 20
BEGIN = 0.02
EVERY = 1.0
"""Seconds between two reports."""


def expected_seconds() -> float:
    """The median of the past compilations of this machine."""
    past = _past()
    return median(past) if past else FIRST_GUESS


@contextmanager
def timed() -> Iterator[None]:
    """Remember how long what happens inside took."""
    started = time.monotonic()
    yield
    _remember(time.monotonic() - started)


@contextmanager
def telling(report: ProgressCallback) -> Iterator[None]:
    """Report the progress of what happens inside, by another thread."""
    report(Progress("compiling", BEGIN))
    ended = threading.Event()
    thread = threading.Thread(target=_tell, args=(report, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def share_done(seconds: float, expected: float) -> float:
    """How far a compilation is after ``seconds``: 0.8 after the ``expected`` ones, never 1."""
    return 1.0 - math.exp(-math.log(5.0) * seconds / expected)


def _tell(report: ProgressCallback, ended: threading.Event) -> None:
    started, expected = time.monotonic(), expected_seconds()
    while not ended.wait(EVERY):
        passed = time.monotonic() - started
        share = BEGIN + (COMPILE_END - BEGIN) * share_done(passed, expected)
        left = round(expected - passed, 1) if passed < expected else None
        report(Progress("compiling", share, left))


def _file() -> Path:
    return code_folder() / "seconds.json"


def _past() -> list[float]:
    try:
        past = json.loads(_file().read_text("utf-8"))
        return [float(seconds) for seconds in past][-REMEMBERED:]
    except (OSError, ValueError, TypeError):
        return []


def _remember(seconds: float) -> None:
    """Add to the file as a whole; of two processes at once one may be forgotten."""
    past = [*_past(), round(seconds, 2)][-REMEMBERED:]
    try:
        code_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=code_folder(), suffix=".part", delete=False, encoding="utf-8"
        ) as file:
            json.dump(past, file)
        Path(file.name).replace(_file())
    except OSError as error:
        warnings.warn(f"seconds of compiling are not kept: {error}", stacklevel=2)
