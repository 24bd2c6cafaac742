"""A fit process that fits nothing: the seed says how it behaves.

Usage: fake_fit.py FOLDER, where FOLDER holds ``trusted.nc`` and ``rejected.nc``.
"""

import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from app.fitworker.child import serve
from mmm.appended import continued_panel
from mmm.errors import DataError, Issue
from mmm.fitted import load_model, save_model
from mmm.progress import ChainProgress, Progress
from mmm.tables import read_table

TRUSTED, REJECTED, SLOW, RAISES, KILLED, REFUSED, GARBAGE, SLOW_ONCE = range(8)


def folder() -> Path:
    return Path(sys.argv[1])


def fit(request, report, stop) -> None:
    sys.stdout.write("a library that writes to standard output\n")
    seed = request.sampling["seed"]
    report(Progress("sampling", 0.5, 1.5, (ChainProgress(0, 5, 10, False, 1),)))
    if seed == SLOW or (seed == SLOW_ONCE and first_time()):
        time.sleep(600)
    if seed == RAISES:
        raise RuntimeError("no such luck")
    if seed == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == REFUSED:
        raise DataError([Issue("/data/rows/3/tv", "negative", "row 4 is negative")])
    if request.base_path is not None:
        refit(request)
        return
    name = "rejected.nc" if seed == REJECTED else "trusted.nc"
    if seed == GARBAGE:
        Path(request.model_path).write_bytes(b"no model")
    else:
        shutil.copy(folder() / name, request.model_path)


def refit(request) -> None:
    """The base's draws on the data of the request: nothing is learned, everything else is real."""
    base = load_model(Path(request.base_path))
    table = read_table(Path(request.table_path).read_bytes(), request.media_type)
    panel = continued_panel(base, table, base.spec)
    save_model(replace(base, panel=panel), Path(request.model_path))


def first_time() -> bool:
    marker = folder() / "started"
    known = marker.exists()
    marker.touch()
    return not known


if __name__ == "__main__":
    serve(lambda: fit)
