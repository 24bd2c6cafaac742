"""A fit process that fits nothing: the seed says how it behaves.

What reads models is imported where it is needed: most of these processes copy a file and end.

Usage: fake_fit.py FOLDER, where FOLDER holds ``trusted.nc`` and ``rejected.nc``; where it holds
``look.nc`` too, that is the first look of every fit that wants one.
"""

import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from app.fitworker.child import serve
from app.fitworker.protocol import Kept, Looked, TaskRequest
from mmm.errors import DataError, Issue
from mmm.progress import ChainProgress, PartProgress, Progress, Stage

TRUSTED, REJECTED, SLOW, RAISES, KILLED, REFUSED, GARBAGE, SLOW_ONCE, ENDLESS, HELD = range(10)

STAGES: tuple[Stage, ...] = (
    "validating",
    "compiling",
    "warmup",
    "sampling",
    "postprocessing",
    "storing",
)
NO_LOOK, NOTE = 60, "there is no first look: nothing was found"
"""The seed of a fit without a first look, and what it says."""

LONG = 70
"""The seed of a fit that gives the model of 100 weeks."""
ALL_ORIGINS, STANDS_AT = 7, 2
"""Origins of its backtest, and how many are done when it stands still."""

RIVALS = {50: RAISES, 51: REJECTED, 52: HELD}
"""Seeds of fits that end well, and how the fit of the second model then behaves."""

SLOW_ONCE_AT = {stage: 100 + number for number, stage in enumerate(STAGES)}
"""Seeds of fits that stand still in a stage, the first time."""


def folder() -> Path:
    return Path(sys.argv[1])


def fit(request, report, stop) -> None:
    sys.stdout.write("a library that writes to standard output\n")
    if isinstance(request, TaskRequest):
        task(request, report, stop)
        return
    seed = request.sampling["seed"]
    if seed in SLOW_ONCE_AT.values() and first_time():
        report(Progress(STAGES[seed - 100], 0.4))
        time.sleep(600)
    if request.look_path is not None:
        look(request, report)
    rival = request.spec.get("trend", {}).get("kind") == "smooth"
    if rival and seed in RIVALS:
        seed = RIVALS[seed]
    report(Progress("sampling", 0.5, 1.5, (ChainProgress(0, 5, 10, False, 1),)))
    if seed == SLOW or (seed == SLOW_ONCE and first_time()):
        time.sleep(600)
    while seed == HELD and not (folder() / "let-go").exists():
        time.sleep(0.05)
    if seed == ENDLESS:
        until_stopped(request, report, stop)
        return
    if seed == RAISES:
        raise RuntimeError("no such luck")
    if seed == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == REFUSED:
        raise DataError([Issue("/data/rows/3/tv", "negative", "row 4 is negative")])
    if request.base_path is not None:
        refit(request)
        return
    name = {REJECTED: "rejected.nc", LONG: "long.nc"}.get(seed, "trusted.nc")
    if seed == GARBAGE:
        Path(request.model_path).write_bytes(b"no model")
    else:
        shutil.copy(folder() / name, request.model_path)


def task(request, report, stop) -> None:
    """A backtest whose origins are made up, each kept as a real one is; while there is a file
    ``hold``, it stands still at its third origin. ``hold.done`` names the origins it computed."""
    from tests.app.fake_backtest import made_up, origin
    from tests.app.fake_compare import compare

    if request.task == "compare":
        compare(request, report, folder() / "long.nc")
        return
    options = request.asked["parts"]["backtest"]
    count = options["origins"] or ALL_ORIGINS
    origins = []
    for number in range(count):
        if stop():
            break
        share = number / count
        report(Progress("testing", share, parts=(PartProgress("backtest", share),)))
        while number == STANDS_AT and (folder() / "hold").exists():
            time.sleep(0.3)  # reports that follow each other faster are left out
            report(Progress("testing", share, parts=(PartProgress("backtest", share),)))
        found = origin(number, options["every"])
        key = f"backtest/{found.start}"
        if key not in request.kept:
            with (folder() / "hold.done").open("a") as done:
                done.write(f"{found.start}\n")
            report(Kept(key=key, piece=found.model_dump(mode="json")))
        origins.append(found)
    record = made_up(origins, options)
    report(Progress("testing", 0.99, parts=(PartProgress("backtest", 1.0),)))
    Path(request.answer_path).write_text(record.model_dump_json(), "utf-8")


def look(request, report) -> None:
    if request.sampling["seed"] == NO_LOOK:
        report(Looked(note=NOTE))
    elif (folder() / "look.nc").exists():
        shutil.copy(folder() / "look.nc", request.look_path)
        report(Looked())


def refit(request) -> None:
    """The base's draws on the data of the request: nothing is learned, everything else is real."""
    from mmm.posterior.fitted import load_model, save_model
    from mmm.refit.append_weeks import continued_panel
    from mmm.tables.read import parse_recipe, read_table

    base = load_model(Path(request.base_path))
    content, recipe = Path(request.table_path).read_bytes(), parse_recipe(request.read)
    table = read_table(content, request.media_type, recipe)
    panel = continued_panel(base, table.frame, base.spec)
    save_model(replace(base, design=base.design.on_panel(panel)), Path(request.model_path))


def until_stopped(request, report, stop) -> None:
    """Samples until it is asked to stop, and then has made two fifths of its draws."""
    from mmm.posterior.fitted import load_model, save_model

    while not stop():
        report(Progress("sampling", 0.5, 1.5, (ChainProgress(0, 5, 10, False, 1),)))
        time.sleep(0.1)
    model = load_model(folder() / "trusted.nc")
    stopped = replace(model, diagnostics={**model.diagnostics, "draws_kept": 0.4})
    save_model(stopped, Path(request.model_path))


def first_time() -> bool:
    marker = folder() / "started"
    known = marker.exists()
    marker.touch()
    return not known


if __name__ == "__main__":
    serve(lambda: fit)
